from pytest_bdd import scenarios

scenarios("departments_and_projects.feature")
