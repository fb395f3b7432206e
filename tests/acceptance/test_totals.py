from pytest_bdd import scenarios

scenarios("totals.feature")
