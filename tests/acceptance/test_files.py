from pytest_bdd import scenarios

scenarios("files.feature")
