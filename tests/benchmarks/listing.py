"""Listing invoices by every filter, in a store of 1,000 and of 200,000: what a page of fifty costs.

And what the overview and the payments by age cost in the large one. What a page of the console costs beside the same
read through the API belongs here too, as another of the reads (`_READS`).

Alone: `python -m tests.benchmarks.listing`.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    text,
)

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.schema import invoice_words, invoices, transfers
from core.business import Business
from core.customer import Customer
from core.invoice import Invoice
from core.invoice_filter import UNSENT, InvoiceFilter
from core.search_words import WordKind, words_of
from core.transfer import TransferState, new_transfer
from core.unpaid import Age
from core.use_cases.look_up import LookUp
from core.use_cases.read_overview import ReadOverview
from core.use_cases.read_payments import ReadPayments
from tests.benchmarks.figures import Figures
from tests.benchmarks.month import invoice
from tests.fakes import FakeClock
from tests.postgres import server, temporary_database

SMALL, LARGE = 1_000, 200_000
_ROUNDS = 25
_PAGE = 50
_DAY, BUSINESS = date(2026, 1, 1), "bench"
_MARK = "99999999"
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_TERM = timedelta(days=14)
TODAY = datetime(2027, 8, 20, 12, tzinfo=UTC)

_FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "state=transferred": {"state": "transferred"},
    "state=rejected, which few are": {"state": "rejected"},
    "state=unsent": {"state": UNSENT},
    "paid=true": {"paid": True},
    "paid=false": {"paid": False},
    "paid=false and state=transferred": {"paid": False, "state": "transferred"},
    "number=F-0000": {"number": "F-0000"},
    "from and to, two months": {"first": _DAY, "last": _DAY + timedelta(days=59)},
    "from, all": {"first": _DAY},
    "customer, half of them": {"customer": "nordmann"},
    "customer, few": {"customer": "sjelden"},
    "newest": {"newest_first": True},
    "newest and state=rejected": {"newest_first": True, "state": "rejected"},
    "newest and paid=false": {"newest_first": True, "paid": False},
    "min_total, half of them": {"least": Decimal(1500)},
    "min_total and max_total, few": {"least": Decimal(3000), "most": Decimal(3001)},
    "min_total, half of them, and newest": {"least": Decimal(1500), "newest_first": True},
    "q, half of them": {"search": "nordmann"},
    "q, few": {"search": "sjelden"},
    "q, an order number": {"search": "po-00000500"},
    "q, an e-mail address": {"search": "00000500@a.no"},
    "q, an organization number as it is written": {"search": "NO 910 000 500 MVA"},
    "q, half of them, and state=rejected": {"search": "nordmann", "state": "rejected"},
    "q, half of them, and state=transferred": {"search": "nordmann", "state": "transferred"},
    "q, few, and paid=false": {"search": "sjelden", "paid": False},
    "from and state=rejected": {"first": _DAY, "state": "rejected"},
    "from and state=transferred": {"first": _DAY, "state": "transferred"},
    "from and q, half of them": {"first": _DAY, "search": "nordmann"},
}

_NAMES = ("Sjelden Gjest", "Kari Nordmann", *(f"Gjest {nth}" for nth in range(97)))


@dataclass(frozen=True)
class Store:
    """A store of invoices. `servers`: the processes of PostgreSQL that work for it; none where they can't be seen."""

    look_up: LookUp
    overview: ReadOverview
    payments: ReadPayments
    servers: Sequence[Path]
    is_cpu: bool

    def seconds(self) -> float:
        """Return the CPU that Kvitt and the database's server have used; the wall's time where that is not known."""
        if not self.is_cpu:
            return time.monotonic()
        return time.process_time() + sum(int(one.read_text().split()[0]) for one in self.servers) / 1e9


class _NoCalls:
    """What is left of calls is read from a counter of its own, which is no part of this."""

    def calls_of(self, _business: str) -> None:
        return None


def _unpaid_pages(store: Store) -> None:
    """Two pages of what has been due longest."""
    _, after = store.payments.unpaid(BUSINESS, age=Age.OVER_90, limit=_PAGE)
    store.payments.unpaid(BUSINESS, age=Age.OVER_90, limit=_PAGE, after=after)


_READS: dict[str, Callable[[Store], object]] = {
    "the overview": lambda store: store.overview.read([BUSINESS], of_all=True),
    "unpaid by age": lambda store: store.payments.ages(BUSINESS),
    "two pages of what is unpaid for over 90 days": _unpaid_pages,
}


