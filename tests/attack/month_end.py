"""A small month-end to attack: a dozen invoices, written a few at a time, for customers known and unknown.

Enough of its customers are unknown for the directory to be read. One is known and has moved; two invoices have one
customer.
"""

from collections import Counter
from collections.abc import Sequence

from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from tests.attack.installation import BUSINESS, Installation, an_invoice

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


def see_exactly_one_of_each(installation: Installation, given: Sequence[Invoice]) -> None:
    """See in the accounting system's books that each invoice is one order, of its own customer, and nothing doubled."""
    installation.sandbox.settle()
    transfers = {one.invoice: one for one in installation.container.look_up().transfers(BUSINESS, limit=1000)}
    books = [account.books for account in installation.sandbox.accounts if account.books.orders]
    (held,) = books
    email_of = {one.number: one.customer.email for one in [*given, _invoice(_BEFORE, email=_KNOWN)]}
    reference = installation.system.reference
    assert Counter(reference(order) for order in held.orders.values()) == Counter(email_of.keys())
    for order in held.orders.values():
        transfer = transfers[reference(order)]
        assert (transfer.state, transfer.order_id) == (TransferState.TRANSFERRED, str(order.id)), transfer.error
        assert transfer.customer_id == str(order.customer_id)
        customer = held.customers[order.customer_id]
        assert email_of[reference(order)] in customer.emails.values(), "an order of another's customer"
    held_emails = Counter(email for one in held.customers.values() for email in set(one.emails.values()))
    assert held_emails == Counter(set(email_of.values())), "a customer was created twice"
    assert (len(held.products), len(held.categories)) == (1, 1)


def _invoice(number: str, *, email: str, street: str = "Kirkegata 4") -> Invoice:
    address = {"street": street, "postal_code": "3015", "city": "Drammen", "country": "NO"}
    customer = {"name": f"Prøve {email.split('@')[0].capitalize()}", "email": email, "address": address}
    return Invoice.model_validate({**an_invoice(number).model_dump(mode="json"), "customer": customer})
