"""Listing invoices by every filter, in a store of 1,000 and of 200,000: what a page of fifty costs."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import insert, text

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.schema import invoice_words, invoices, transfers
from core.business import Business
from core.customer import Customer
from core.invoice import Invoice
from core.invoice_filter import UNSENT, InvoiceFilter
from core.search_words import words_of
from core.transfer import TransferState, new_transfer
from core.use_cases.look_up import LookUp
from tests.benchmarks.figures import Figures
from tests.benchmarks.month import invoice
from tests.postgres import server, temporary_database

SMALL, LARGE = 1_000, 200_000
_ROUNDS = 25
_AT_ONCE = 5_000
_PAGE = 50
_DAY, _BUSINESS = date(2026, 1, 1), "bench"
_AT = datetime(2026, 1, 1, tzinfo=UTC)

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
    "q, half of them": {"search": "nordmann"},
    "q, few": {"search": "sjelden"},
    "q, an order number": {"search": "po-00000500"},
    "q, half of them, and state=rejected": {"search": "nordmann", "state": "rejected"},
    "q, half of them, and state=transferred": {"search": "nordmann", "state": "transferred"},
    "q, few, and paid=false": {"search": "sjelden", "paid": False},
    "from and state=rejected": {"first": _DAY, "state": "rejected"},
    "from and state=transferred": {"first": _DAY, "state": "transferred"},
    "from and q, half of them": {"first": _DAY, "search": "nordmann"},
}


def report(figures: Figures) -> None:
    """Measure both stores in turns, on SQLite and, where a server is reachable, on PostgreSQL."""
    figures.title(f"Listing invoices by every filter, from {SMALL:,} to {LARGE:,}")
    for name, database in (("SQLite", _sqlite_file), ("PostgreSQL", temporary_database)):
        if name == "PostgreSQL" and not server():
            figures.say("\nPostgreSQL: no server is reachable, so it was not measured.\n")
            continue
        with database() as small, database() as large, _stocked(small, SMALL) as one, _stocked(large, LARGE) as other:
            _compare(figures, name, one, other)


def _compare(figures: Figures, database: str, small: LookUp, large: LookUp) -> None:
    rows, ratios = [], {}
    for what, parts in _FILTERS.items():
        wanted = InvoiceFilter(**parts)
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(_ROUNDS):
            for look_up, measured in zip((small, large), spent, strict=True):
                began = time.process_time() if database == "SQLite" else time.monotonic()
                look_up.find_invoices(_BUSINESS, wanted, limit=_PAGE)
                measured.append((time.process_time() if database == "SQLite" else time.monotonic()) - began)
        less, more = (statistics.median(measured) * 1000 for measured in spent)
        ratios[what] = more / less
        rows.append([database, what, f"{less:.2f}", f"{more:.2f}", f"{ratios[what]:.2f}"])
    unit = "ms of CPU" if database == "SQLite" else "ms"
    figures.say("")
    figures.table(["database", "filter", f"{unit} with {SMALL:,}", f"{unit} with {LARGE:,}", "ratio"], rows)
    figures.say("")
    worst = max(ratios, key=lambda what: ratios[what])
    figures.limit(f"{database}, the worst ratio ({worst})", ratios[worst], 2, unit=" x")


@contextmanager
def _sqlite_file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'kvitt.db'}"


@contextmanager
def _stocked(url: str, size: int) -> Iterator[LookUp]:
    with closing(open_storage(url, FernetSecretBox([Fernet.generate_key().decode()]))) as storage:
        with storage.transaction() as work:
            connection = {"system": "24sevenoffice"}
            work.businesses.put(Business.model_validate({"name": _BUSINESS, "accounting": connection}))
        for start in range(0, size, _AT_ONCE):
            _fill(storage, range(start, min(start + _AT_ONCE, size)), size)
        if url.startswith("postgresql"):  # what its autovacuum does by itself a minute later; SQLite is never asked to
            with storage.write() as database:
                database.execute(text("ANALYZE"))
        yield LookUp(storage)


def _fill(storage: SqlStorage, numbers: range, size: int) -> None:
    """Store invoices in bulk: half for one name, a fifth unsent, half paid, and four of each rare thing."""
    form = invoice("N", customer=1).model_dump_json()
    rare = size // 4
    kept, words, moved = [], [], []
    for nth in numbers:
        name = "Sjelden Gjest" if nth % rare == rare // 2 else ("Kari Nordmann" if nth % 2 else f"Gjest {nth % 97}")
        number, day = f"F-{nth:08}", _DAY + timedelta(days=nth * 600 // size)
        stated = Invoice(number=number, order_number=f"PO-{nth:08}", customer=Customer(name=name, email=f"{nth}@a.no"))
        words += [
            {"business": _BUSINESS, "number": number, "word": one, "kind": kind} for kind, one in words_of(stated)
        ]
        kept.append(
            {
                "business": _BUSINESS,
                "number": number,
                "type": "data_for_accounting",
                "document": form.replace('"number":"N"', f'"number":"{number}"', 1),
                "sent": nth % 5 > 0,
                "issue_date": day,
            }
        )
        if nth % 5:
            state = TransferState.REJECTED if nth % rare == 1 else TransferState.TRANSFERRED
            transfer = new_transfer(f"{nth:032}", business=_BUSINESS, invoice=number, now=_AT)
            row = transfer.model_copy(update={"state": state, "next_attempt_at": None}).model_dump()
            moved.append({**row, "settled": False, "paid": state is TransferState.TRANSFERRED and nth % 2 == 0})
    with storage.write() as database:
        database.execute(insert(invoices), kept)
        database.execute(insert(invoice_words), words)
        database.execute(insert(transfers), moved)


if __name__ == "__main__":
    report(Figures())
