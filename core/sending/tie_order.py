"""Tie an order that is in the books to its invoice, as if the transfer had just arrived."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from core.audit import Action
from core.auditor import Auditor
from core.customer_choice import matching_customer
from core.errors import Rejected
from core.intent import IntentKind
from core.ports.invoice_stores import Step
from core.ports.storage import Storage, UnitOfWork
from core.sending.customer_directory import read_customers
from core.sending.customers import FindCustomers
from core.sending.fence import Session
from core.sending.telling import tell_ends
from core.transfer import Receipt, Transfer, arrived, new_transfer
from core.unreadable import Unreadable


class TieOrder:
    """Compares customers, and ties orders to invoices."""

    def __init__(
        self, *, storage: Storage, auditor: Auditor, find_customers: FindCustomers, new_id: Callable[[], str]
    ) -> None:
        self._storage = storage
        self._auditor = auditor
        self._find_customers = find_customers
        self._new_id = new_id

    def tie(
        self,
        work: UnitOfWork,
        business: str,
        number: str,
        receipt: Receipt,
        *,
        transfer: Transfer | None,
        warnings: Sequence[str],
        books: str,
        now: datetime,
        order_reference: str | None = None,
    ) -> Transfer:
        """Make the order the invoice's: `transfer` has arrived with it, and where there is none one is made.

        `books` is the key of the books that the order lies in; `order_reference` is the number that it carries where
        that is not the invoice's.
        """
        if transfer is None:
            transfer = new_transfer(self._new_id(), business=business, invoice=number, now=now)
            work.transfers.add(transfer)
        tied = work.transfers.save(
            arrived(transfer, receipt, warnings=tuple(warnings), books=books, now=now, order_reference=order_reference)
        )
        work.invoices.mark_sent(business, [number])
        work.intents.remove(business, IntentKind.ORDER, number)
        text = f"Order {receipt.order_id} was found in the accounting system and matched to the invoice."
        work.journal.add([(tied.id, Step(at=now, text=text))])
        self._auditor.done(work, Action.ORDER_ADOPTED, business=business, invoice=number, subject=receipt.order_id)
        tell_ends(work, self._auditor, [tied], now=now)
        return tied

    def other_customers(
        self, business: str, asked: Mapping[str, Collection[str]], session: Session
    ) -> Mapping[str, Collection[str]]:
        """Return, by invoice number, which of the customers asked about are known not to be the invoice's.

        One who is remembered to be it is asked nobody about; the others' records are read.
        """
        with self._storage.transaction() as work:
            invoices = work.invoices.of_numbers(business, list(asked))
            customers = {number: invoice.customer for number, invoice in invoices.items() if invoice.rows}
            links = self._find_customers.read_links(work, business, customers, books=session.identity().key)
        remembered = {number: link.customer_id for number, link in links.items()}
        strangers = {
            number: [customer_id for customer_id in asked[number] if customer_id != remembered.get(number)]
            for number in customers
        }
        wanted = sorted({customer_id for ids in strangers.values() for customer_id in ids})
        records = read_customers(wanted, session)

        def is_other(number: str, customer_id: str) -> bool:
            record = records.get(customer_id)
            if record is None or isinstance(record, Unreadable):
                return False
            try:
                return matching_customer(customers[number], [record]) is None
            except Rejected:
                return False

        return {
            number: [customer_id for customer_id in ids if is_other(number, customer_id)]
            for number, ids in strangers.items()
        }
