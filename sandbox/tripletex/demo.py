"""Who gets into the demo world's Tripletex."""

DEMO_CONSUMER_TOKEN = "kvitt-demo-consumer-token"  # noqa: S105 - opens nothing but the sandbox
DEMO_EMPLOYEE_TOKEN = "kvitt-demo-employee-token"  # noqa: S105 - opens nothing but the sandbox
DEMO_OFFICE = "Regnskapskontoret AS"
"""The accountant's own company, whose employee reaches the others as a proxy."""
