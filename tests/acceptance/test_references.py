from pytest_bdd import scenarios

scenarios("references.feature")
