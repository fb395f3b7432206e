from pytest_bdd import scenarios

scenarios("checking_status.feature")
