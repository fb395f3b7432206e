"""The whole gateway over fakes: every use case, wired as an installation is, with short names at hand."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from core.audit import WORKER, Actor
from core.auditor import Auditor
from core.business import Business, Connection
from core.invoice import Invoice
from core.ports.observers import NOBODY, WorkObserver
from core.sending.attempt import TransferInvoices
from core.sending.create_once import CreateOnce
from core.sending.customer_directory import CustomerDirectory
from core.sending.customers import FindCustomers
from core.sending.orders import PlaceOrders
from core.sending.record import RecordTransfers
from core.sending.references import ReferenceData
from core.sending.restore_watch import RestoreWatch
from core.sending.turn import TakeTurn
from core.transfer import RetryPolicy, Transfer
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.adopt_order import AdoptOrder
from core.use_cases.authenticate import Authenticate
from core.use_cases.check_status import CheckStatus
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.link_customer import LinkCustomer
from core.use_cases.look_up import LookUp
from core.use_cases.manage_api_keys import ManageApiKeys
from core.use_cases.manage_transfers import ManageTransfers
from core.use_cases.preview_invoice import PreviewInvoice
from core.use_cases.recover import Recover
from core.use_cases.send_again import SendAgain
from core.use_cases.send_invoice import SendInvoice
from core.use_cases.send_many import SendMany
from core.use_cases.sweep import Sweep
from core.use_cases.tie_order import TieOrder
from core.use_cases.verify_business import VerifyBusiness
from tests.fakes.accounting_system import Books, FakeAccountingSystem, FakeAccountingSystems
from tests.fakes.clock import FakeClock
from tests.fakes.marks import FakeMarks
from tests.fakes.queue import FakeQueue
from tests.fakes.storage import FakeStorage

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
        self.auditor = Auditor(storage=self.storage, clock=self.clock, actor=lambda: self.actor)
        ids, holders, keys = count(1), count(1), count(1)
        self.marks = FakeMarks()
        self.restore_watch = RestoreWatch(
            storage=self.storage, marks=self.marks, clock=self.clock, auditor=self.auditor, wait=self._let_pass
        )
        create_once = CreateOnce(storage=self.storage, clock=self.clock, settling=SETTLING)
        reference_data = ReferenceData(storage=self.storage, clock=self.clock, create_once=create_once)
        find_customers = FindCustomers(
            storage=self.storage,
            clock=self.clock,
            create_once=create_once,
            directory=CustomerDirectory(storage=self.storage, clock=self.clock),
            most_at_once=chunk_size,
        )
        self.take_turn = TakeTurn(
            storage=self.storage,
            clock=self.clock,
            auditor=self.auditor,
            transfer_invoices=TransferInvoices(
                storage=self.storage,
                systems=self.systems,
                clock=self.clock,
                auditor=self.auditor,
                retry_policy=RetryPolicy(),
                reference_data=reference_data,
                find_customers=find_customers,
                place_orders=PlaceOrders(
                    storage=self.storage,
                    clock=self.clock,
                    watch=self.restore_watch,
                    settling=SETTLING,
                    most_at_once=chunk_size,
                ),
                watch=self.restore_watch,
                chance=lambda: 0,
                observer=observer,
            ),
            watch=self.restore_watch,
            lease=LEASE,
            new_holder=lambda: f"holder-{next(holders)}",
            stopping=lambda: self.is_stopping,
            observer=observer,
        )
        if inline:
            self.queue.take_turn = self.take_turn.take
        self.look_up = LookUp(self.storage)
        self.connect_business = ConnectBusiness(
            storage=self.storage, systems=self.systems, clock=self.clock, auditor=self.auditor
        )
        self.verify_business = VerifyBusiness(
            storage=self.storage, systems=self.systems, clock=self.clock, auditor=self.auditor
        )
        self.add_invoice = AddInvoice(storage=self.storage, auditor=self.auditor)
        self.preview_invoice = PreviewInvoice(
            storage=self.storage, systems=self.systems, reference_data=reference_data, find_customers=find_customers
        )
        self.record_transfers = RecordTransfers(
            storage=self.storage, clock=self.clock, queue=self.queue, new_id=lambda: f"transfer-{next(ids):06}"
        )
        self.send_invoice = SendInvoice(
            storage=self.storage, systems=self.systems, auditor=self.auditor, transfers=self.record_transfers
        )
        self.send_many = SendMany(
            storage=self.storage,
            systems=self.systems,
            queue=self.queue,
            clock=self.clock,
            auditor=self.auditor,
            transfers=self.record_transfers,
            new_id=lambda: f"transfer-{next(ids):06}",
        )
        self.send_again = SendAgain(
            storage=self.storage,
            systems=self.systems,
            clock=self.clock,
            auditor=self.auditor,
            transfers=self.record_transfers,
            new_id=lambda: f"transfer-{next(ids):06}",
        )
        self.sweep = Sweep(storage=self.storage, queue=self.queue, clock=self.clock)
        self.manage_transfers = ManageTransfers(
            storage=self.storage, clock=self.clock, auditor=self.auditor, transfers=self.record_transfers
        )
        self.link_customer = LinkCustomer(storage=self.storage, systems=self.systems, auditor=self.auditor)
        tie_order = TieOrder(
            storage=self.storage,
            auditor=self.auditor,
            find_customers=find_customers,
            new_id=lambda: f"transfer-{next(ids):06}",
        )
        self.recover = Recover(
            storage=self.storage,
            systems=self.systems,
            clock=self.clock,
            auditor=self.auditor,
            watch=self.restore_watch,
            tie_order=tie_order,
            settling=SETTLING,
            lease=LEASE,
            new_holder=lambda: f"holder-{next(holders)}",
        )
        self.adopt_order = AdoptOrder(
            storage=self.storage,
            systems=self.systems,
            clock=self.clock,
            auditor=self.auditor,
            tie_order=tie_order,
            settling=SETTLING,
            lease=LEASE,
            new_holder=lambda: f"holder-{next(holders)}",
        )
        self.check_status = CheckStatus(
            storage=self.storage, systems=self.systems, clock=self.clock, auditor=self.auditor
        )
        self.manage_api_keys = ManageApiKeys(
            storage=self.storage,
            clock=self.clock,
            auditor=self.auditor,
            new_text=lambda: f"kvitt_{next(keys):012x}_{'5' * 64}",
        )
        self.authenticate = Authenticate(key_ring=self.storage, storage=self.storage, clock=self.clock)
        self.connect_business.store(
            Business(
                name=self.business,
                accounting=Connection.of(system, {"account_name": "Fjellutleie AS", "password": "open sesame"}),
            )
        )

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
