"""Link a customer: a person says which record the customer of an invoice is, and that is remembered until unlinked."""

from collections.abc import Sequence

from core.audit import Action
from core.auditor import Auditor
from core.customer import CustomerKind, CustomerRecord
from core.customer_choice import CustomerLink, link_key
from core.errors import InvalidInput
from core.ports.accounting import AccountingSystems
from core.ports.storage import Storage
from core.sending.books import note_books, require_here
from core.stored import require_business, require_invoice
from core.unreadable import Unreadable, customer_cannot_be_read


class LinkCustomer:
    """Remembers a person's choice."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, auditor: Auditor) -> None:
        self._storage = storage
        self._systems = systems
        self._auditor = auditor

    def link(self, business_name: str, number: str, customer_id: str) -> CustomerRecord:
        """Remember that the invoice's customer is this record, and return the record as it reads now.

        Errors: NotFound; InvalidInput when there is no such record, or it is a supplier's; OtherBooks, where the
        invoice's order lies or may lie in others; Rejected, code `unreadable_customer`; AccessRefused; TryAgain.
        """
        about = {"business": business_name, "invoice": number}
        with self._auditor.refusals(Action.CUSTOMER_LINKED, **about):  # without what was given: it may be anything
            key, record = self._found(business_name, number, customer_id)
        with self._storage.transaction() as work:
            work.links.put(business_name, CustomerLink(key=key, customer_id=customer_id, chosen=True))
            self._auditor.done(work, Action.CUSTOMER_LINKED, **about, subject=customer_id)
        return record

    def unlink(self, business_name: str, number: str) -> Sequence[str]:
        """Forget which record the invoice's customer is, chosen or learned; return the ids that were remembered.

        That is so for all invoices of that customer: the next that is sent looks for the record anew. One that was sent
        stays as it is. Nobody is asked in the accounting system. Errors: NotFound.
        """
        about = {"business": business_name, "invoice": number}
        with self._auditor.refusals(Action.CUSTOMER_UNLINKED, **about), self._storage.transaction() as work:
            customer = require_invoice(work, business_name, number).customer
            keys = [link_key(customer, books=books) for books in work.books.of(business_name)]
            links = work.links.of_keys(business_name, keys)
            work.links.remove(business_name, list(links))
            remembered = list(dict.fromkeys(link.customer_id for link in links.values()))
            for customer_id in remembered:
                self._auditor.done(work, Action.CUSTOMER_UNLINKED, **about, subject=customer_id)
        return remembered

    def _found(self, business_name: str, number: str, customer_id: str) -> tuple[str, CustomerRecord]:
        """Return under which key the choice is remembered, and the record."""
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            invoice = require_invoice(work, business_name, number)
        if not (invoice.customer.key_number or invoice.customer.key_email):
            raise InvalidInput(
                f"Invoice {number} has neither an organization number nor an e-mail address to remember the choice by.",
                code="no_customer_key",
                hint="Add the invoice again with one of them, then link its customer.",
            )
        system = self._systems.open(business)
        here = system.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
            require_here(work, business_name, number, here=here)
        record = system.customers.read([customer_id]).get(customer_id)
        if isinstance(record, Unreadable):
            raise customer_cannot_be_read(record)
        if record is None or record.kind is CustomerKind.SUPPLIER:
            raise InvalidInput(
                f'The accounting system has no customer with the id "{customer_id}".'
                if record is None
                else f"The record {customer_id} is a supplier, not a customer.",
                code="unknown_customer",
                hint="Take the id from the transfer's error, or from the customer's page in the accounting system.",
            )
        return link_key(invoice.customer, books=here.key), record
