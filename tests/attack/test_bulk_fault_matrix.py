"""Every operation of a bulk send, struck by every fault: one order each, of the right customer, or rightly refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.transfer import TransferState
from tests.attack.installation import LATE_SECONDS, Installation, installed
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each

QUARANTINE = timedelta(seconds=1.5)
VALIDATION = "Instance validation error: 'X' is not a valid value for OrderStateValues."
DEPARTMENT = "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the sandbox's name for it and its options.

    `code` is what those are rejected with whom the accounting system refuses; `of_writes` ones strike arrays.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    of_writes: bool = False


KINDS = {
    "reset before": Kind("reset"),
    "answer lost": Kind("reset_after"),
    "carried out later": Kind("late", {"delay": LATE_SECONDS}),
    "slow drip": Kind("drip"),
    "502 page": Kind("http_502"),
    "502 page, carried out": Kind("http_502_after"),
    "200 page, carried out": Kind("login_page_after"),
    "truncated": Kind("truncated"),
    "malformed": Kind("malformed"),
    "fault": Kind("fault"),
    "fault, carried out": Kind("fault_after"),
    "validation fault": Kind("fault", {"text": VALIDATION}, code="vendor_validation"),
    "session expired": Kind("session_expired"),
    "quota": Kind("quota"),
    "fault midway": Kind("fault_midway", of_writes=True),
    "one in trouble": Kind("item_exception", {"item": 2}, of_writes=True),
    "one rejected": Kind("item_exception", {"item": 2, "type": DEPARTMENT}, code="department_required", of_writes=True),
    "one missing": Kind("fewer_items", {"item": 1}, of_writes=True),
    "another order": Kind("reordered", of_writes=True),
}
POINTS = [
    ("GetCompanySyncList", 0),
    ("GetCompanies", 0),
    ("GetCompanies", 2),
    ("SaveCompanies", 0),
    ("SaveCompanies", 1),
    ("SaveCompanies", 3),
    ("SaveInvoices", 0),
    ("SaveInvoices", 1),
    ("GetInvoices", 0),
    ("GetInvoices", 1),
]
"""Operations, and how many calls of each go by unharmed: so the first chunk is struck, a later one, or the update."""

ONE_ITEM = ("SaveCompanies", 3)  # the update of one record: faults of one item among several have nothing to strike
MATRIX = [
    (point, kind)
    for point in POINTS
    for kind in KINDS
    if not KINDS[kind].of_writes or (point[0].startswith("Save") and point != ONE_ITEM)
]
SAMPLE = [
    (("GetCompanySyncList", 0), "truncated"),
    (("GetCompanies", 2), "502 page"),
    (("SaveCompanies", 0), "one missing"),
    (("SaveCompanies", 1), "carried out later"),
    (("SaveCompanies", 3), "answer lost"),
    (("SaveInvoices", 0), "fault midway"),
    (("SaveInvoices", 0), "another order"),
    (("SaveInvoices", 0), "one rejected"),
    (("SaveInvoices", 1), "answer lost"),
    (("SaveInvoices", 1), "validation fault"),
    (("GetInvoices", 0), "malformed"),
    (("SaveInvoices", 1), "slow drip"),
]


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    with installed(tmp_path / "home", database_url=database_url, chunk_size=CHUNK_SIZE) as installation:
        yield installation


def _cases() -> list[Any]:
    return [
        pytest.param(
            point, kind, id=f"{point[0]}-{point[1]}-{kind}", marks=() if (point, kind) in SAMPLE else pytest.mark.attack
        )
        for point, kind in MATRIX
    ]


@pytest.mark.parametrize(("point", "kind"), _cases())
def test_one_order_each_comes_of_it(installation: Installation, point: tuple[str, int], kind: str) -> None:
    given = invoices()
    transfers = queued(installation, given)
    fault = _strike(installation, *point, KINDS[kind])
    ended = installation.drive(*transfers)
    assert fault.times == 0, "nothing was struck"
    rejected = [one for one in ended if one.state is TransferState.REJECTED]
    if rejected:
        assert {one.error.code for one in rejected if one.error} == {KINDS[kind].code}
        for one in rejected:
            installation.container.manage_transfers().retry(one.id)
        installation.drive(*rejected)
    see_exactly_one_of_each(installation, given)


def test_one_that_is_refused_is_the_only_one(installation: Installation) -> None:
    given = invoices()
    transfers = queued(installation, given)
    _strike(installation, "SaveInvoices", 0, KINDS["one rejected"])
    ended = installation.drive(*transfers)
    assert [one.state for one in ended].count(TransferState.REJECTED) == 1


def test_a_whole_call_that_is_refused_once_stops_nobody(installation: Installation) -> None:
    given = invoices()
    transfers = queued(installation, given)
    _strike(installation, "SaveInvoices", 0, KINDS["validation fault"])
    assert {one.state for one in installation.drive(*transfers)} == {TransferState.TRANSFERRED}
    see_exactly_one_of_each(installation, given)


def test_the_sample_has_every_operation(installation: Installation) -> None:
    assert set(SAMPLE) <= set(MATRIX)
    assert {point[0] for point, _ in SAMPLE} == {point[0] for point in POINTS}


def _strike(installation: Installation, operation: str, after: int, kind: Kind) -> Any:
    """Let the fault strike once; its `times` are 0 when it has."""
    if kind.name == "quota":
        opens_again = (datetime.now(UTC) + QUARANTINE).isoformat()
        text = f"Limit exceeded by 1. Request is blocked. Quarantine ends at {opens_again}"
        return installation.sandbox.inject(operation, "fault", after=after, text=text)
    return installation.sandbox.inject(operation, kind.name, after=after, **kind.options)
