"""A stand-in for 24SevenOffice, to develop, test and train against; it listens on loopback only.

As strict as the vendor is known to be, and able to fail on request. Shares the contract files with the
adapter, and no code.
"""

from sandbox.twentyfour_seven_office.keeping import NotBooksError
from sandbox.twentyfour_seven_office.sandbox import (
    DEMO_ACCOUNT,
    DEMO_APPLICATION_ID,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_PASSWORD,
    DEMO_USERNAME,
    Sandbox,
)

__all__ = [
    "DEMO_ACCOUNT",
    "DEMO_APPLICATION_ID",
    "DEMO_CLIENT_ID",
    "DEMO_CLIENT_SECRET",
    "DEMO_PASSWORD",
    "DEMO_USERNAME",
    "NotBooksError",
    "Sandbox",
]
