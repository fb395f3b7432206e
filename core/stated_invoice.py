"""What a file states of an invoice, whatever form the file has.

Pure. An adapter reads its form into this; what it says is judged like any document that comes in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Fault, InvalidInput
from core.fields import plain
from core.invoice import Invoice
from core.totals import totals_of


@dataclass(frozen=True)
class StatedTotals:
    """What the file says that its invoice adds up to, in the invoice's currency; `to_pay` is what is left of it."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    to_pay: Decimal


@dataclass(frozen=True)
class StatedInvoice:
    """An invoice as a file states it: `document` in the form of our JSON.

    `places` tells where in the file each of our fields stands, by its path (`rows[0].unit_price`); `faults` is what
    could not be read; `warnings` name what the file says besides, and has no place in an invoice. Neither shows values.
    `number` is there as far as it can be told.
    """

    number: str | None
    place: str = ""
    document: Mapping[str, object] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    totals: StatedTotals | None = None


def require_stated_totals(invoice: Invoice, stated: StatedInvoice) -> None:
    """Make sure that an invoice comes out with the totals that its file states.

    Errors: InvalidInput, code `totals_differ`, naming for each the place in the file and both figures.
    """
    if faults := list(_differences(invoice, stated)):
        named = "; ".join(fault.sentence for fault in faults)
        raise InvalidInput(
            f"Invoice {invoice.number} does not add up to what the file says. {named}.",
            code="totals_differ",
            faults=faults,
            hint="Correct the rows or the totals where the file was made, then add it again.",
        )


def _differences(invoice: Invoice, stated: StatedInvoice) -> Iterator[Fault]:
    if stated.totals is None:
        return
    ours = totals_of(invoice)
    figures = {
        "net": ours.net,
        "vat": ours.vat,
        "gross": ours.gross,
        "to_pay": ours.gross - (invoice.paid_amount or Decimal(0)),
    }
    for name, figure in figures.items():
        said: Decimal = getattr(stated.totals, name)
        if said != figure:
            place = stated.places.get(f"totals.{name}", name)
            yield Fault(place, f"the file says {plain(said)}, but its rows come to {plain(figure)}")
