"""Callers whose invoices are stored together: each is answered as if it were alone."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest

from core.errors import Conflict, KvittError, NotFound, TryAgain
from core.use_cases.add_invoice import AddedInvoice, AddInvoice, Addition, InvoiceToAdd
from entrypoints.http import adding
from entrypoints.http.adding import Adding
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def _asked(number: str, business: str = "fjell") -> InvoiceToAdd:
    return InvoiceToAdd(business, an_invoice(number=number))


class _Watched(AddInvoice):
    """Notes what is stored together, and waits with the first until the rest has come."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(storage=gateway.storage, auditor=gateway.auditor)
        self.together: list[list[str]] = []
        self.spoilt: dict[str, Exception] = {}
        self._go_on = threading.Event()

    def go_on(self) -> None:
        self._go_on.set()

    def add_all(self, asked: Sequence[InvoiceToAdd]) -> Sequence[AddedInvoice | KvittError]:
        self.together.append([one.invoice.number for one in asked])
        self._go_on.wait(10)
        for one in asked:
            if error := self.spoilt.get(one.invoice.number):
                raise error
        return super().add_all(asked)


@pytest.fixture
def watched(gateway: Gateway) -> _Watched:
    return _Watched(gateway)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def _add(use_case: _Watched, *asked: InvoiceToAdd) -> list[AddedInvoice | BaseException]:
    """Ask for the first; for the others once it is being stored; then let it be stored."""

    async def all_of_them() -> list[AddedInvoice | BaseException]:
        gathered = Adding(lambda: use_case)
        first, *others = asked
        tasks = [asyncio.create_task(gathered.add(first))]
        while not use_case.together:
            await asyncio.sleep(0.001)
        tasks += [asyncio.create_task(gathered.add(one)) for one in others]
        await asyncio.sleep(0)
        use_case.go_on()
        try:
            return await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            gathered.stop()

    return asyncio.run(all_of_them())


def test_what_comes_while_one_is_stored_is_stored_together(watched: _Watched, gateway: Gateway) -> None:
    outcomes = _add(watched, *(_asked(number) for number in "1234"))

    assert watched.together == [["1"], ["2", "3", "4"]]
    assert [one.addition for one in outcomes if isinstance(one, AddedInvoice)] == [Addition.ADDED] * 4
    assert [invoice.number for invoice in gateway.look_up.invoices("fjell", limit=9)] == ["1", "2", "3", "4"]


def test_no_more_than_so_many_are_stored_together(watched: _Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST_AT_ONCE", 2)

    _add(watched, *(_asked(number) for number in "123456"))

    assert watched.together == [["1"], ["2", "3"], ["4", "5"], ["6"]]


def test_one_that_is_refused_keeps_no_other_from_being_stored(watched: _Watched, gateway: Gateway) -> None:
    gateway.add(an_invoice(number="3", comment="as it was sent"))
    gateway.send("3")

    first, unknown, sent, last = _add(watched, _asked("1"), _asked("2", "nobody"), _asked("3"), _asked("4"))

    assert isinstance(unknown, NotFound)
    assert isinstance(sent, Conflict)
    assert isinstance(first, AddedInvoice)
    assert isinstance(last, AddedInvoice)


def test_trouble_with_the_storage_is_told_to_all(watched: _Watched) -> None:
    watched.spoilt["3"] = TryAgain("The database is busy.")

    outcomes = _add(watched, *(_asked(number) for number in "1234"))

    assert [type(one) for one in outcomes] == [AddedInvoice, TryAgain, TryAgain, TryAgain]
    assert len(watched.together) == 2


def test_a_fault_of_ours_befalls_that_one_alone_that_has_it(watched: _Watched) -> None:
    watched.spoilt["3"] = RuntimeError("a bug")

    outcomes = _add(watched, *(_asked(number) for number in "1234"))

    assert [type(one) for one in outcomes] == [AddedInvoice, AddedInvoice, RuntimeError, AddedInvoice]


def test_what_was_asked_for_is_stored_before_the_thread_ends(watched: _Watched, gateway: Gateway) -> None:
    async def leave_early() -> None:
        gathered = Adding(lambda: watched)
        tasks = [asyncio.create_task(gathered.add(_asked(number))) for number in "12"]
        await asyncio.sleep(0)
        watched.go_on()
        gathered.stop()
        await asyncio.gather(*tasks)

    asyncio.run(leave_early())

    assert [invoice.number for invoice in gateway.look_up.invoices("fjell", limit=9)] == ["1", "2"]


def test_whoever_left_meanwhile_keeps_nobody_from_being_answered(watched: _Watched) -> None:
    async def one_leaves() -> AddedInvoice:
        gathered = Adding(lambda: watched)
        leaver, stayer = (asyncio.create_task(gathered.add(_asked(number))) for number in "12")
        await asyncio.sleep(0)
        leaver.cancel()
        watched.go_on()
        try:
            return await stayer
        finally:
            gathered.stop()

    assert asyncio.run(one_leaves()).addition is Addition.ADDED


def test_stopping_before_anything_was_asked_for_is_nothing(watched: _Watched) -> None:
    Adding(lambda: watched).stop()
    assert watched.together == []


def test_a_server_that_ends_at_once_is_no_trouble_to_the_thread(watched: _Watched, gateway: Gateway) -> None:
    gathered = Adding(lambda: watched)

    async def ask_and_leave() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(gathered.add(_asked("1")), timeout=0.01)

    asyncio.run(ask_and_leave())
    watched.go_on()
    gathered.stop()

    assert [invoice.number for invoice in gateway.look_up.invoices("fjell", limit=9)] == ["1"]
