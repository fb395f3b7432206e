from pytest_bdd import scenarios

scenarios("finding_the_customer.feature")
