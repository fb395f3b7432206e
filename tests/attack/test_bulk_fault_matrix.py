"""Every operation of a bulk send, struck by every fault: one order each, of the right customer, or rightly refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.transfer import TransferState
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.faults import BulkMatrix, Kind, Point, strike
from tests.attack.installation import SOAP, TRIPLETEX, Installation, installed
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each
from tests.systems import System

MATRICES = {
    matrix.system.name: matrix
    for matrix in (soap_matrices.BULK_FAULTS, rest_matrices.BULK_FAULTS, tripletex_matrices.BULK_FAULTS)
}
SOAP_KINDS = soap_matrices.BULK_FAULTS.kinds
TRIPLETEX_KINDS = tripletex_matrices.BULK_FAULTS.kinds


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url, chunk_size=CHUNK_SIZE) as installation:
        yield installation


@pytest.mark.parametrize(("system", "point", "kind"), [case for matrix in MATRICES.values() for case in matrix.cases])
@pytest.mark.sampled(4)
def test_one_order_each_comes_of_it(
    installation: Installation, system: System, point: Point, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, (operation, after) = MATRICES[system.name], point
    given = invoices()
    transfers = queued(installation, given)
    fault = strike(installation, operation, matrix.kinds[kind], monkeypatch, after=after)
    ended = installation.drive(*transfers)
    assert fault.times == 0, "nothing was struck"
    rejected = [one for one in ended if one.state is TransferState.REJECTED]
    assert {one.error.code for one in rejected if one.error} <= {matrix.kinds[kind].code}
    if matrix.one_by_one and system.writes(operation):  # what all are decided by is read for all
        assert len(rejected) <= 2, "one that fails fails alone; two invoices have one customer"
    for one in rejected:
        installation.container.manage_transfers().retry(one.id)
    installation.drive(*rejected)
    see_exactly_one_of_each(installation, given, rejected=[one.invoice for one in rejected])


def test_one_that_is_refused_is_the_only_one(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    given = invoices()
    transfers = queued(installation, given)
    strike(installation, "SaveInvoices", SOAP_KINDS["one rejected"], monkeypatch)
    ended = installation.drive(*transfers)
    assert [one.state for one in ended].count(TransferState.REJECTED) == 1


@pytest.mark.parametrize(
    ("system", "operation", "kind"),
    [
        pytest.param(SOAP, "SaveInvoices", SOAP_KINDS["validation fault"], id=SOAP.name),
        pytest.param(TRIPLETEX, "POST /order/list", TRIPLETEX_KINDS["validation error"], id=TRIPLETEX.name),
    ],
)
def test_a_whole_call_that_is_refused_once_stops_nobody(
    installation: Installation, operation: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = invoices()
    transfers = queued(installation, given)
    strike(installation, operation, kind, monkeypatch)
    assert {one.state for one in installation.drive(*transfers)} == {TransferState.TRANSFERRED}
    see_exactly_one_of_each(installation, given)


@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES)
def test_the_sample_is_of_the_matrix(matrix: BulkMatrix) -> None:
    assert set(matrix.sample) <= set(matrix.cells)


@pytest.mark.parametrize("system", [SOAP, TRIPLETEX], ids=[SOAP.name, TRIPLETEX.name])
def test_the_sample_of_calls_with_many_items_has_every_operation(system: System) -> None:
    matrix = MATRICES[system.name]
    assert {point[0] for point, _ in matrix.sample} == {point[0] for point in matrix.points}