def report(figures: Figures) -> None:
    """Measure both stores in turns, on SQLite and, where a server is reachable, on PostgreSQL."""
    figures.title(f"Listing invoices by every filter, from {SMALL:,} to {LARGE:,}")
    figures.say(
        f"CPU of a page of {_PAGE}, of Kvitt and of the database's server together; medians of {_ROUNDS} rounds.\n"
        "Alone: `.venv/bin/python -m tests.benchmarks.listing`."
    )
    for name, database in (("SQLite", sqlite_file), ("PostgreSQL", temporary_database)):
        if name == "PostgreSQL" and not server():
            figures.say("\nPostgreSQL: no server is reachable, so it was not measured.\n")
            continue
        with database() as small, database() as large, _stocked(small, SMALL) as one, _stocked(large, LARGE) as other:
            _compare(figures, name, one, other)


def _compare(figures: Figures, database: str, small: Store, large: Store) -> None:
    rows, ratios = [], {}
    for what, parts in _FILTERS.items():
        wanted = InvoiceFilter(**parts)
        spent: dict[Store, list[float]] = {small: [], large: []}
        for store in [small, large] * _ROUNDS:
            began = store.seconds()
            store.look_up.find_invoices(BUSINESS, wanted, limit=_PAGE)
            spent[store].append(store.seconds() - began)
        less, more = (statistics.median(measured) * 1000 for measured in spent.values())
        ratios[what] = more / less
        rows.append([database, what, f"{less:.2f}", f"{more:.2f}", f"{ratios[what]:.2f}"])
    unit = "ms of CPU" if large.is_cpu else "ms"
    figures.say("")
    figures.table(["database", "filter", f"{unit} with {SMALL:,}", f"{unit} with {LARGE:,}", "ratio"], rows)
    figures.say("")
    worst = max(ratios, key=lambda what: ratios[what])
    figures.limit(f"{database}, the worst ratio ({worst})", ratios[worst], 1.5, unit=" x")
    _read(figures, database, large)


def _read(figures: Figures, database: str, store: Store) -> None:
    rows, medians = [], {}
    for what, act in _READS.items():
        spent = []
        for _ in range(_ROUNDS):
            began = store.seconds()
            act(store)
            spent.append(store.seconds() - began)
        medians[what] = statistics.median(spent) * 1000
        rows.append([database, what, f"{medians[what]:.2f}"])
    figures.say("")
    figures.table(["database", "read", f"ms with {LARGE:,}"], rows)
    figures.say("")
    worst = max(medians, key=lambda what: medians[what])
    figures.limit(f"{database}, the dearest read ({worst})", medians[worst], 50, unit=" ms")


@contextmanager
def sqlite_file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'kvitt.db'}"


@contextmanager
def _stocked(url: str, size: int) -> Iterator[Store]:
    with closing(open_storage(url, FernetSecretBox([Fernet.generate_key().decode()]))) as storage:
        with storage.transaction() as work:
            connection = {"system": "24sevenoffice"}
            work.businesses.put(Business.model_validate({"name": BUSINESS, "accounting": connection}))
        with storage.write() as database:
            fill(database, size)
        clock = FakeClock(TODAY)
        overview = ReadOverview(storage=storage, figures=_NoCalls(), clock=clock)  # type: ignore[arg-type]
        payments = ReadPayments(storage=storage, clock=clock)
        yield Store(LookUp(storage), overview, payments, *servers_of(storage, url))


def servers_of(storage: SqlStorage, url: str) -> tuple[Sequence[Path], bool]:
    """Return the clocks of the server's processes, and whether they can be read: not from another machine."""
    if url.startswith("sqlite"):
        return (), True
    with storage.write() as database:
        pids = database.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).all()
    clocks = tuple(Path(f"/proc/{pid}/schedstat") for pid in pids)
    names = [clock.with_name("comm") for clock in clocks]
    return clocks, all(name.exists() and name.read_text().startswith("postgres") for name in names)


