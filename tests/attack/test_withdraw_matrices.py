"""A withdrawal struck by every fault and killed at every point: deleted once, and never after it was published.

Over REST, which deletes orders. Whatever deletes an order in the sandbox's books is counted.

Left out, for make attack would take twice as long with it:
- Each fault strikes each call on one database, in turn: what a fault does is decided before anything is stored, and
  each kind strikes other calls on the other database.
- A worker is killed before each commit and call on SQLite, and after each on PostgreSQL: what is stored after one is
  what is stored before the next, so whatever a dead worker can leave is tried on both.
- A replacement is struck only where it is no plain withdrawal (WITHDRAWING has those points) and no plain send
  (test_kill_matrix has those): around the deletion, the commit that records it with the new transfer, the one that
  takes that up, and the last call of the new order.
What is in the sample of make test is tried on both databases.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.event import EventType
from core.transfer import Transfer, TransferState
from core.withdrawal import refusal_in
from sandbox.twentyfour_seven_office.books import Books
from tests.attack.conftest import DATABASES
from tests.attack.faults import KINDS, TRIES, Kind, strike
from tests.attack.installation import BUSINESS, LATE_SECONDS, ONE_OF_EACH, REST, Installation
from tests.attack.kills import KillMatrix, killed
from tests.attack.launcher import AFTER, BEFORE, COMMIT, DURING
from tests.attack.outbox import ARRIVED
from tests.attack.rest_matrices import FINISH, LINES
from tests.systems import System

NUMBER = "4001"
DELETE, READ = "DELETE /salesorders/{id}", "GET /salesorders/{id}"
SECOND = " (after a lost answer)"

FAULTS = {
    **KINDS,
    "validation error": Kind("validation_error"),
    "forbidden": Kind("forbidden"),
    "throttled": Kind("throttled"),
}
OPERATIONS = (READ, DELETE, f"{READ}{SECOND}", f"{DELETE}{SECOND}")
SAMPLED_FAULTS = (
    (READ, "truncated"),
    (DELETE, "answer lost"),
    (f"{READ}{SECOND}", "forbidden"),
)
WITHDRAWING = KillMatrix(
    system=REST,
    calls={READ: 1, DELETE: 1},
    commits=10,
    sample=((f"{DELETE}:1", AFTER),),
)
"""A worker that withdraws an order."""

REPLACING = KillMatrix(
    system=REST,
    calls={READ: 1, DELETE: 1, "GET /customers/{customerId}": 1, "POST /salesorders": 1, LINES: 1, FINISH: 1},
    commits=15,
    sample=((f"{COMMIT}:7", AFTER),),
)
"""A worker that withdraws an order and sends the invoice again, to a customer that is known by then."""

ONLY_REPLACING = (f"{DELETE}:1", f"{COMMIT}:7", f"{COMMIT}:8", f"{FINISH}:1")
"""Where a replacement is neither a withdrawal nor a send: the seventh commit records the end and the new transfer."""

WITHDRAWN = [ARRIVED, EventType.INVOICE_DELETED]
"""What is told of an invoice that was withdrawn."""


@pytest.fixture
def system() -> System:
    return REST


@pytest.fixture
def deleted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The orders that were deleted from the books, in order; one that is an invoice may never be among them."""
    done: list[int] = []
    delete = Books.delete_order

    def counted(books: Books, order_id: int) -> None:
        assert books.orders[order_id].invoice_id is None, "an invoice was deleted"
        delete(books, order_id)
        done.append(order_id)

    monkeypatch.setattr(Books, "delete_order", counted)
    return done


@pytest.fixture
def sent(installation: Installation) -> Transfer:
    """The transfer of an invoice that has arrived."""
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))
    assert transfer.state is TransferState.TRANSFERRED
    return transfer


_ATTACK = pytest.mark.attack
_CELLS = [(operation, kind) for operation in OPERATIONS for kind in FAULTS]
_DATABASE_OF = {BEFORE: "sqlite", AFTER: "postgresql"}


def _struck(cells: Sequence[tuple[str, str]], sample: Sequence[tuple[str, str]]) -> list[Any]:
    """A database and a cell, as parameters: the databases in turn."""
    on = {cell: DATABASES[nth % len(DATABASES)] for nth, cell in enumerate(cells)}
    return _cases(on, sample)


def _killed(points: Sequence[tuple[str, str]], sample: Sequence[tuple[str, str]]) -> list[Any]:
    """A database, a point and an edge, as parameters: the database goes by the edge."""
    return _cases({(point, edge): _DATABASE_OF[edge] for point, edge in points}, sample)


def _cases(on: Mapping[tuple[str, str], str], sample: Sequence[tuple[str, str]]) -> list[Any]:
    """Each on its database; what is in the sample on both, and the rest is left to make attack."""
    return [
        pytest.param(database, *case, id=f"{database}-{'-'.join(case)}", marks=() if case in sample else _ATTACK)
        for case, its_own in on.items()
        for database in (DATABASES if case in sample else (its_own,))
    ]


