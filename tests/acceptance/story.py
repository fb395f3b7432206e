"""What has happened in a scenario so far: who asked for what, and what the gateway answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from core.payment import PaymentReport
from core.transfer import Transfer, TransferError
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.files import Form
from tests.acceptance.gateway import Gateway, Json, Refused
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import BusinessBuilder, InvoiceBuilder
from tests.adapters.ubl.files import Ubl

Answer = TypeVar("Answer", Transfer, PaymentReport, InvoicePreview, Verification)


class Story:
    """Asks the gateway, and keeps the answers.

    `refusal` is what the last thing asked was refused with; `asked_before` is how many calls 24Seven had had when it
    was asked.
    """

    def __init__(self, gateway: Gateway, office: Office) -> None:
        self.gateway = gateway
        self.office = office
        self.business = BusinessBuilder(office.connection())
        self.invoice = InvoiceBuilder()
        self.ubl = Ubl([], "", "", "")
        self.table = b""
        self.warnings: Sequence[str] = ()
        self.refusal: Refused | None = None
        self.events: Sequence[Json] = ()
        self.listed: Sequence[str] = ()
        self.transfers: list[Transfer] = []
        self.credits: list[Json] = []
        self.asked_before = 0
        self._answers: dict[type, object] = {}

    def connect(self, business: BusinessBuilder | None = None) -> None:
        """Store a business, which has to work; it is the one that the scenario goes on about."""
        self.business = business or self.business
        self.gateway.connect(self.business.document())

    def change(self, business: BusinessBuilder) -> None:
        """Ask for the business to be stored otherwise."""
        self._ask(lambda: self.gateway.connect(business.document()))

    def verify(self, business: str) -> None:
        self._ask(lambda: self.gateway.verify(business))

    def add(self) -> None:
        self._ask(lambda: self.gateway.add(self.business.name, self.invoice.document()))

    def add_file(self) -> None:
        """Add the invoice by its file: the table where there is one, else the electronic invoice."""
        form, content = (Form.CSV, self.table) if self.table else (Form.UBL, self.ubl.bytes())

        def add() -> None:
            self.warnings = self.gateway.add_file(self.business.name, self.invoice.number, content, form)

        self._ask(add)

    def send(self) -> None:
        """Add the invoice as it is now, and send it."""
        self.add()
        if self.refusal is None:
            self.send_again()

    def send_again(self) -> None:
        """Send what was added before."""
        self._ask(lambda: self.gateway.send(self.business.name, self.invoice.number))

    def retry(self) -> None:
        transfer_id = self.transfers[-1].id
        self._ask(lambda: self.gateway.retry(self.business.name, transfer_id))

    def preview(self) -> None:
        self.add()
        self._ask(lambda: self.gateway.preview(self.business.name, self.invoice.number))

    def credit(self, rows: Mapping[int, str | None] | None = None) -> None:
        """Credit the invoice; the credit is the last of `credits`."""
        self._ask(lambda: self.credits.append(self.gateway.credit(self.business.name, self.invoice.number, rows)))

    def ask_what_happened(self) -> None:
        """Ask; what happened is in `events`."""

        def ask() -> None:
            self.events = self.gateway.history(self.business.name, self.invoice.number)

        self._ask(ask)

    def list_invoices(self, **filters: str) -> None:
        """List the invoices to which the filters apply; their numbers are in `listed`."""

        def ask() -> None:
            self.listed = self.gateway.numbers(self.business.name, filters)

        self._ask(ask)

    def delete(self) -> None:
        self._ask(lambda: self.gateway.delete(self.business.name, self.invoice.number))

    def unlink_customer(self) -> None:
        self._ask(lambda: self.gateway.unlink(self.business.name, self.invoice.number))

    def withdraw(self) -> None:
        self._ask(lambda: self.gateway.withdraw(self.business.name, self.invoice.number))

    def replace(self) -> None:
        """Have the order withdrawn and the invoice, as it is now, sent."""
        self._ask(lambda: self.gateway.replace(self.business.name, self.invoice.document()))

    def check_status(self, number: str | None = None) -> None:
        self._ask(lambda: self.gateway.status(self.business.name, number or self.invoice.number))

    def link_customer(self, customer_id: str) -> None:
        self._ask(lambda: self.gateway.link(self.business.name, self.invoice.number, customer_id))

    def tell(self, answer: object) -> None:
        """Keep an answer."""
        self._answers[type(answer)] = answer
        if isinstance(answer, Transfer):
            self.transfers.append(answer)

    def the(self, kind: type[Answer]) -> Answer:
        """The last answer of a kind; nothing may have been refused since."""
        assert self.refusal is None, f"it was refused: {self.refusal}"
        answer = self._answers.get(kind)
        assert isinstance(answer, kind), f"there is no {kind.__name__}"
        return answer

    @property
    def transfer(self) -> Transfer:
        return self.the(Transfer)

    @property
    def error(self) -> Refused | TransferError:
        """Why it was refused, or why the transfer waits or was rejected."""
        if self.refusal is not None:
            return self.refusal
        assert self.transfer.error is not None, f"there is no error; the transfer is {self.transfer.state}"
        return self.transfer.error

    def _ask(self, ask: Callable[[], object]) -> None:
        self.refusal = None
        self.asked_before = self.office.sandbox.journal.count()
        try:
            self.tell(ask())
        except Refused as refusal:
            self.refusal = refusal
