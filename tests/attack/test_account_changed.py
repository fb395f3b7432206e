"""The business's account is changed in the middle: no order is made twice, lost, or judged in other books.

Another process changes it: before or after any call, whether the worker is still taken to be at work or not, and after
a worker was killed at any point.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.business import Business
from core.errors import Conflict, KvittError, TryAgain
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer, TransferState
from sandbox import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.installation import BUSINESS, PATIENCE_SECONDS, REST, SOAP, TRIPLETEX, Installation, installed
from tests.attack.kills import killed
from tests.attack.launcher import AFTER, BEFORE
from tests.attack.month_end import CHUNK_SIZE, invoices, queued
from tests.attack.outbox import ARRIVED
from tests.attack.outgoing import Outgoing, catch
from tests.systems import SYSTEMS, System

NUMBER = "4001"
MANY_ORDERS = {SOAP.name: "SaveInvoices", REST.name: "POST /salesorders", TRIPLETEX.name: "POST /order/list"}
KILLS = {matrix.system.name: matrix for matrix in (soap_matrices.KILLS, rest_matrices.KILLS, tripletex_matrices.KILLS)}
POINTS = {name: matrix.points for name, matrix in KILLS.items()}
BULK_POINTS = {
    SOAP.name: soap_matrices.BULK_KILLS.points,
    REST.name: rest_matrices.BULK_KILLS,
    TRIPLETEX.name: tripletex_matrices.BULK_KILLS.points,
}


@pytest.fixture(params=SYSTEMS.values(), ids=lambda system: system.name)
def system(request: pytest.FixtureRequest) -> System:
    chosen: System = request.param
    return chosen


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url, chunk_size=CHUNK_SIZE) as installation:
        yield installation


def begun(installation: Installation, system: System) -> Transfer:
    """Send an invoice; its order is made, and the answer is lost."""
    installation.sandbox.inject(system.finishing, "reset_after")
    installation.add(NUMBER)
    transfer = installation.queue(NUMBER)
    installation.container.take_turn().take(BUSINESS)
    return installation.transfer(transfer.id)


def test_an_order_that_is_open_stays_one_when_the_account_is_changed(
    installation: Installation, system: System
) -> None:
    transfer = begun(installation, system)
    with suppress(KvittError):
        installation.connect(account=DEMO_OTHER_ACCOUNT)
    installation.drive(transfer)
    assert len(installation.orders_for(NUMBER)) == 1


def test_an_invoice_that_lies_in_other_books_is_neither_judged_nor_sent_again(
    installation: Installation, system: System
) -> None:
    installation.add(NUMBER)
    installation.drive(installation.queue(NUMBER))
    installation.connect(account=DEMO_OTHER_ACCOUNT)
    (answer,) = installation.container.check_status().check(BUSINESS, [NUMBER])
    assert isinstance(answer, Conflict), answer
    assert answer.code == "other_books"
    with pytest.raises(Conflict) as refused:
        installation.container.send_again().send(BUSINESS, NUMBER)
    assert refused.value.code == "other_books"
    installation.connect()
    (report,) = installation.container.check_status().check(BUSINESS, [NUMBER])
    assert isinstance(report, PaymentReport)
    assert report.reason is PaymentReason.NOT_PUBLISHED


# Changed by another process at a call

IN_THE_MIDDLE = [
    (name, operation, edge, is_held)
    for name, matrix in KILLS.items()
    for operation in matrix.calls
    for edge in (BEFORE, AFTER)
    for is_held in (True, False)
]
SAMPLE = [
    (SOAP.name, "SaveInvoices", BEFORE, False),
    (SOAP.name, "SaveCompanies", AFTER, False),
    (REST.name, REST.finishing, BEFORE, False),
    (REST.name, "POST /salesorders", AFTER, True),
    (TRIPLETEX.name, "POST /order", BEFORE, False),
    (TRIPLETEX.name, "POST /product", AFTER, True),
]


def _in_the_middle() -> list[Any]:
    return [pytest.param(*case, marks=() if case in SAMPLE else pytest.mark.attack) for case in IN_THE_MIDDLE]


class Changing:
    """Changes the account as another process would, once, at the edge of a call."""

    def __init__(self, installation: Installation, operation: str, edge: str, *, is_held: bool) -> None:
        self.is_done = False
        self.refused: KvittError | None = None
        self._installation = installation
        self._point = (operation, edge)
        self._is_held = is_held

    def at(self, operation: str, edge: str) -> None:
        """A call is about to be made, or was answered."""
        if self.is_done or (operation, edge) != self._point:
            return
        self.is_done = True
        if not self._is_held:
            self._installation.let_leases_run_out()
        try:
            change_in_another_process(self._installation, DEMO_OTHER_ACCOUNT)
        except KvittError as refused:
            self.refused = refused


def watch(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it see every call."""

    def watched(call: Outgoing) -> Any:
        changing.at(call.operation, BEFORE)
        answer = call.send()
        changing.at(call.operation, AFTER)
        return answer

    catch(watched, put=monkeypatch.setattr)


def change_in_another_process(installation: Installation, account: str) -> None:
    """Connect the business to this company, from a wiring of its own."""
    container = installation.new_container()
    connection = installation.system.connection(account, installation.system.company(installation.sandbox, account))
    try:
        container.connect_business().store(Business.model_validate({"name": BUSINESS, "accounting": connection}))
    finally:
        container.storage().close()


