"""The accounting system as a scenario sees it: the companies that invited the integration, and their books.

It runs in the sandbox, is reached over a socket, and is set up and looked at directly.
"""

import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from core.customer import Address, CustomerKind
from sandbox import Sandbox
from sandbox.journal import Call
from tests.acceptance.gateway import Json
from tests.acceptance.movable_clock import MovableClock
from tests.books.held import CustomerInBooks, HeldBooks, OrderInBooks
from tests.openapi import tripletex_contract, vendor_contract
from tests.systems import SYSTEMS, System

COMPANY = "Fjellutleie AS"
LANDING_COMPANY = "Demo Annet AS"

IMPATIENT_SECONDS = 0.6  # how long an impatient caller waits for an answer

_TRIES = 5


class Office:
    """The accounting system with the integration in it, by the plugin `system`.

    Companies invite the integration as scenarios name them. Customers that were added by hand go by their label.
    """

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox = sandbox
        self.system = system
        self.customers: dict[str, str] = {}
        self._about = COMPANY
        self.elsewhere = system
        self._originals: dict[str, tuple[CustomerInBooks, Mapping[str, object]]] = {}
        self._invited_by: list[HeldBooks] = []
        self._blocked_by: list[HeldBooks] = []
        self._invite()
        self._closed_door: socket.socket | None = None

    def invite(self, *companies: str) -> None:
        """Have the companies invite the integration, unless they have; the very first is the one it lands in."""
        for name in companies:
            if name not in [books.company for books in self._invited_by]:
                self.invite_another(name)

    def invite_another(self, company: str, *, has_categories: bool = True) -> None:
        """Have one more company of that name invite it."""
        self._invited_by.append(self.system.add_company(self.sandbox, company, has_categories=has_categories))
        self._invite()

    def is_about(self, company: str) -> None:
        """Have the scenario be about this company's books, and not about those that most are about."""
        self._about = company

    def block(self, company: str) -> None:
        """Have a company block the user whom it had invited."""
        self._blocked_by.append(self.system.add_company(self.sandbox, company))
        self._invite()

    def _invite(self) -> None:
        self.system.invite(self.sandbox, self._invited_by, blocked=self._blocked_by)

    def connection(self, company: str = COMPANY) -> Json:
        """What a business says of its accounting system to reach this company's books."""
        known = [books for books in self.companies if books.company == company]
        return self.system.connection(company, known[0] if known else None)

    def connection_by_the_other_way(self, company: str) -> Json:
        """Let the integration in by the other way as well, and return what a business says to come by it."""
        others = [one for one in SYSTEMS.values() if one is not self.system and one.family == self.system.family]
        (other,) = others
        other.invite(self.sandbox, self._invited_by)
        return other.connection(company, self.company(company))

    def connection_elsewhere(self) -> Json:
        """Let the integration into another accounting system, and return what a business says to come into it."""
        self.elsewhere = next(one for one in SYSTEMS.values() if one.family != self.system.family)
        books = self.elsewhere.add_company(self.sandbox, self._about)
        self.elsewhere.invite(self.sandbox, [books])
        return self.elsewhere.connection(self._about, books)

    @property
    def books_elsewhere(self) -> HeldBooks:
        """The company's books in the other accounting system."""
        return self.elsewhere.company(self.sandbox, self._about)

    @property
    def companies(self) -> list[HeldBooks]:
        """The books of every company."""
        return self.system.companies(self.sandbox)

    def company(self, name: str = COMPANY) -> HeldBooks:
        return self.system.company(self.sandbox, name)

    @property
    def landing_company(self) -> HeldBooks:
        return self._invited_by[0]

    @property
    def books(self) -> HeldBooks:
        """The books of the company that the scenario is about."""
        return self.company(self._about)

    def add_customer(
        self,
        label: str,
        name: str,
        *,
        kind: CustomerKind,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
    ) -> None:
        """Add a customer by hand, to be spoken of by its label."""
        self.customers[label] = self.books.add_customer(
            name,
            kind=kind,
            organization_number=organization_number,
            email=email,
            invoice_email=invoice_email,
            phone=phone,
            address=address,
        )
        self._originals[label] = self.customer(label), self.content(label)

    def customer(self, label: str) -> CustomerInBooks:
        return self.books.customer(self.customers[label])

    def content(self, label: str) -> Mapping[str, object]:
        """All that the customer's record holds."""
        return self.books.content(self.customers[label])

    def original(self, label: str) -> CustomerInBooks:
        """The customer as it was when it was added."""
        return self._originals[label][0]

    def original_content(self, label: str) -> Mapping[str, object]:
        """All that its record held then."""
        return self._originals[label][1]

    def new_customers(self) -> list[CustomerInBooks]:
        """The customers that were not added by hand."""
        known = set(self.customers.values())
        return [customer for customer in self.books.customers() if customer.id not in known]

    def orders_for(self, number: str) -> list[OrderInBooks]:
        return list(self.books.orders_with(number))

    def order_for(self, number: str) -> OrderInBooks:
        """The only order of an invoice."""
        (order,) = self.orders_for(number)
        return order

    @property
    def only_order(self) -> OrderInBooks:
        """The only order that there is, whosoever it is."""
        (order,) = self.books.orders()
        return order

    def writes(self, *, operations: Collection[str] | None = None, company: str | None = None) -> list[Call]:
        """The calls that came to write something, whatever became of them."""
        return [
            call
            for call in self.sandbox.journal.calls()
            if self.system.writes(call.operation)
            and (operations is None or call.operation in operations)
            and company in (None, call.account)
        ]

    def befall(self, operation: str, kind: str, **options: object) -> None:
        """Let trouble strike calls; the kinds are the sandbox's, by the name that SOAP has for them."""
        self.sandbox.inject(operation, self.system.kinds.get(kind, kind), **options)

    def close_the_door(self) -> None:
        """Refuse every connection, and keep the port for later."""
        address = urlsplit(self.sandbox.url)
        self.sandbox.stop()
        self._closed_door = socket.socket()
        self._closed_door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._closed_door.bind((address.hostname, address.port))

    def open_the_door(self) -> None:
        if self._closed_door is not None:
            self._closed_door.close()
            self._closed_door = None
        self.sandbox.start()

    def close(self) -> None:
        """Leave no socket and no running call behind."""
        if self._closed_door is not None:
            self._closed_door.close()
        self.sandbox.stop()


@contextmanager
def open_office(clock: MovableClock, system: System) -> Iterator[Office]:
    """Open the accounting system at a port of its own, at which it can be reached again after a stop."""
    office = Office(_started(clock), system)
    try:
        yield office
    finally:
        office.close()
    vendor_contract.assert_kept_where_known(office.sandbox.rest_exchanges)
    tripletex_contract.assert_kept_where_known(office.sandbox.tripletex.exchanges)


def _started(clock: MovableClock) -> Sandbox:
    for attempt in range(1, _TRIES + 1):
        sandbox = Sandbox(port=_free_port(), clock=clock, logins_per_minute=0, keep_rest_exchanges=500)
        try:
            sandbox.start()
        except OSError:  # somebody else was faster
            if attempt == _TRIES:
                raise
        else:
            return sandbox
    raise AssertionError("unreachable")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def next_full_hour(clock: MovableClock) -> datetime:
    now = clock.now().astimezone(UTC)
    return datetime.fromtimestamp((now.timestamp() // 3600 + 1) * 3600, UTC)
