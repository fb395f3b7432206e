"""The ledger's lines: where an invoice's payment is seen, as a sales order has no flag for it.

The vendor's OpenAPI file: dateFrom and dateTo are required, and dateTo is not included. The amounts are in
kroner, whatever the currency of the invoice (assumed).
"""

from typing import Any

from sandbox.norwegian_time import text_of
from sandbox.twentyfour_seven_office.ledger import BANK, RECEIVABLE, SALE, VAT, LedgerLine
from sandbox.twentyfour_seven_office.rest.operation import PAGE, Answer, Operation, Visit, page_of
from sandbox.twentyfour_seven_office.rest.refusals import invalid

USUAL, MOST = 50, 500
FIRST_ACCOUNT_ID = 200_000
NAMES = {RECEIVABLE: "Kundefordringer", BANK: "Bankinnskudd", VAT: "Utgående merverdiavgift", SALE: "Salgsinntekt"}


def read_transaction_lines(visit: Visit) -> Answer:
    """The lines of a period that every parameter given lets through."""
    begins, ends = visit.day("dateFrom"), visit.day("dateTo")
    if begins is None or ends is None:
        raise invalid("dateFrom" if begins is None else "dateTo", "required")
    invoice, currency = visit.text("invoiceNumber"), visit.text("currencyCode")
    customer, account, number = (visit.whole(name) for name in ("customerId", "accountNumber", "transactionNumber"))
    created = visit.instant("createdFrom")
    found = [
        line
        for line in visit.books.ledger.lines
        if begins <= line.day < ends
        and invoice in (None, str(line.order.invoice_id))
        and currency in (None, line.order.currency_symbol)
        and customer in (None, line.order.customer_id)
        and account in (None, line.account)
        and number in (None, line.number)
        and (created is None or line.created >= created)
    ]
    page = page_of(found, visit, usual=USUAL, most=MOST, by=PAGE)
    return Answer([_values_of(line) for line in page.content], links=page.links)


def _values_of(line: LedgerLine) -> dict[str, Any]:
    order = line.order
    return {
        "id": line.id,
        "transaction": {"id": line.transaction_id, "number": line.number},
        "account": {"id": FIRST_ACCOUNT_ID + line.account, "number": line.account, "name": NAMES[line.account]},
        "transactionType": {"id": line.type},
        "amount": line.amount,
        "currency": {"code": order.currency_symbol, "rate": order.currency_rate / order.currency_unit},
        "date": line.day.isoformat(),
        "invoice": {
            "number": str(order.invoice_id),
            "dueDate": str(order.due_date),
            "remittanceReference": order.ocr,
        },
        "customer": {"id": order.customer_id},
        "createdAt": text_of(line.created),
        "modifiedAt": text_of(line.created),
    }


LIST = frozenset(
    {
        "dateFrom", "dateTo", "createdFrom", "transactionNumber", "customerId", "accountNumber", "invoiceNumber",
        "currencyCode", "limit", "page",
    }
)  # fmt: skip
OPERATIONS = (Operation("GET", "/transactionlines", read_transaction_lines, LIST),)
