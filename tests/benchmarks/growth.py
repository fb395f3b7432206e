"""Listing, adding and sending while the store grows: medians in a store of a thousand and of two hundred thousand."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import insert, text

from adapters.storage.schema import invoices, transfers
from core.transfer import Receipt, Transfer, TransferState, arrived, new_transfer, started
from entrypoints.container import Container
from tests.benchmarks.figures import Figures
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoice
from tests.benchmarks.sandbox_process import running_sandbox
from tests.postgres import server, temporary_database

SMALL, LARGE = 1_000, 200_000
_ROUNDS = 60
_AT_ONCE = 5_000
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_PAGE = 50


@dataclass(frozen=True)
class Store:
    """An installation whose store holds so many invoices, half of them transferred."""

    container: Container
    size: int

    def number(self, share: float) -> str:
        """Return the number of the invoice that comes after that share of all."""
        return f"old-{int(self.size * share):08}"


def report(figures: Figures) -> None:
    """Measure both stores in turns, on SQLite and, where a server is reachable, on PostgreSQL."""
    figures.title(f"A store that grows from {SMALL:,} to {LARGE:,} invoices")
    databases: dict[str, Callable[[], AbstractContextManager[str | None]]] = {
        "SQLite": nullcontext,
        "PostgreSQL": temporary_database,
    }
    for name, database in databases.items():
        if name == "PostgreSQL" and not server():
            figures.say("\nPostgreSQL: no server is reachable, so it was not measured.\n")
            continue
        with (
            running_sandbox() as url,
            database() as small,
            database() as large,
            _stocked(url, small, SMALL) as one,
            _stocked(url, large, LARGE) as other,
        ):
            _compare(figures, name, one, other)


def _compare(figures: Figures, database: str, small: Store, large: Store) -> None:
    rows, ratios = [], {}
    for what, act in _ACTS.items():
        times: dict[int, list[float]] = {SMALL: [], LARGE: []}
        for nth in range(_ROUNDS):
            for store in (small, large):
                times[store.size].append(_seconds(lambda: act(store, nth)))  # noqa: B023
        medians = {size: statistics.median(measured) * 1000 for size, measured in times.items()}
        ratios[what] = medians[LARGE] / medians[SMALL]
        rows.append([database, what, f"{medians[SMALL]:.2f}", f"{medians[LARGE]:.2f}", f"{ratios[what]:.2f}"])
    figures.say("")
    figures.table(["database", "what", f"ms with {SMALL:,}", f"ms with {LARGE:,}", "ratio of medians"], rows)
    figures.say("")
    worst = max(ratios, key=lambda what: ratios[what])
    figures.limit(f"{database}, the worst ratio ({worst})", ratios[worst], 1.3, unit=" x")


def _list_invoices(store: Store, _nth: int) -> None:
    assert len(store.container.look_up().invoices(BUSINESS, limit=_PAGE, after=store.number(0.5))) == _PAGE


def _list_first_invoices(store: Store, _nth: int) -> None:
    assert len(store.container.look_up().invoices(BUSINESS, limit=_PAGE)) == _PAGE


def _list_transfers(store: Store, _nth: int) -> None:
    after = f"{int(store.size * 0.25):032}"
    assert len(store.container.look_up().transfers(BUSINESS, limit=_PAGE, after=after)) == _PAGE


def _list_transferred(store: Store, _nth: int) -> None:
    listed = store.container.look_up().transfers(BUSINESS, state=TransferState.TRANSFERRED, limit=_PAGE)
    assert len(listed) == _PAGE


def _list_rejected(store: Store, _nth: int) -> None:
    assert not store.container.look_up().transfers(BUSINESS, state=TransferState.REJECTED, limit=_PAGE)


_serial = count()


def _add(store: Store, _nth: int) -> None:
    store.container.add_invoice().add(BUSINESS, invoice(f"added-{next(_serial):08}", customer=1))


def _send(store: Store, nth: int) -> None:
    """Send an invoice that was there, whole: recorded, worked off and stored."""
    transfer = store.container.send_invoice().send(BUSINESS, store.number(0.6 + nth / 1000))
    assert transfer.state is TransferState.TRANSFERRED, transfer.error


def _look_for_open_orders(store: Store, _nth: int) -> None:
    with store.container.storage().transaction() as work:
        assert len(work.statuses.open_invoices(BUSINESS, limit=5)) == 5


def _read_a_hundred(store: Store, nth: int) -> None:
    numbers = [f"old-{store.size // 4 + nth + one:08}" for one in range(100)]
    with store.container.storage().transaction() as work:
        assert len(work.transfers.of_invoices(BUSINESS, numbers)) == 100


_ACTS: dict[str, Callable[[Store, int], None]] = {
    "list invoices, first page": _list_first_invoices,
    "list invoices, a page in the middle": _list_invoices,
    "list transfers, a page in the middle": _list_transfers,
    "list transfers, those transferred": _list_transferred,
    "list transfers, those rejected": _list_rejected,
    "five of the orders that are still open": _look_for_open_orders,
    "the transfers of a hundred invoices": _read_a_hundred,
    "add an invoice": _add,
    "send an invoice, known customer": _send,
}


@contextmanager
def _stocked(url: str, database_url: str | None, size: int) -> Iterator[Store]:
    """Make a store of that size: the first half of its invoices was transferred long ago."""
    os.environ["KVITT_TFSO_CALLS_PER_HOUR"] = "100000"
    with tempfile.TemporaryDirectory() as home:
        container = installation(url, Path(home), database_url=database_url)
        for start in range(0, size, _AT_ONCE):
            _fill(container, range(start, min(start + _AT_ONCE, size)), size)
        if database_url:  # what its autovacuum does by itself a minute later; SQLite is never asked to
            with container.storage().write() as database:
                database.execute(text("ANALYZE"))
        store = Store(container, size)
        _add(store, 0)
        _send(store, 399)  # the customer, product and session are known from here on
        try:
            yield store
        finally:
            container.storage().close()
    os.environ.pop("KVITT_TFSO_CALLS_PER_HOUR", None)


def _fill(container: Container, numbers: range, size: int) -> None:
    given = [invoice(f"old-{nth:08}", customer=1) for nth in numbers]
    documents = [
        {
            "business": BUSINESS,
            "number": one.number,
            "type": one.type,
            "sent": nth < size // 2,
            "document": one.model_dump_json(),
        }
        for nth, one in zip(numbers, given, strict=True)
    ]
    ended = [(nth, _arrived(nth)) for nth in numbers if nth < size // 2]
    with container.storage().write() as database:
        database.execute(insert(invoices), documents)
        if ended:
            database.execute(insert(transfers), [{**one.model_dump(), "settled": nth % 100 > 0} for nth, one in ended])


def _arrived(nth: int) -> Transfer:
    at = _LONG_AGO + timedelta(seconds=nth)
    transfer = started(new_transfer(f"{nth:032}", business=BUSINESS, invoice=f"old-{nth:08}", now=at))
    return arrived(transfer, Receipt(order_id=str(nth), customer_id="1"), warnings=(), books="fake 7", now=at)


def _seconds(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
