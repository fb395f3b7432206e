"""Invoices, kept as the JSON documents that they came as."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert
from typing_extensions import override

from adapters.storage.amounts import kept_amount, read_amount
from adapters.storage.dialects import insert_into
from adapters.storage.listing import find_invoices
from adapters.storage.schema import invoice_words, invoices
from adapters.storage.schema.parts import TYPE_LENGTH
from core.fields import AS_STORED
from core.invoice import Invoice, InvoiceType
from core.invoice_filter import FoundInvoices, InvoiceFilter, Place, known_sum
from core.ports.invoice_stores import InvoiceStore
from core.search_words import words_of
from core.sums import Sum, TypeSum, added_by_type

# What every invoice goes through is made once: making a statement takes longer than carrying it out.
_OF_NUMBER = select(invoices.c.document).where(
    invoices.c.business == bindparam("business"), invoices.c.number == bindparam("number")
)
_OF_NUMBERS = select(invoices.c.number, invoices.c.document).where(
    invoices.c.business == bindparam("business"), invoices.c.number.in_(bindparam("numbers", expanding=True))
)
_OF_NUMBERS_LOCKED = _OF_NUMBERS.order_by(invoices.c.number).with_for_update()
"""Locked in one order by all, so that nobody deadlocks. SQLite needs none: a transaction holds the whole database."""
_SUMS = select(invoices.c.type, invoices.c.currency, invoices.c.total).where(
    invoices.c.business == bindparam("business"), invoices.c.number.in_(bindparam("numbers", expanding=True))
)
_CREDITED_BY = select(invoices.c.number, invoices.c.credits).where(
    invoices.c.business == bindparam("of"),
    invoices.c.number.in_(bindparam("numbers", expanding=True)),
    invoices.c.credits.is_not(None),
)
_STATED = ("type", "document", "credits", "issue_date", "due_date", "currency", "total")
_WORD_ADDITION = insert(invoice_words)
_WORDS_GONE = delete(invoice_words).where(
    invoice_words.c.business == bindparam("of_business"), invoice_words.c.number == bindparam("of_number")
)


class SqlInvoiceStore(InvoiceStore):
    """The invoices as their source stated them."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def get(self, business: str, number: str) -> Invoice | None:
        document = self._database.scalar(_OF_NUMBER, {"business": business, "number": number})
        return _invoice(document) if document is not None else None

    @override
    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        rows = self._database.execute(
            _OF_NUMBERS_LOCKED if for_update else _OF_NUMBERS, {"business": business, "numbers": list(numbers)}
        )
        return {number: _invoice(document) for number, document in rows}

    @override
    def credits_of(self, business: str, number: str) -> Sequence[Invoice]:
        query = select(invoices.c.document).where(invoices.c.business == business, invoices.c.credits == number)
        return [_invoice(document) for document in self._database.scalars(query.order_by(invoices.c.number))]

    @override
    def credited_by(self, business: str, numbers: Collection[str]) -> Mapping[str, str]:
        rows = self._database.execute(_CREDITED_BY, {"of": business, "numbers": list(numbers)})
        return {number: credited for number, credited in rows}  # noqa: C416 - rows are no pairs to mypy

    @override
    def add_new(self, given: Collection[tuple[str, Invoice]]) -> Collection[tuple[str, str]]:
        rows = [_row(business, invoice) for business, invoice in given]
        if not rows:
            return []
        rows.sort(key=itemgetter("business", "number"))  # in one order, as all do, so that nobody deadlocks
        added = self._database.execute(_adding(self._database.dialect.name), rows)
        new = {(row.business, row.number) for row in added}
        words = [
            row
            for business, invoice in given
            if (business, invoice.number) in new
            for row in _word_rows(business, invoice)
        ]
        if words:
            self._database.execute(_WORD_ADDITION, words)
        return [(row["business"], row["number"]) for row in rows if (row["business"], row["number"]) in new]

    @override
    def put(self, business: str, invoice: Invoice) -> None:
        self._database.execute(_storing(self._database.dialect.name), _row(business, invoice))
        self._database.execute(_WORDS_GONE, {"of_business": business, "of_number": invoice.number})
        self._database.execute(_WORD_ADDITION, _word_rows(business, invoice))

    @override
    def find(self, business: str, wanted: InvoiceFilter, *, limit: int, after: Place | None = None) -> FoundInvoices:
        return find_invoices(self._database, business, wanted, limit=limit, after=after)

    @override
    def remove(self, business: str, number: str) -> None:
        of_number = and_(invoices.c.business == business, invoices.c.number == number)
        self._database.execute(delete(invoices).where(of_number))

    @override
    def replacement(self, business: str, number: str) -> Invoice | None:
        query = select(invoices.c.replacement).where(invoices.c.business == business, invoices.c.number == number)
        document = self._database.scalar(query)
        return _invoice(document) if document is not None else None

    @override
    def set_replacement(self, business: str, number: str, replacement: Invoice | None) -> None:
        document = replacement.model_dump_json() if replacement else None
        of_invoice = and_(invoices.c.business == business, invoices.c.number == number)
        self._database.execute(update(invoices).where(of_invoice).values(replacement=document))

    @override
    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        query = select(invoices.c.document).where(invoices.c.business == business)
        if after is not None:
            query = query.where(invoices.c.number > after)
        documents = self._database.scalars(query.order_by(invoices.c.number).limit(limit))
        return [_invoice(document) for document in documents]

    @override
    def sums(self, business: str, numbers: Collection[str]) -> Sequence[TypeSum]:
        rows = self._database.execute(_SUMS, {"business": business, "numbers": list(numbers)})
        return added_by_type(
            TypeSum(
                InvoiceType(kind),
                Sum(currency=None if total is None else currency, count=1, total=read_amount(total)),
            )
            for kind, currency, total in rows
        )

    @override
    def unsent(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        query = select(invoices.c.number).where(_are_unsent(business, InvoiceType.DATA_FOR_ACCOUNTING))
        if after is not None:
            query = query.where(invoices.c.number > after)
        return self._database.scalars(query.order_by(invoices.c.number).limit(limit)).all()

    @override
    def count_unsent_printed(self, business: str) -> int:
        query = select(func.count()).where(_are_unsent(business, InvoiceType.PRINTED))
        return self._database.scalar(query) or 0

    @override
    def mark_sent(self, business: str, numbers: Collection[str]) -> None:
        if numbers:
            unmarked = and_(invoices.c.business == business, invoices.c.number.in_(numbers), invoices.c.sent.is_(False))
            self._database.execute(update(invoices).where(unmarked).values(sent=True))


def _invoice(document: str) -> Invoice:
    return Invoice.model_validate_json(document, context=AS_STORED)


def _row(business: str, invoice: Invoice) -> dict[str, Any]:
    return {
        "business": business,
        "number": invoice.number,
        "type": invoice.type,
        "document": invoice.model_dump_json(),
        "sent": False,
        "credits": invoice.credits,
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "currency": invoice.currency[:TYPE_LENGTH],
        "total": kept_amount(known_sum(invoice)),
    }


def _word_rows(business: str, invoice: Invoice) -> Sequence[dict[str, str]]:
    words = sorted(words_of(invoice))
    return [{"business": business, "number": invoice.number, "word": word, "kind": kind} for kind, word in words]


@cache
def _adding(dialect: str) -> ReturningInsert[tuple[str, str]]:
    """Store new invoices, and tell which were."""
    statement = insert_into(dialect, invoices).on_conflict_do_nothing()
    return statement.returning(invoices.c.business, invoices.c.number)


@cache
def _storing(dialect: str) -> Insert:
    """Store a new invoice, or what another states in its place; whether it is marked as sent stays."""
    statement = insert_into(dialect, invoices)
    changed = {name: statement.excluded[name] for name in _STATED}
    return statement.on_conflict_do_update(index_elements=["business", "number"], set_=changed)


def _are_unsent(business: str, kind: InvoiceType) -> ColumnElement[bool]:
    return and_(invoices.c.business == business, invoices.c.type == kind, invoices.c.sent.is_(False))
