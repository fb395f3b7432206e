from pytest_bdd import scenarios

scenarios("crediting.feature")
