"""A credit is sent like any invoice: struck by faults and killed where its order is written, it is one order."""

from decimal import Decimal
from typing import Any

import pytest

from core.crediting import RowToCredit
from core.event import EventType
from core.transfer import Transfer, TransferState
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.faults import Matrix, strike
from tests.attack.installation import BUSINESS, Installation
from tests.attack.kills import killed
from tests.attack.launcher import AFTER, BEFORE
from tests.attack.outbox import ARRIVED
from tests.systems import System

NUMBER = "2001"
WRITING = {
    "24sevenoffice": ("SaveInvoices",),
    "24sevenoffice-rest": ("POST /salesorders", rest_matrices.LINES),
    "tripletex": ("POST /order",),
}
MATRICES = {
    matrix.system.name: matrix for matrix in (soap_matrices.FAULTS, rest_matrices.FAULTS, tripletex_matrices.FAULTS)
}


def _cells(matrix: Matrix) -> list[Any]:
    """Every kind of fault that strikes a call that writes an order and is no refusal; lost answers in every run."""
    cells = []
    for operation in WRITING[matrix.system.name]:
        for kind in (kind for at, kind in matrix.cells if at == operation and matrix.kinds[kind].code is None):
            marks = () if kind == "answer lost" else (pytest.mark.attack,)
            name = f"{matrix.system.name}-{operation}-{kind}"
            cells.append(pytest.param(matrix.system, operation, kind, id=name, marks=marks))
    return cells


def credit(installation: Installation) -> Transfer:
    """Send an invoice, which arrives, and a credit of half of it, which nobody takes up yet."""
    installation.add(NUMBER)
    installation.drive(installation.queue(NUMBER))
    half = RowToCredit(row=1, quantity=Decimal("0.5"))
    made = installation.container.credit_invoice().credit(BUSINESS, NUMBER, rows=[half])
    return installation.queue(made.number)


def see_one_order_each(installation: Installation, transfer: Transfer) -> None:
    """See that each is one order, and told once; and that the invoice is told to have been credited."""
    (transfer,) = installation.drive(transfer)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held.orders == 2
    assert installation.orders_for(transfer.invoice) == [int(transfer.order_id or 0)]
    _, crediting = installation.container.look_up().crediting(BUSINESS, NUMBER)
    assert [one.order_id for one in crediting.credited_by] == [transfer.order_id]
    assert installation.told == {NUMBER: [ARRIVED, EventType.INVOICE_CREDITED], transfer.invoice: [ARRIVED]}


@pytest.mark.parametrize(
    ("system", "operation", "kind"), [cell for matrix in MATRICES.values() for cell in _cells(matrix)]
)
@pytest.mark.sampled(3)
def test_a_credit_that_is_struck_is_one_order(
    installation: Installation, system: System, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = credit(installation)
    struck = strike(installation, operation, MATRICES[system.name].kinds[kind], monkeypatch)
    see_one_order_each(installation, transfer)
    assert struck.times == 0, "nothing was struck"


@pytest.mark.parametrize(
    ("system", "operation", "edge"),
    [
        pytest.param(matrix.system, operation, edge, id=f"{matrix.system.name}-{operation}-{edge}")
        for matrix in MATRICES.values()
        for operation in WRITING[matrix.system.name]
        for edge in (BEFORE, AFTER)
    ],
)
@pytest.mark.attack
def test_a_credit_whose_worker_is_killed_is_one_order(
    installation: Installation, system: System, operation: str, edge: str
) -> None:
    transfer = credit(installation)
    killed(installation, "--kill", f"{operation}:1", "--edge", edge)
    installation.let_leases_run_out()
    see_one_order_each(installation, transfer)
