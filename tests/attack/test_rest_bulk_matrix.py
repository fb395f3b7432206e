"""Faults and kills in the middle of a bulk send over REST: one order each, of the right customer, none double."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.transfer import TransferState
from tests.attack.faults import KINDS, Kind
from tests.attack.installation import REST, Installation, installed
from tests.attack.kills import killed
from tests.attack.launcher import AFTER, BEFORE
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each

LINES, FINISH = "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
ANY_KIND = {
    **{name: kind for name, kind in KINDS.items() if name != "refused"},
    "validation error": Kind("validation_error", code="vendor_validation"),
    "throttled": Kind("throttled"),
}
POINTS = [
    ("GET /customers", 0),
    ("GET /customers/{customerId}", 0),
    ("POST /customers", 0),
    ("POST /customers", 4),
    ("PATCH /customers/{customerId}", 0),
    ("POST /salesorders", 0),
    ("POST /salesorders", 6),
    (LINES, 6),
    (FINISH, 6),
]
"""Operations, and how many calls of each go by unharmed."""

MATRIX = [(point, kind) for point in POINTS for kind in ANY_KIND]
SAMPLE = [
    (("POST /customers", 4), "answer lost"),
    ((LINES, 6), "truncated"),
    ((FINISH, 6), "slow drip"),
    ((FINISH, 6), "validation error"),
]
KILLS = [
    (f"{call}:{number}", edge)
    for call, number in (("POST /customers", 3), ("POST /salesorders", 5), (LINES, 5), (FINISH, 5), (FINISH, 13))
    for edge in (BEFORE, AFTER)
]


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=REST, database_url=database_url, chunk_size=CHUNK_SIZE) as installation:
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
    operation, after = point
    fault = installation.sandbox.inject(operation, ANY_KIND[kind].name, after=after, **ANY_KIND[kind].options)
    ended = installation.drive(*transfers)
    assert fault.times == 0, "nothing was struck"
    rejected = [one for one in ended if one.state is TransferState.REJECTED]
    assert {one.error.code for one in rejected if one.error} <= {ANY_KIND[kind].code}
    if not operation.startswith("GET"):  # what all are decided by is read for all
        assert len(rejected) <= 2, "one that fails fails alone; two invoices have one customer"
    for one in rejected:
        installation.container.manage_transfers().retry(one.id)
    installation.drive(*rejected)
    see_exactly_one_of_each(installation, given)


@pytest.mark.attack
@pytest.mark.parametrize(("point", "edge"), KILLS)
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    given = invoices()
    transfers = queued(installation, given)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    installation.drive(*transfers)
    see_exactly_one_of_each(installation, given)
