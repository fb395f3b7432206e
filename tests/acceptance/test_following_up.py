from pytest_bdd import scenarios

scenarios("following_up.feature")
