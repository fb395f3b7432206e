"""An installation of Kvitt to drive a plugin with: the real use cases, over the real storage in a temporary folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

from adapters.mark_file import MarkFile
from adapters.secrets import KeyFile, secret_box_with
from adapters.storage import SqlCallCounter, SqlSessionStore, open_storage
from core.abilities import Abilities
from core.audit import COMMAND_LINE
from core.business import Business, Connection, CustomerUpdates, NewOrderStatus
from core.invoice import Invoice
from core.ports.accounting import AccountingSystem
from core.ports.invoice_stores import Step
from core.ports.surroundings import Surroundings
from core.transfer import Transfer
from core.use_cases.check_status import Answer
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from plugins.conformance.deaths import Deaths, WatchedCalls, WatchedSystems, When
from plugins.manager import load_plugins
from plugins.registry import AccountingRegistry
from plugins.wiring import Terms, UseCases

BUSINESS = "fjell"
PRODUCT, CATEGORY = "Prøve rental", "ProveRental"

_MOST_TURNS = 12


class MovableClock:
    """The machine's time, and what it was moved on by: nobody waits for what only needs time to pass."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return datetime.now(UTC) + self._ahead

    def move_to(self, instant: datetime) -> None:
        """Make it this instant, unless it is later already."""
        self._ahead += max(instant - self.now(), timedelta())