@pytest.mark.parametrize(("system", "operation", "edge", "is_held"), _in_the_middle())
@pytest.mark.sampled(2)
def test_the_account_is_changed_at_a_call(
    tmp_path: Path,
    database_url: str | None,
    system: str,
    operation: str,
    edge: str,
    is_held: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with installed(tmp_path / "home", system=SYSTEMS[system], database_url=database_url) as installation:
        changing = Changing(installation, operation, edge, is_held=is_held)
        watch(changing, monkeypatch)
        installation.add(NUMBER, rows=KILLS[system].calls.get("POST /salesorders/{id}/lines", 1))
        transfer = installation.queue(NUMBER)
        with suppress(KvittError):  # the worker that is taken to be dead learns that it is
            installation.container.take_turn().take(BUSINESS)
        assert changing.is_done
        if is_held:
            assert isinstance(changing.refused, TryAgain)
            assert changing.refused.code == "business_busy"
        see_each_in_one_place(installation, [transfer])


# Changed after a worker was killed


def _kill_cases(points: Mapping[str, Sequence[tuple[str, str]]], sample: Sequence[tuple[str, str, str]]) -> list[Any]:
    """After each point: before one there is what was there after the one before it."""
    cases = [(name, *point) for name, several in points.items() for point in several if point[1] == AFTER]
    assert set(sample) <= set(cases)
    return [pytest.param(*case, marks=() if case in sample else pytest.mark.attack) for case in cases]


@pytest.mark.parametrize(
    ("system", "point", "edge"),
    _kill_cases(
        POINTS,
        [
            (SOAP.name, "SaveInvoices:1", AFTER),
            (REST.name, "POST /salesorders:1", AFTER),
            (TRIPLETEX.name, "POST /order:1", AFTER),
        ],
    ),
)
@pytest.mark.sampled(2)
def test_the_account_is_changed_after_a_worker_was_killed(
    tmp_path: Path, database_url: str | None, system: str, point: str, edge: str
) -> None:
    with installed(tmp_path / "home", system=SYSTEMS[system], database_url=database_url) as installation:
        installation.add(NUMBER, rows=KILLS[system].calls.get("POST /salesorders/{id}/lines", 1))
        transfer = installation.queue(NUMBER)
        killed(installation, "--kill", point, "--edge", edge)
        installation.let_leases_run_out()
        with suppress(KvittError):
            installation.connect(account=DEMO_OTHER_ACCOUNT)
        see_each_in_one_place(installation, [transfer])


@pytest.mark.attack
@pytest.mark.parametrize(("system", "point", "edge"), _kill_cases(BULK_POINTS, []))
def test_the_account_is_changed_after_a_worker_was_killed_in_bulk(
    tmp_path: Path, database_url: str | None, system: str, point: str, edge: str
) -> None:
    with installed(
        tmp_path / "home", system=SYSTEMS[system], database_url=database_url, chunk_size=CHUNK_SIZE
    ) as installation:
        transfers = queued(installation, invoices())
        killed(installation, "--kill", point, "--edge", edge)
        installation.let_leases_run_out()
        with suppress(KvittError):
            installation.connect(account=DEMO_OTHER_ACCOUNT)
        see_each_in_one_place(installation, transfers)


@pytest.mark.sampled(2)
def test_the_account_is_changed_while_some_of_many_are_open(
    tmp_path: Path, database_url: str | None, system: System
) -> None:
    """A lost call takes longer to settle than a turn does on any machine, so that its order is open after it."""
    with installed(
        tmp_path / "home",
        system=system,
        database_url=database_url,
        chunk_size=CHUNK_SIZE,
        settling_seconds=PATIENCE_SECONDS,
    ) as installation:
        transfers = queued(installation, invoices())
        installation.sandbox.inject(MANY_ORDERS[system.name], "reset", after=1)
        installation.container.take_turn().take(BUSINESS)
        with pytest.raises(Conflict) as refused:
            installation.connect(account=DEMO_OTHER_ACCOUNT)
        assert refused.value.code == "orders_open"
        see_each_in_one_place(installation, transfers)


def see_each_in_one_place(installation: Installation, transfers: Sequence[Transfer]) -> None:
    """See each become one order, told once, in the books that its transfer names; set back what waits for that."""
    now = installation.drive(*transfers)
    waiting = [one for one in now if one.is_parked]
    if waiting:
        assert {one.error.code for one in waiting if one.error} == {"other_books"}
        assert all(one.error and DEMO_ACCOUNT in one.error.message and one.error.hint for one in waiting)
        installation.connect()
        now = installation.drive(*transfers)
    assert {one.state for one in now} == {TransferState.TRANSFERRED}, [one.error for one in now if one.error]
    installation.sandbox.settle()
    for transfer in now:
        assert installation.orders_for(transfer.invoice) == [int(transfer.order_id or 0)]
        (holder,) = [
            books for books in installation.books if int(transfer.order_id or 0) in [one.id for one in books.orders]
        ]
        assert transfer.books == holder.identity
        assert installation.told[transfer.invoice] == [ARRIVED]
    see_nothing_doubled(installation)


def see_nothing_doubled(installation: Installation) -> None:
    """See that no company has a customer, product or category twice."""
    for books in installation.books:
        emails = [email for one in books.customers for email in one.emails]
        assert len(emails) == len(set(emails)), books.name
        assert (books.products, books.categories) in ((0, 0), (0, 1), (1, 1)), books.name
