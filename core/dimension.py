"""What an order is counted under besides its accounts: a department and a project. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property

from core.business import Business
from core.errors import Rejected
from core.fields import Document, ReadText
from core.identity import canonical
from core.invoice import Invoice, InvoiceRow
from core.unreadable import Unreadable, readable, unreadable

_MOST_NAMED = 5


class DimensionKind(StrEnum):
    """The two kinds, by the name that they have in the settings, on an invoice and on its rows."""

    DEPARTMENT = "department"
    PROJECT = "project"


class Dimension(Document):
    """A department or project in the accounting system. `name` is None where only ids can be given."""

    id: str
    name: ReadText | None = None


class Listed(Document):
    """What is known of an account's departments, or of its projects.

    `all_of_them` is None where the accounting system does not tell: an id is taken as it stands then. `refusal` is why
    it would not tell these credentials, so that none can be given.
    """

    all_of_them: tuple[Dimension | Unreadable, ...] | None = None
    refusal: str | None = None

    @cached_property
    def known_as(self) -> Mapping[str, Mapping[str, Dimension]]:
        """Those that can be read, by what they may be called: an id, or a name; within that, by id.

        Sorted once: every row of every invoice asks, and there may be thousands.
        """
        known: dict[str, dict[str, Dimension]] = {}
        for dimension in readable(self.all_of_them or ()):
            for called in (dimension.id, canonical(dimension.name or "")):
                known.setdefault(called, {})[dimension.id] = dimension
        return known


def stated_dimension(kind: DimensionKind, *said_by: Business | Invoice | InvoiceRow) -> str | None:
    """Return the department or project of the first that names one: give the row, the invoice, the business."""
    return next((text for speaker in said_by if (text := canonical(getattr(speaker, kind) or ""))), None)


def kinds_wanted(invoices: Iterable[Invoice], business: Business) -> list[DimensionKind]:
    """Return of which kinds these invoices, or the settings for them, name any."""
    invoices = list(invoices)
    return [
        kind
        for kind in DimensionKind
        if stated_dimension(kind, business)
        or any(stated_dimension(kind, invoice, *invoice.rows) for invoice in invoices)
    ]


def dimension_meant(kind: DimensionKind, wanted: str, known: Mapping[DimensionKind, Listed]) -> Dimension:
    """Return the department or project that is meant by an id or an exact name.

    Errors: Rejected, codes `unknown_dimension`, `ambiguous_dimension`.
    """
    listed = known[kind]
    if listed.refusal:
        raise Rejected(
            f'The {kind} "{wanted}" can\'t be looked up: {listed.refusal}',
            code="unknown_dimension",
            hint=f"Give this connection the right to read the {kind}s there, or leave out the {kind}. Then retry the "
            "transfer.",
        )
    if listed.all_of_them is None:
        if wanted.isascii() and wanted.isdigit():
            return Dimension(id=wanted)
        raise Rejected(
            f'The accounting system does not list its {kind}s here, so "{wanted}" can\'t be looked up.',
            code="unknown_dimension",
            hint=f"Give the {kind}'s id (a whole number) instead of its name. Then retry the transfer.",
        )
    return _meant(kind, wanted, listed)


def _meant(kind: DimensionKind, wanted: str, listed: Listed) -> Dimension:
    found = listed.known_as.get(wanted, {})
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        ids = ", ".join(f'{dimension.id} ("{dimension.name}")' for dimension in list(found.values())[:_MOST_NAMED])
        raise Rejected(
            f'"{wanted}" may be several {kind}s in the account: {ids}.',
            code="ambiguous_dimension",
            hint=f"Rename one of them there, or give the {kind} by its id, or by a name that is not another's id. "
            f"Then retry the transfer.",
        )
    lost = [
        record for record in unreadable(listed.all_of_them or ()) if wanted in (record.id, canonical(record.name or ""))
    ]
    because = f", as far as they can be read ({lost[0].reason})" if lost else ""
    raise Rejected(
        f'"{wanted}" is neither the id nor the name of a {kind} in the account{because}.',
        code="unknown_dimension",
        hint=f"Correct the {kind} where it is stated (the invoice, its row or the business's settings), or add it "
        "there. Then retry the transfer.",
    )
