from pytest_bdd import scenarios

scenarios("sending_many.feature")
