from pytest_bdd import scenarios

scenarios("trouble.feature")
