"""A small month-end to attack: a dozen invoices, written a few at a time, for customers known and unknown.

Enough of its customers are unknown for the directory to be read. One is known and has moved; two invoices have one
customer.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from core.event import EventType
from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from tests.attack.installation import BUSINESS, Installation, an_invoice
from tests.attack.outbox import ARRIVED

CHUNK_SIZE = 5
_UNKNOWN = 11
_KNOWN = "known@prove.example"
_BEFORE = "known-before"


def invoices(unknown: int = _UNKNOWN) -> list[Invoice]:
    """Make the month-end: one invoice for each unknown customer, a second one for the first, and one for the known."""
    emails = [f"kunde{nth}@prove.example" for nth in range(unknown)]
    given = [_invoice(f"M-{nth:02}", email=email) for nth, email in enumerate([*emails, emails[0]])]
    return [*given, _invoice("M-known", email=_KNOWN, street="Nyveien 2")]


def queued(installation: Installation, given: Sequence[Invoice]) -> list[Transfer]:
    """Have the accounting system know one customer, and send the month-end; nobody takes it up yet."""
    installation.container.add_invoice().add(BUSINESS, _invoice(_BEFORE, email=_KNOWN))
    (before,) = installation.drive(installation.queue(_BEFORE))
    assert before.state is TransferState.TRANSFERRED, before.error
    for invoice in given:
        installation.container.add_invoice().add(BUSINESS, invoice)
    installation.container.send_many().send(BUSINESS, [one.number for one in given])
    found = [installation.container.look_up().transfer_of(BUSINESS, one.number) for one in given]
    assert all(found)
    return [one for one in found if one]


def see_exactly_one_of_each(
    installation: Installation, given: Sequence[Invoice], *, rejected: Collection[str] = ()
) -> None:
    """See in the accounting system's books that each invoice is one order, of its own customer, and nothing doubled.

    And that it was told once; of those that were `rejected` before, that too.
    """
    installation.sandbox.settle()
    transfers = {one.invoice: one for one in installation.container.look_up().transfers(BUSINESS, limit=1000)}
    (held,) = [books for books in installation.books if books.orders]
    email_of = {one.number: one.customer.email for one in [*given, _invoice(_BEFORE, email=_KNOWN)]}
    assert Counter(order.reference for order in held.orders) == Counter(email_of.keys())
    emails = {customer.id: customer.emails for customer in held.customers}
    for order in held.orders:
        transfer = transfers[order.reference]
        assert (transfer.state, transfer.order_id) == (TransferState.TRANSFERRED, str(order.id)), transfer.error
        assert transfer.customer_id == str(order.customer_id)
        assert email_of[order.reference] in emails[order.customer_id], "an order of another's customer"
    held_emails = Counter(email for one in held.customers for email in one.emails)
    assert held_emails == Counter(set(email_of.values())), "a customer was created twice"
    assert (held.products, held.categories) == (1, 1)
    told: dict[str | None, list[EventType]] = {number: [ARRIVED] for number in email_of}
    for number in rejected:
        told[number] = [EventType.TRANSFER_REJECTED, ARRIVED]
    assert installation.told == told | {None: [EventType.BATCH_FINISHED]}


def _invoice(number: str, *, email: str, street: str = "Kirkegata 4") -> Invoice:
    address = {"street": street, "postal_code": "3015", "city": "Drammen", "country": "NO"}
    customer = {"name": f"Prøve {email.split('@')[0].capitalize()}", "email": email, "address": address}
    return Invoice.model_validate({**an_invoice(number).model_dump(mode="json"), "customer": customer})
