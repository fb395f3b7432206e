"""An installation to attack: a home folder, a database, and a sandbox of 24SevenOffice that it talks to over a socket.

Times are short, and in the same proportions as an operator's: a call is given up before it has settled. Leases are
long, so that a busy machine takes none away; `let_leases_run_out` is as good as waiting for it. What a lost call may
still do is waited for as long as one runs in the sandbox; `let_calls_settle` is as good as waiting for the rest.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dependency_injector import providers
from sqlalchemy import update

from adapters.storage.schema import installation as known_backups
from adapters.storage.schema import intents, leases, transfers
from core.business import Business
from core.errors import Outcome, Unsettled
from core.event import EventType
from core.invoice import Invoice
from core.ports.invoice_stores import Step
from core.transfer import Transfer
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.norwegian_time import now
from tests.attack import outbox
from tests.attack.books import HeldBooks, HeldOrder, held_books
from tests.homes import furnish
from tests.systems import REST as REST
from tests.systems import SOAP as SOAP
from tests.systems import TRIPLETEX as TRIPLETEX
from tests.systems import System

BUSINESS = "fjell"

CALL_SECONDS = 0.5
LATE_SECONDS = 0.9
SETTLING_SECONDS = 2.0
LEASE_SECONDS = 60.0
PATIENCE_SECONDS = 30.0

_BETWEEN_LOOKS = 0.02


class Held(NamedTuple):
    """How many of each the accounting system holds, in the books of all companies."""

    orders: int
    customers: int
    products: int
    categories: int


ONE_OF_EACH = Held(orders=1, customers=1, products=1, categories=1)


class Unattended:
    """A queue that nobody works off: turns are taken by whoever the test says."""

    def put(self, business: str) -> None:
        """Leave it."""

    def put_anew(self, business: str) -> None:
        """Leave it."""


class Installation:
    """One installation and the sandbox that it talks to, in one of its ways. `database_url` None is SQLite.

    Nobody takes turns by themselves: `drive` does, or a process that is given the `environment`.
    """

    def __init__(
        self,
        home: Path,
        sandbox: Sandbox,
        *,
        system: System = SOAP,
        database_url: str | None = None,
        lease_seconds: float = LEASE_SECONDS,
        chunk_size: int = 100,
        call_seconds: float = CALL_SECONDS,
        settling_seconds: float = SETTLING_SECONDS,
    ) -> None:
        self.sandbox = sandbox
        self.system = system
        self.settings = Settings(
            home=home,
            database_url=database_url,
            settling_seconds=settling_seconds,
            lease_seconds=lease_seconds,
            chunk_size=chunk_size,
            retry_first_seconds=0.05,
            retry_longest_seconds=0.2,
            sweep_seconds=0.1,
            stop_seconds=5,
        )
        if database_url is None:
            furnish(home)
        self._given = {**system.environment(sandbox), system.timeout: str(call_seconds)}
        self.container = self.new_container()
        self.container.queue.override(providers.Object(Unattended()))

    def new_container(self, *, queue: str = "inline") -> Container:
        """Wire the same installation once more, as another process would."""
        container = make_container(self.settings, queue=queue)
        container.sql_storage.add_kwargs(outlives_power_cuts=False)
        container.environment.override(providers.Object(self._given))
        return container

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that belongs to this installation."""
        ours = {
            f"KVITT_{name}".upper(): str(value) for name, value in self.settings.model_dump(exclude_none=True).items()
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("KVITT_")}
        return {**others, **self._given, **ours}

    def connect(self, business: str = BUSINESS, *, account: str = DEMO_ACCOUNT) -> None:
        """Connect a business to a company of the sandbox's demo world."""
        connection = self.system.connection(account, self.system.company(self.sandbox, account))
        self.container.connect_business().store(Business.model_validate({"name": business, "accounting": connection}))

    def add(self, number: str, *, business: str = BUSINESS, email: str = "post@moe.example", rows: int = 1) -> None:
        """Add an invoice of a company's that the accounting system does not know."""
        self.container.add_invoice().add(business, an_invoice(number, email=email, rows=rows))

    def queue(self, number: str, *, business: str = BUSINESS) -> Transfer:
        """Send an invoice that was added; nobody takes it up yet."""
        return self.container.send_invoice().send(business, number)

    def transfer(self, transfer_id: str) -> Transfer:
        """A transfer as it stands."""
        return self.container.look_up().transfer(transfer_id)

    def drive(
        self, *transfers: Transfer, patience: float = PATIENCE_SECONDS, by_the_clock: bool = False
    ) -> list[Transfer]:
        """Take turns until the transfers have come to rest: ended, or parked. Errors: AssertionError, when they stay.

        Waits out a lease that a dead worker left; and, only `by_the_clock`, all of the settling time of a lost call.
        """
        give_up_at = time.monotonic() + patience
        while True:
            for business in {transfer.business for transfer in transfers}:
                self.container.take_turn().take(business)
            now = [self.transfer(transfer.id) for transfer in transfers]
            self._see_what_errors_say(now)
            if all(one.state.is_final or one.is_parked for one in now):
                return now
            assert time.monotonic() < give_up_at, f"stuck: {[one for one in now if not one.state.is_final]}"
            time.sleep(_BETWEEN_LOOKS)
            if not by_the_clock:
                self.let_calls_settle()

    def _see_what_errors_say(self, transfers: Sequence[Transfer]) -> None:
        """Errors: AssertionError, for one that says that nothing was written where an order is, or the reverse."""
        for transfer in transfers:
            if transfer.error is None:
                continue
            there = [order.id for order in self.orders if _is_of(order, transfer.invoice)]
            told = f"{transfer.error.code}, {transfer.error.outcome}, and these orders are there: {there}"
            assert not there or transfer.error.outcome is not Outcome.NOTHING_WRITTEN, told
            assert there or transfer.error.outcome is not Outcome.WRITTEN, told

    def let_leases_run_out(self) -> None:
        """Do as if the length of a lease had passed since the last renewal."""
        storage = self.container.storage()
        with storage.write() as database:
            database.execute(update(leases).values(expires_at=storage.clock.now()))

    def let_calls_settle(self) -> None:
        """Do as if the settling time had passed since every call began, those before a backup was put back too.

        Nothing is done while a call is running.
        """
        if not self.sandbox.journal.wait_until_idle(0):
            return
        storage = self.container.storage()
        with storage.write() as database:
            now = storage.clock.now()
            long_ago = now - self.settings.settling
            waits = transfers.c.error["code"].as_string() == Unsettled.default_code
            database.execute(update(intents).values(last_at=long_ago))
            noticed = known_backups.c.noticed_at.is_not(None)
            database.execute(update(known_backups).where(noticed).values(noticed_at=long_ago))
            database.execute(update(transfers).where(waits).values(not_before=now, next_attempt_at=now))

    def story(self, transfer: Transfer) -> Sequence[Step]:
        """The steps of a transfer, the oldest first."""
        with self.container.sql_storage().transaction() as work:
            return work.journal.of(transfer.id)

    @property
    def told(self) -> Mapping[str | None, Sequence[EventType]]:
        """What was told of each invoice, and (None) of the business itself; seen to be told as it is kept."""
        return outbox.told(self.container, BUSINESS)

    @property
    def held(self) -> Held:
        """What the accounting system holds when no call is running any more."""
        self.sandbox.settle()
        return Held(
            orders=len(self.orders),
            customers=sum(len(one.customers) for one in self.books),
            products=sum(one.products for one in self.books),
            categories=sum(one.categories for one in self.books),
        )

    @property
    def books(self) -> list[HeldBooks]:
        """The books of every company of the accounting system."""
        return held_books(self.sandbox, self.system)

    def books_of(self, company: str = DEMO_ACCOUNT) -> HeldBooks:
        """The books of one company."""
        return next(books for books in self.books if books.name == company)

    @property
    def orders(self) -> list[HeldOrder]:
        """The orders in the books of all companies, finished or not."""
        return [order for books in self.books for order in books.orders]

    def orders_for(self, number: str) -> list[int]:
        """The ids of the orders with our reference, in the books of all companies."""
        return [order.id for order in self.orders if order.reference == number]

    def texts_of(self, number: str) -> Sequence[str]:
        """What the rows of the only order with our reference say."""
        (order,) = [order for order in self.orders if order.reference == number]
        return order.texts


