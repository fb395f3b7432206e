"""Both APIs answer alike over the same books: one table of states and sums holds them together.

Each case is an order, and what the accountant and the bank have done; both plugins are asked about it. Where SOAP can't
tell (it knows a day of payment and no amounts), the table says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adapters.twentyfour_seven_office.rest.settings import RestConnection
from adapters.twentyfour_seven_office.rest.system import open_rest_system
from adapters.twentyfour_seven_office.soap.settings import SoapConnection
from adapters.twentyfour_seven_office.soap.system import open_soap_system
from core.business import Business, Connection
from core.errors import KvittError
from core.invoice import Invoice
from core.payment import PaymentReason, PaymentReport, SentOrder, payment_report
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import (
    DEMO_APPLICATION_ID,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_PASSWORD,
    DEMO_USERNAME,
)
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.unit.samples import a_row, an_invoice

SOAP, REST = "soap", "rest"
EARLY, LATE, LATER = date(2026, 10, 10), date(2026, 10, 20), date(2026, 10, 25)
NOT_PUBLISHED, OPEN, PARTLY, PAID, DELETED, NOT_OURS = (
    PaymentReason.NOT_PUBLISHED,
    PaymentReason.OPEN,
    PaymentReason.PARTLY_PAID,
    PaymentReason.PAID,
    PaymentReason.DELETED,
    PaymentReason.NOT_OURS,
)
ON_INVOICE_DAY = "on the day of the invoice"
Paid = tuple[str | None, date]
"""An amount in the order's currency (None: all that is open), and its day."""


@dataclass(frozen=True)
class Case:
    """An order of one row at 25 percent VAT, what happened to it, and what is to be answered.

    `over_soap` is the reason that SOAP tells instead, where it can't know better. `number` is what the order carries
    now; one that `is_anothers` is of another customer than the one that it was sent for.
    """

    expected: PaymentReason
    paid_at: date | str | None = None
    price: str = "1200.00"
    quantity: str = "1"
    discount: str = "0"
    with_vat: bool = False
    currency: tuple[str, str] | None = None
    is_published: bool = True
    payments: tuple[Paid, ...] = ()
    is_deleted: bool = False
    over_soap: PaymentReason | None = None
    number: str = "2001-1"
    is_anothers: bool = False


ALL = ((None, LATE),)
CASES = {
    "a draft": Case(NOT_PUBLISHED, is_published=False),
    "a draft of nothing": Case(NOT_PUBLISHED, discount="100", is_published=False),
    "a draft that was deleted": Case(DELETED, is_published=False, is_deleted=True),
    "published": Case(OPEN),
    "published and deleted": Case(DELETED, is_deleted=True),
    "paid": Case(PAID, LATE, payments=ALL),
    "paid and deleted": Case(DELETED, payments=ALL, is_deleted=True),
    "paid in part": Case(PARTLY, payments=(("500.00", EARLY),), over_soap=OPEN),
    "paid but for an øre": Case(PARTLY, payments=(("1499.99", EARLY),), over_soap=OPEN),
    "paid in two parts": Case(PAID, LATE, payments=(("500.00", EARLY), ("1000.00", LATE))),
    "paid too much": Case(PAID, LATE, payments=(("2000.00", LATE),)),
    "paid too much with the second part": Case(PAID, LATE, payments=(("500.00", EARLY), ("1000.01", LATE))),
    "paid, and then once more": Case(PAID, LATE, payments=(("1500.00", LATE), ("1500.00", LATER))),
    "a credit": Case(OPEN, quantity="-1"),
    "a credit paid back": Case(PAID, LATE, quantity="-1", payments=ALL),
    "a credit paid back in part": Case(PARTLY, quantity="-1", payments=(("-500.00", EARLY),), over_soap=OPEN),
    "a credit of which too much was paid back": Case(PAID, LATE, quantity="-1", payments=(("-1600.00", LATE),)),
    "0.00 by its discount": Case(PAID, ON_INVOICE_DAY, discount="100"),
    "0.00 by its price": Case(PAID, ON_INVOICE_DAY, price="0.00"),
    "0.00 with VAT": Case(PAID, ON_INVOICE_DAY, price="0.00", with_vat=True),
    "a credit of 0.00": Case(PAID, ON_INVOICE_DAY, quantity="-1", discount="100"),
    "less than half an øre": Case(PAID, ON_INVOICE_DAY, price="0.01", discount="60"),
    "one øre": Case(OPEN, price="0.01"),
    "with VAT": Case(OPEN, with_vat=True),
    "with VAT, paid": Case(PAID, LATE, with_vat=True, payments=ALL),
    "with VAT, paid in part": Case(PARTLY, with_vat=True, payments=(("1199.99", EARLY),), over_soap=OPEN),
    "with VAT, paid too much": Case(PAID, LATE, with_vat=True, payments=(("1200.01", LATE),)),
    "in euro": Case(OPEN, currency=("EUR", "11.6"), price="33.33"),
    "in euro, paid": Case(PAID, LATE, currency=("EUR", "11.6"), price="33.33", payments=ALL),
    "in euro, paid in part": Case(
        PARTLY, currency=("EUR", "11.6"), price="33.33", payments=(("20.00", EARLY),), over_soap=OPEN
    ),
    "paid, with another number": Case(NOT_OURS, payments=ALL, number="77"),
    "paid, without a number": Case(PAID, LATE, payments=ALL, number=""),
    "paid, without a number, of another customer": Case(NOT_OURS, payments=ALL, number="", is_anothers=True),
    "paid, with words after the number": Case(NOT_OURS, payments=ALL, number="2001-1 checked"),
    "paid, of another customer": Case(NOT_OURS, payments=ALL, is_anothers=True),
    "paid, another's order": Case(NOT_OURS, payments=ALL, number="77", is_anothers=True),
    "a draft, another's order": Case(NOT_OURS, is_published=False, number="77", is_anothers=True),
    "another's order of 0.00": Case(NOT_OURS, discount="100", number="77", is_anothers=True),
    "another's order, deleted": Case(DELETED, number="77", is_anothers=True, is_deleted=True),
    "in euro, 0.00": Case(PAID, ON_INVOICE_DAY, currency=("EUR", "11.6"), discount="100"),
}


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(logins_per_minute=0) as sandbox:
        yield sandbox


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    books = sandbox.account(DEMO_ACCOUNT).books
    books.clear()
    return books


