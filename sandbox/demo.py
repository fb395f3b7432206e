"""The companies of the demo world; each accounting system has them, in books of its own."""

DEMO_ACCOUNT = "Fjellutleie AS"
DEMO_OTHER_ACCOUNT = "Demo Annet AS"
DEMO_DEPARTMENTS = ("Utleie", "Verksted")
DEMO_PROJECT = "Vinterfestivalen"
