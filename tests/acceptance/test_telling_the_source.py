from pytest_bdd import scenarios

scenarios("telling_the_source.feature")