def _on_a_database(names: str, cases: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(f"database_url,{names}", cases, indirect=["database_url"])


@_on_a_database("operation,kind", _struck(_CELLS, SAMPLED_FAULTS))
def test_whatever_befalls_it_the_order_is_deleted_once(
    installation: Installation,
    sent: Transfer,
    deleted: list[int],
    operation: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if operation.endswith(SECOND):
        installation.sandbox.inject(DELETE, "reset")
    after = 1 if operation == f"{READ}{SECOND}" else 0
    struck = strike(installation, operation, FAULTS[kind], monkeypatch, after=after)
    transfer = _withdrawn(installation)
    assert struck.times == 0, "nothing was struck"
    assert transfer.state is TransferState.WITHDRAWN, transfer.error
    assert deleted == [int(sent.order_id or 0)]
    assert installation.orders_for(NUMBER) == []
    assert installation.told[NUMBER] == WITHDRAWN


@_on_a_database("operation,kind", _struck([(DELETE, kind) for kind in FAULTS], [(DELETE, "carried out later")]))
def test_an_order_that_is_published_meanwhile_is_never_deleted(
    installation: Installation,
    sent: Transfer,
    deleted: list[int],
    operation: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The accountant publishes it right after the call that was struck, which may still be running."""
    strike(installation, operation, FAULTS[kind], monkeypatch)
    installation.container.withdraw_invoice().withdraw(BUSINESS, NUMBER)
    installation.container.take_turn().take(BUSINESS)
    order_id = int(sent.order_id or 0)
    is_there = order_id in installation.orders_for(NUMBER)
    if is_there:
        installation.books_of().publish(order_id)
    transfer = _withdrawn(installation)
    installation.sandbox.settle()
    if is_there:
        assert transfer.state is TransferState.TRANSFERRED
        refusal = refusal_in(transfer)
        assert refusal is not None
        assert refusal.code == "order_published"
    else:
        assert transfer.state is TransferState.WITHDRAWN
    assert deleted == ([] if is_there else [order_id])
    assert installation.orders_for(NUMBER) == ([order_id] if is_there else [])
    assert installation.told[NUMBER] == ([ARRIVED] if is_there else WITHDRAWN)


@_on_a_database("point,edge", _killed(WITHDRAWING.points, WITHDRAWING.sample))
def test_a_fresh_worker_ends_a_withdrawal_that_a_killed_one_left(
    installation: Installation, sent: Transfer, deleted: list[int], point: str, edge: str
) -> None:
    installation.container.withdraw_invoice().withdraw(BUSINESS, NUMBER)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    transfer = _withdrawn(installation)
    assert (transfer.state, transfer.id) == (TransferState.WITHDRAWN, sent.id)
    assert deleted == [int(sent.order_id or 0)]
    assert installation.orders_for(NUMBER) == []
    assert installation.told == {NUMBER: WITHDRAWN}


@_on_a_database(
    "point,edge", _killed([case for case in REPLACING.points if case[0] in ONLY_REPLACING], REPLACING.sample)
)
def test_a_fresh_worker_ends_a_replacement_that_a_killed_one_left(
    installation: Installation, sent: Transfer, deleted: list[int], point: str, edge: str
) -> None:
    """Never two orders, and in the end not none."""
    installation.container.withdraw_invoice().replace(BUSINESS, NUMBER)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    assert len(installation.orders_for(NUMBER)) <= 1
    transfer = _sent_anew(installation)
    assert deleted == [int(sent.order_id or 0)]
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
    assert installation.told == {NUMBER: [*WITHDRAWN, ARRIVED]}


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(
    installation: Installation, sent: Transfer, deleted: list[int], replaces: bool
) -> None:
    installation.sandbox.inject(DELETE, "late", delay=LATE_SECONDS)
    withdraw = installation.container.withdraw_invoice()
    (withdraw.replace if replaces else withdraw.withdraw)(BUSINESS, NUMBER)
    killed(installation, "--kill", f"{DELETE}:1", "--edge", DURING)
    installation.let_leases_run_out()
    if replaces:
        assert installation.orders_for(NUMBER) in ([], [int(sent.order_id or 0)])
        _sent_anew(installation)
    else:
        assert _withdrawn(installation).state is TransferState.WITHDRAWN
    assert deleted == [int(sent.order_id or 0)]
    assert installation.told == {NUMBER: [*WITHDRAWN, ARRIVED] if replaces else WITHDRAWN}


@pytest.mark.parametrize("replaces", [pytest.param(False, marks=_ATTACK), True])
@pytest.mark.attack
def test_the_matrices_have_all_that_is_committed_and_called(
    installation: Installation, sent: Transfer, replaces: bool
) -> None:
    withdraw = installation.container.withdraw_invoice()
    (withdraw.replace if replaces else withdraw.withdraw)(BUSINESS, NUMBER)
    (REPLACING if replaces else WITHDRAWING).see_that_it_is_whole(installation)


def _withdrawn(installation: Installation) -> Transfer:
    """Ask for it until the order is gone or published, as a person does who mends what is in the way."""
    transfer = installation.container.withdraw_invoice().withdraw(BUSINESS, NUMBER)
    for _ in range(TRIES):
        (transfer,) = installation.drive(transfer)
        refusal = refusal_in(transfer)
        if transfer.state is TransferState.WITHDRAWN or (refusal and refusal.code == "order_published"):
            break
        transfer = installation.container.withdraw_invoice().withdraw(BUSINESS, NUMBER)
    return transfer


def _sent_anew(installation: Installation) -> Transfer:
    """Work until the invoice has arrived again."""
    look_up = installation.container.look_up()
    for _ in range(TRIES):
        transfer = look_up.transfer_of(BUSINESS, NUMBER)
        assert transfer is not None
        (transfer,) = installation.drive(transfer)
        if transfer.state is TransferState.TRANSFERRED:
            return transfer
    raise AssertionError(f"stuck: {transfer}")
