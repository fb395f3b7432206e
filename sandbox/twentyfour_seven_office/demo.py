"""Who gets into the demo world's 24SevenOffice."""

DEMO_USERNAME = "integration@kvitt.example"
DEMO_PASSWORD = "correct-horse"  # noqa: S105 - opens nothing but the sandbox
DEMO_APPLICATION_ID = "5a0b3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
DEMO_CLIENT_ID = "kvitt-demo"
DEMO_CLIENT_SECRET = "battery-staple"  # noqa: S105 - opens nothing but the sandbox
DEMO_BLOCKED_ACCOUNT = "Blokkert AS"
