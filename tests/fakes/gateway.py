"""The whole gateway over fakes: every use case, wired as an installation is, with short names at hand."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from core.audit import WORKER, Actor
from core.business import Business, Connection
from core.endpoint_address import Reach, endpoint_address
from core.invoice import Invoice
from core.ports.observers import NOBODY, WorkObserver
from core.transfer import Transfer
from plugins.wiring import Terms, UseCases
from tests.fakes.accounting_system import Books, FakeAccountingSystem, FakeAccountingSystems
from tests.fakes.clock import FakeClock
from tests.fakes.marks import FakeMarks
from tests.fakes.queue import FakeQueue
from tests.fakes.storage import FakeStorage
from tests.fakes.users import FakeCeremony, FakePasswordHasher
from tests.fakes.webhooks import FakePoster

SETTLING = timedelta(seconds=120)
LEASE = timedelta(seconds=300)


class Gateway:
    """One installation with one business, "fjell". Its queue takes the turn at once unless `inline` is off."""

    business = "fjell"

    def __init__(
        self,
        *,
        inline: bool = True,
        system: str = "fake",
        chunk_size: int = 100,
        observer: WorkObserver = NOBODY,
    ) -> None:
        self.clock = FakeClock()
        self.storage = FakeStorage(self.clock)
        self.systems = FakeAccountingSystems(
            self.clock, system=system, is_in_transaction=lambda: self.storage.is_in_transaction
        )
        self.queue = FakeQueue()
        self.is_stopping = False
        self.while_waiting: Callable[[], None] = lambda: None
        """What others do while a new home listens for workers."""
        self.actor: Actor = WORKER
        ids, holders, keys, secrets, texts = (count(1) for _ in range(5))
        self.poster = FakePoster(self.clock, is_in_transaction=lambda: self.storage.is_in_transaction)
        self.marks = FakeMarks()
        self.hasher = FakePasswordHasher()
        wired = UseCases(
            storage=self.storage,
            systems=self.systems,
            clock=self.clock,
            queue=self.queue,
            marks=self.marks,
            key_ring=self.storage,
            session_ring=self.storage,
            password_hasher=self.hasher,
            passkey_ceremony=FakeCeremony(),
            actor=lambda: self.actor,
            settings=Terms(settling=SETTLING, lease=LEASE, chunk_size=chunk_size),
            observer=observer,
            chance=lambda: 0,
            new_id=lambda: f"transfer-{next(ids):06}",
            new_holder=lambda: f"holder-{next(holders)}",
            new_key_text=lambda: f"kvitt_{next(keys):012x}_{'5' * 64}",
            new_secret_text=lambda: f"text-{next(texts):038}",
            webhook_poster=self.poster,
            judge_webhook_address=self._judged,
            new_webhook_secret=lambda: f"whsec_{b64encode(f'{next(secrets):032}'.encode()).decode()}",
            is_stopping=lambda: self.is_stopping,
            wait=self._let_pass,
        )
        self.auditor = wired.auditor()
        self.restore_watch = wired.restore_watch()
        self.take_turn = wired.take_turn()
        if inline:
            self.queue.take_turn = self.take_turn.take
        self.look_up = wired.look_up()
        self.connect_business = wired.connect_business()
        self.verify_business = wired.verify_business()
        self.add_invoice = wired.add_invoice()
        self.credit_invoice = wired.credit_invoice()
        self.preview_invoice = wired.preview_invoice()
        self.send_invoice = wired.send_invoice()
        self.send_many = wired.send_many()
        self.send_again = wired.send_again()
        self.withdraw_invoice = wired.withdraw_invoice()
        self.sweep = wired.sweep()
        self.manage_transfers = wired.manage_transfers()
        self.link_customer = wired.link_customer()
        self.delete_invoice = wired.delete_invoice()
        self.tell_history = wired.tell_history()
        self.find_worker = wired.find_worker()
        self.recover = wired.recover()
        self.adopt_order = wired.adopt_order()
        self.check_status = wired.check_status()
        self.manage_api_keys = wired.manage_api_keys()
        self.authenticate = wired.authenticate()
        self.manage_users = wired.manage_users()
        self.sign_in = wired.sign_in()
        self.use_passkeys = wired.use_passkeys()
        self.manage_webhooks = wired.manage_webhooks()
        self.connect_business.store(
            Business(
                name=self.business,
                accounting=Connection.of(system, {"account_name": "Fjellutleie AS", "password": "open sesame"}),
            )
        )

    def _judged(self, url: str) -> str:
        return endpoint_address(url, reach=Reach()).url

    def _let_pass(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        self.while_waiting()

    @property
    def system(self) -> FakeAccountingSystem:
        """The business's accounting system."""
        return self.systems.of(self.business)

    @property
    def books(self) -> Books:
        """What the business's accounting system holds."""
        return self.system.books

    def add(self, *invoices: Invoice) -> None:
        """Add invoices."""
        for invoice in invoices:
            self.add_invoice.add(self.business, invoice)

    def send(self, number: str) -> Transfer:
        """Send an invoice that was added."""
        return self.send_invoice.send(self.business, number)

    def turn(self) -> None:
        """Take the business's turn."""
        self.take_turn.take(self.business)

    def transfer(self, number: str) -> Transfer:
        """Return the invoice's transfer as it stands."""
        transfer = self.look_up.transfer_of(self.business, number)
        assert transfer is not None, f"invoice {number} has no transfer"
        return transfer
