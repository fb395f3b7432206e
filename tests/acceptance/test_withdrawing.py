from pytest_bdd import scenarios

scenarios("withdrawing.feature")