class Installation:
    """One installation, with the business `BUSINESS` connected to the books under test.

    `template` is an empty database of this version, so that not every test has to make its tables.
    """

    def __init__(self, folder: Path, *, template: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._ids, self._holders = count(1), count(1)
        self.clock = MovableClock()
        copyfile(template, folder / "conformance.db")
        self._start()

    def _start(self) -> None:
        """Begin, as a process does: what is not in the storage is not there."""
        database = self._folder / "conformance.db"
        box = secret_box_with(KeyFile(self._folder))
        self._storage = open_storage(f"sqlite:///{database}", box, outlives_power_cuts=False)
        self._deaths = Deaths()
        self._calls = WatchedCalls(self._deaths)
        self.systems: AccountingRegistry = load_plugins(
            Surroundings(
                sessions=SqlSessionStore(self._storage, box),
                calls=SqlCallCounter(self._storage),
                clock=self.clock,
                environment=self._environment,
                observer=self._calls,
            )
        )
        self._wired = UseCases(
            storage=self._storage,
            systems=WatchedSystems(self.systems, self._deaths),
            clock=self.clock,
            marks=MarkFile(self._folder, f"sqlite:///{database}"),
            actor=lambda: COMMAND_LINE,
            settings=Terms(),
            chance=lambda: 0,
            new_id=lambda: f"transfer-{next(self._ids):06}",
            new_holder=lambda: f"holder-{next(self._holders)}",
        )

    def connect(
        self,
        connection: Mapping[str, str],
        *,
        name: str = BUSINESS,
        status: NewOrderStatus = NewOrderStatus.DRAFT,
        product_name: str = PRODUCT,
        customer_updates: CustomerUpdates = CustomerUpdates.UPDATE,
        settings: Mapping[str, Any] | None = None,
    ) -> Business:
        """Connect a business; `settings` are others of Business. Errors: InvalidInput, as for a user."""
        secrets = {key: value for key, value in connection.items() if key != "system"}
        business = Business(
            name=name,
            accounting=Connection.of(connection["system"], secrets),
            product_name=product_name,
            category_name=CATEGORY,
            order_status=status,
            customer_updates=customer_updates,
            **(settings or {}),
        )
        return self._wired.connect_business().store(business).business

    def system(self, name: str = BUSINESS) -> AccountingSystem:
        """Return a business's books, as the core sees them."""
        return self.systems.open(self._wired.look_up().business(name))

    @property
    def abilities(self) -> Abilities:
        """What the plugin under test declares."""
        return self.systems.abilities(self._wired.look_up().business(BUSINESS).accounting.system)

    @contextmanager
    def stopped_before_call(self, number: int) -> Iterator[None]:
        """Let no call go out within the block from the one of this number on, counted from 1."""
        with self._calls.counted_anew(stop_before=number):
            yield

    @contextmanager
    def dying_at(self, what: str, when: When) -> Iterator[None]:
        """Have the worker die within the block: at a write (Write), or at "call 3" of those made within it.

        Killed comes out of it then.
        """
        with self._calls.counted_anew(), self._deaths.at(what, when):
            yield

    def restart(self) -> None:
        """Go on as another process that knows what the storage knows."""
        self._storage.close()
        self._start()

    @contextmanager
    def calls_counted_anew(self) -> Iterator[None]:
        """Count the calls that the plugin tells of from here on."""
        with self._calls.counted_anew():
            yield

    @property
    def calls_told(self) -> int:
        """How many calls the plugin told of (Surroundings, `observer`) since they were counted anew."""
        return self._calls.made

    @property
    def calls_at_a_time(self) -> int:
        """How many of them were open at once, at most."""
        return self._calls.at_a_time

    def opened_anew(self) -> AccountingSystem:
        """Return the business's books, opened once more as another business's."""
        return self.systems.open(self._wired.look_up().business(BUSINESS).model_copy(update={"name": "anew"}))

    def add(self, *invoices: Invoice, business: str = BUSINESS) -> None:
        """Add invoices."""
        for invoice in invoices:
            self._wired.add_invoice().add(business, invoice)

    def send(self, number: str, *, business: str = BUSINESS) -> Transfer:
        """Send an invoice that was added: one attempt is made."""
        return self._wired.send_invoice().send(business, number)

    def send_all(self, numbers: Sequence[str], *, business: str = BUSINESS) -> None:
        """Send invoices that were added, in bulk."""
        self._wired.send_many().send(business, numbers)

    def withdraw(self, number: str, *, business: str = BUSINESS) -> Transfer:
        """Withdraw an invoice that has arrived: one attempt is made to delete its order."""
        return self._wired.withdraw_invoice().withdraw(business, number)

    def transfer(self, number: str, *, business: str = BUSINESS) -> Transfer:
        """Return an invoice's transfer as it stands."""
        transfer = self._wired.look_up().transfer_of(business, number)
        assert transfer is not None, f"invoice {number} has no transfer"
        return transfer

    def drive(self, number: str, *, business: str = BUSINESS) -> Transfer:
        """Let the time of each next attempt come, until the transfer has ended or is parked."""
        for _ in range(_MOST_TURNS):
            transfer = self.transfer(number, business=business)
            if transfer.state.is_final or transfer.is_parked:
                return transfer
            self.clock.move_to(transfer.next_attempt_at or self.clock.now())
            self._wired.take_turn().take(business)
        return self.transfer(number, business=business)

    def retry(self, transfer: Transfer) -> Transfer:
        """Retry a transfer, as a person does who has mended what it was rejected for."""
        return self._wired.manage_transfers().retry(transfer.id)

    def verify(self, name: str = BUSINESS) -> Verification:
        """Verify a business; what was parked goes on."""
        return self._wired.verify_business().verify(name)

    def check(self, *numbers: str, business: str = BUSINESS) -> list[Answer]:
        """Check the status of invoices."""
        return self._wired.check_status().check(business, numbers)

    def preview(self, number: str, *, business: str = BUSINESS) -> InvoicePreview:
        """Preview an invoice."""
        return self._wired.preview_invoice().preview(business, number)

    def story(self, transfer: Transfer) -> Sequence[Step]:
        """Return what happened to a transfer."""
        return self._wired.look_up().steps(transfer.id)

    def close(self) -> None:
        """Close the storage."""
        self._storage.close()


def make_template(file: Path) -> Path:
    """Make an empty database of this version."""
    open_storage(f"sqlite:///{file}", secret_box_with(KeyFile(file.parent))).close()
    return file