@pytest.fixture(scope="module")
def systems(sandbox: Sandbox) -> Mapping[str, AccountingSystem]:
    """The two plugins, open to the same company."""
    environment = {
        "KVITT_TFSO_API_URL": sandbox.url,
        "KVITT_TFSO_REST_URL": sandbox.rest_url,
        "KVITT_TFSO_LOGIN_URL": sandbox.url,
    }
    surroundings = Surroundings(
        sessions=FakeSessionStore(), calls=FakeCallCounter(), clock=Clock(), environment=environment
    )
    soap = SoapConnection(
        account_name=DEMO_ACCOUNT,
        application_id=DEMO_APPLICATION_ID,
        username=DEMO_USERNAME,
        password=DEMO_PASSWORD,
    )
    rest = RestConnection(
        client_id=DEMO_CLIENT_ID,
        client_secret=DEMO_CLIENT_SECRET,
        organization_id=str(sandbox.account(DEMO_ACCOUNT).number),
    )

    def business(system: str) -> Business:
        return Business(name=system, accounting=Connection.of(system, {}))

    return {
        SOAP: open_soap_system(business("24sevenoffice"), soap, surroundings),
        REST: open_rest_system(business("24sevenoffice-rest"), rest, surroundings),
    }


def enter(case: Case, books: Books) -> tuple[Invoice, SentOrder]:
    """Put the case into the books; return the invoice that was sent, and its order."""
    code, rate = case.currency or ("NOK", "1")
    stated = a_row(unit_price=case.price, quantity=case.quantity, discount_percent=case.discount)
    row = Row(
        id=0,
        price=Decimal(case.price),
        quantity=Decimal(case.quantity),
        discount_rate=Decimal(case.discount),
        vat_rate=Decimal(25),
        tax_rate=Decimal(25),
        tax_code=3,
    )
    customer = books.add_customer("Moe Anlegg AS")
    order = Order(
        id=0,
        customer_id=books.add_customer("Dal AS") if case.is_anothers else customer,
        reference=case.number,
        internal_memo=case.number,
        include_vat=case.with_vat,
        currency_symbol=code,
        currency_rate=Decimal(rate),
        rows=[row],
    )
    books.keep_order(order)
    if case.is_published:
        books.publish(order.id)
    for amount, day in case.payments:
        books.pay(order.id, day, None if amount is None else Decimal(amount))
    if case.is_deleted:
        books.delete_order(order.id)
    return an_invoice(currency=code, prices_include_vat=case.with_vat, rows=(stated,)), SentOrder(
        order_id=str(order.id), reference="2001-1", customer_id=str(customer)
    )


def report(system: AccountingSystem, invoice: Invoice, sent: SentOrder) -> PaymentReport:
    state = system.payments.states([sent.order_id]).get(sent.order_id)
    assert not isinstance(state, KvittError)
    return payment_report(invoice, state, sent=sent, checked_at=datetime.now(UTC))


@pytest.mark.parametrize("name", CASES)
def test_both_apis_say_the_same_of_an_order(name: str, books: Books, systems: Mapping[str, AccountingSystem]) -> None:
    case = CASES[name]
    invoice, sent = enter(case, books)
    soap, rest = (report(systems[one], invoice, sent) for one in (SOAP, REST))
    paid_at = books.today() if case.paid_at == ON_INVOICE_DAY else case.paid_at
    assert (rest.reason, rest.paid_at) == (case.expected, paid_at)
    assert (soap.reason, soap.paid_at) == (case.over_soap or case.expected, paid_at)
    amounts_that_soap_does_not_tell = {"reason", "warnings", "checked_at"}
    assert soap.model_dump(exclude=amounts_that_soap_does_not_tell) == rest.model_dump(
        exclude=amounts_that_soap_does_not_tell
    )
    assert soap.warnings == (rest.warnings if case.expected is NOT_OURS else ())
    assert bool(rest.warnings) is (case.expected in (PARTLY, NOT_OURS))
