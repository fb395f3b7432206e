from pytest_bdd import scenarios

scenarios("listing.feature")
