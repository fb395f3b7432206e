from pytest_bdd import scenarios

scenarios("product.feature")
