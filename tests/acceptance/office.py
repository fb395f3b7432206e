"""24Seven as a scenario sees it: the companies that invited the integration's user, and their books.

It runs in the sandbox, is reached over a socket, and is set up and looked at directly.
"""

import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sandbox.twentyfour_seven_office import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.journal import Call
from sandbox.twentyfour_seven_office.records import Customer, Order
from sandbox.twentyfour_seven_office.users import Account
from tests.acceptance.gateway import Json
from tests.acceptance.movable_clock import MovableClock
from tests.openapi.vendor_contract import assert_kept_where_known
from tests.systems import SYSTEMS, System

COMPANY = "Fjellutleie AS"
LANDING_COMPANY = "Demo Annet AS"

IMPATIENT_SECONDS = 0.6  # how long an impatient caller waits for an answer

_TRIES = 5


class Office:
    """24Seven with the integration in it; companies invite it as scenarios name them. `system` is how it gets in."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox = sandbox
        self.system = system
        self.customers: dict[str, int] = {}
        self._originals: dict[str, Customer] = {}
        self._invited_by: list[Account] = []
        self._blocked_by = system.invite(sandbox, self._invited_by)
        self._closed_door: socket.socket | None = None

    def invite(self, *companies: str) -> None:
        """Have the companies invite the integration, unless they have; the very first is the one it lands in."""
        for name in companies:
            if name not in [account.name for account in self.sandbox.accounts]:
                self.invite_another(name)

    def invite_another(self, company: str) -> Account:
        account = self.sandbox.add_account(company)
        self._invited_by.append(account)
        return account

    def block(self, company: str) -> None:
        """Have a company block the user whom it had invited."""
        self._blocked_by.append(self.sandbox.add_account(company))

    def connection(self, company: str = COMPANY) -> Json:
        """What a business says of its accounting system to reach this company's books."""
        known = [account for account in self.sandbox.accounts if account.name == company]
        return self.system.connection(company, known[0] if known else None)

    def connection_by_the_other_way(self, company: str) -> Json:
        """Let the integration in by the other way as well, and return what a business says to come by it."""
        (other,) = [system for system in SYSTEMS.values() if system is not self.system]
        other.invite(self.sandbox, self._invited_by)
        return other.connection(company, self.sandbox.account(company))

    def company(self, name: str = COMPANY) -> Account:
        return self.sandbox.account(name)

    @property
    def landing_company(self) -> Account:
        return self._invited_by[0]

    @property
    def books(self) -> Books:
        """The books of the company that most scenarios are about."""
        return self.company().books

    def add_customer(self, label: str, name: str, *, kind: str, **details: object) -> None:
        """Add a customer by hand, to be spoken of by its label. A person's last name is its family name."""
        first_name, family_name = name.rsplit(" ", 1) if kind == "Consumer" else ("", name)
        customer_id = self.books.add_customer(family_name, first_name=first_name, type=kind, **details)  # type: ignore[arg-type]
        self.customers[label] = customer_id
        self._originals[label] = deepcopy(self.books.customers[customer_id])

    def customer(self, label: str) -> Customer:
        return self.books.customers[self.customers[label]]

    def original(self, label: str) -> Customer:
        """The customer as it was when it was added."""
        return self._originals[label]

    def new_customers(self) -> list[Customer]:
        """The customers that were not added by hand."""
        known = set(self.customers.values())
        return [customer for number, customer in self.books.customers.items() if number not in known]

    def orders_for(self, number: str) -> list[Order]:
        return [order for order in self.books.orders.values() if self.system.reference(order) == number]

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
    """Open 24Seven at a port of its own, at which it can be reached again after a stop."""
    office = Office(_started(clock), system)
    try:
        yield office
    finally:
        office.close()
    assert_kept_where_known(office.sandbox.rest_exchanges)


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


def called(customer: Customer) -> str:
    """The name that a customer goes by: a person's first and family name, or a company's."""
    return f"{customer.first_name} {customer.name}".strip()


def differences(old: Customer, new: Customer) -> set[str]:
    """The fields in which a customer's data differ, the stamps of time aside."""
    then, now = vars(old), vars(new)
    return {name for name in then if then[name] != now[name]} - {"date_changed"}


def next_full_hour(clock: MovableClock) -> datetime:
    now = clock.now().astimezone(UTC)
    return datetime.fromtimestamp((now.timestamp() // 3600 + 1) * 3600, UTC)


def slots(values: str) -> Mapping[str, str]:
    """A single e-mail address or phone number in its usual slot; nothing for nothing."""
    return {"Primary": values} if values else {}