def _is_of(order: HeldOrder, number: str) -> bool:
    """Whether it is that invoice's, also where it is unfinished and just names the number."""
    return re.search(rf"(?<!\w){re.escape(number)}(?!\w)", order.reference) is not None


def an_invoice(number: str, *, email: str = "post@moe.example", rows: int = 1) -> Invoice:
    """An invoice to a company; where it has several rows, they are numbered."""
    return Invoice.model_validate(
        {
            "number": number,
            "type": "data_for_accounting",
            "issue_date": "2026-10-01",
            "due_date": "2026-10-15",
            "customer": {
                "name": "Signe Prøve",
                "email": email,
                "phone": "40000000",
                "organization_name": "Moe Prøve AS",
                "organization_number": "911000008",
            },
            "rows": [
                {
                    "product": f"Tractor {nth}" if rows > 1 else "Tractor",
                    "period": {"start": "2026-09-10", "end": "2026-09-12"},
                    "quantity": "1",
                    "unit_price": "1200.00",
                    "discount_percent": "0",
                    "vat_percent": "25",
                }
                for nth in range(1, rows + 1)
            ],
        }
    )


@contextmanager
def installed(
    home: Path,
    *,
    system: System = SOAP,
    database_url: str | None = None,
    lease_seconds: float = LEASE_SECONDS,
    chunk_size: int = 100,
    call_seconds: float = CALL_SECONDS,
    settling_seconds: float = SETTLING_SECONDS,
    clock: Callable[[], datetime] = now,
) -> Iterator[Installation]:
    """An installation with its business connected, for the length of the block; somebody wants to be told of all.

    `clock` is the accounting system's.
    """
    with Sandbox.demo(logins_per_minute=0, clock=clock) as sandbox:
        installation = Installation(
            home,
            sandbox,
            system=system,
            database_url=database_url,
            lease_seconds=lease_seconds,
            chunk_size=chunk_size,
            call_seconds=call_seconds,
            settling_seconds=settling_seconds,
        )
        try:
            installation.connect()
            outbox.listen(installation.container)
            yield installation
        finally:
            installation.container.storage().close()
