from pytest_bdd import scenarios

scenarios("vat.feature")
