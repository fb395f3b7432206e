from pytest_bdd import scenarios

scenarios("recovering.feature")
