"""What to do about refusals that both of 24SevenOffice's APIs know."""

DEPARTMENT_HINT = (
    "The account demands a department on every order. Set a default department for the user or the product in "
    "24SevenOffice, or make it optional there, then retry the transfer."
)
PROJECT_HINT = (
    "The account demands a project on every order. Set a default project in 24SevenOffice, or make it optional "
    "there, then retry the transfer."
)
