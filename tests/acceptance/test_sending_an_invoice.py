from pytest_bdd import scenarios

scenarios("sending_an_invoice.feature")
