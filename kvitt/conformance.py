"""The conformance suite for plugins' tests: needs pytest (`pip install "kvitt[conformance]"`)."""

from plugins.conformance import (
    AccountingSystemConformance,
    Bench,
    Call,
    HasStruck,
    HeldCustomer,
    HeldOrder,
    HeldProduct,
    HeldRow,
    NotPossible,
    Tier,
    Trouble,
    pytest_configure,
)

__all__ = [
    "AccountingSystemConformance",
    "Bench",
    "Call",
    "HasStruck",
    "HeldCustomer",
    "HeldOrder",
    "HeldProduct",
    "HeldRow",
    "NotPossible",
    "Tier",
    "Trouble",
    "pytest_configure",
]
