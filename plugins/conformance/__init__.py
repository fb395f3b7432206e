"""The conformance kit: one suite that shows whether a plugin does what Kvitt's users were promised.

Needs pytest (`pip install "kvitt[conformance]"`); nothing else of Kvitt's imports it, but `kvitt.conformance`, by which
plugins' tests know it. See AccountingSystemConformance.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"plugins.conformance.{part}"
        for part in (
            "booked_orders",
            "booked_products",
            "budgets",
            "check_status",
            "connections",
            "deaths",
            "declared",
            "faults",
            "finding_customers",
            "fixtures",
            "in_bulk",
            "installation",
            "kills",
            "order_ports",
            "port_errors",
            "record_ports",
            "tiers",
            "withdrawing",
        )
    ),
)

from plugins.conformance.bench import (  # noqa: E402 - assertions are rewritten only in what is imported after
    Bench,
    Call,
    HasStruck,
    HeldCustomer,
    HeldOrder,
    HeldProduct,
    HeldRow,
    NotPossible,
    Trouble,
)
from plugins.conformance.suite import AccountingSystemConformance  # noqa: E402
from plugins.conformance.tiers import Tier, pytest_configure  # noqa: E402

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
