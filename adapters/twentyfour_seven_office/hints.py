"""What to do about refusals that both of 24SevenOffice's APIs know."""

DEPARTMENT_HINT = (
    "The account demands a department on every order. Set department in the business's settings or on the invoice, or "
    "make it optional in 24SevenOffice, then retry the transfer."
)
PROJECT_HINT = (
    "The account demands a project on every order. Set project in the business's settings or on the invoice, or make "
    "it optional in 24SevenOffice, then retry the transfer."
)
