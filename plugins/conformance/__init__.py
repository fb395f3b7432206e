"""The conformance kit: one suite that shows whether a plugin does what Kvitt's users were promised.

Needs pytest (`pip install "kvitt[conformance]"`); nothing else of Kvitt's imports it. See AccountingSystemConformance.
"""

import pytest

pytest.register_assert_rewrite(
    "plugins.conformance.contracts",
    "plugins.conformance.documented",
    "plugins.conformance.faults",
    "plugins.conformance.fixtures",
    "plugins.conformance.port_errors",
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
    "Trouble",
]
