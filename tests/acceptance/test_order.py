from pytest_bdd import scenarios

scenarios("order.feature")