def fill(database: Connection, size: int) -> None:
    """Store invoices in bulk: half for one name, a fifth unsent, half paid, and four of each rare thing.

    Indexes are made when the rows are there, which leads to the same ones sooner.
    """
    tables = (invoices, invoice_words, transfers)
    indexes = sorted((index for table in tables for index in table.indexes), key=lambda index: str(index.name))
    is_postgresql = database.dialect.name == "postgresql"
    if is_postgresql:  # what is stored here refers to what is there
        database.execute(text("SET LOCAL session_replication_role = replica"))
    # On PostgreSQL the migrations alone know which of them are partial.
    as_made = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()")
    statements = {row.indexname: row.indexdef for row in database.execute(as_made)} if is_postgresql else {}
    for index in indexes:
        index.drop(database)
    _copy(
        database,
        "invoices (business, number, type, document, sent, issue_date, due_date, currency, total)",
        _invoice_rows(size),
    )
    _copy(database, "invoice_words (business, number, word, kind)", _word_rows(size))
    _move(database, size)
    for index in indexes:
        if is_postgresql:
            database.execute(text(statements[str(index.name)]))
        else:
            index.create(database)
    if is_postgresql:  # what its autovacuum does by itself a minute later; SQLite is never asked to
        database.execute(text("ANALYZE"))


def _copy(database: Connection, into: str, rows: Iterator[tuple[object, ...]]) -> None:
    if database.dialect.name == "postgresql":
        driver = database.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * (into.count(",") + 1))
        database.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(rows))


def _invoice_rows(size: int) -> Iterator[tuple[object, ...]]:
    form = invoice(f"F-{_MARK}", customer=1)
    document = form.model_dump_json()
    for nth in range(size):
        day = _DAY + timedelta(days=nth * 600 // size)
        stated = document.replace(_MARK, f"{nth:08}", 1)
        days = (day.isoformat(), (day + _TERM).isoformat())
        yield BUSINESS, f"F-{nth:08}", form.type.value, stated, nth % 5 > 0, *days, "NOK", _total(nth, size)


def _total(nth: int, size: int) -> int:
    """Sums go from 100 to 3,000 again and again; four invoices come to a little more."""
    return 3_000_50 if nth % (size // 4) == 7 else 100_00 + nth * 7_919 % 2_900_00


def _word_rows(size: int) -> Iterator[tuple[object, ...]]:
    """Yield the words of all invoices. They are found out once for each name: the rest of them are numbers."""
    words = {}
    for name in _NAMES:
        customer = Customer(name=name, email=f"{_MARK}@a.no")
        stated = Invoice(number=f"F-{_MARK}", order_number=f"PO-{_MARK}", customer=customer)
        words[name] = [(kind.value, word) for kind, word in sorted(words_of(stated))]
    rare = size // 4
    for nth in range(size):
        name = _NAMES[0] if nth % rare == rare // 2 else _NAMES[1] if nth % 2 else _NAMES[2 + nth % 97]
        for kind, word in words[name]:
            yield BUSINESS, f"F-{nth:08}", word.replace(_MARK, f"{nth:08}"), kind
        yield BUSINESS, f"F-{nth:08}", str(910_000_000 + nth), WordKind.CUSTOMER.value


def _move(database: Connection, size: int) -> None:
    """Give every invoice that was sent a transfer: like the one that is stored first, but for where it stands."""
    moved = new_transfer(_MARK, business=BUSINESS, invoice=_MARK, now=_AT)
    ended = moved.model_copy(update={"state": TransferState.TRANSFERRED, "next_attempt_at": None})
    database.execute(insert(transfers).values(**ended.model_dump(), settled=False, paid=False))
    digits = func.substr(invoices.c.number, 3)
    nth = cast(digits, Integer)
    is_rejected = nth % (size // 4) == 1
    is_paid = and_(not_(is_rejected), nth % 2 == 0)
    own: dict[str, ColumnElement[Any]] = {
        "id": literal("0" * 24) + digits,
        "invoice": invoices.c.number,
        "state": case((is_rejected, TransferState.REJECTED.value), else_=TransferState.TRANSFERRED.value),
        "paid": is_paid,
        "settled": is_paid,
        "error_code": case((is_rejected, "no_vat_code"), else_=None),
        "arrived_on": case((is_rejected, None), else_=invoices.c.issue_date),
        "due_on": case((is_rejected, None), else_=invoices.c.due_date),
        "currency": invoices.c.currency,
        "total": invoices.c.total,
    }
    of_all = transfers.join(invoices, transfers.c.business == invoices.c.business)
    rows = select(*(own.get(column.name, column) for column in transfers.c)).select_from(of_all)
    rows = rows.where(transfers.c.id == _MARK, invoices.c.sent.is_(True)).order_by(invoices.c.number)
    database.execute(insert(transfers).from_select([column.name for column in transfers.c], rows))
    database.execute(delete(transfers).where(transfers.c.id == _MARK))


if __name__ == "__main__":
    report(Figures())
