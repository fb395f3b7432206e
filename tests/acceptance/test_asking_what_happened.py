from pytest_bdd import scenarios

scenarios("asking_what_happened.feature")
