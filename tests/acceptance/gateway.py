"""The gateway as a scenario uses it, by whatever entry."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.payment import PaymentReport
from core.transfer import Transfer
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.files import Form

Json = dict[str, Any]


class Refused(Exception):  # noqa: N818 - a state of affairs, like the errors it shows
    """The gateway said no, or not now, and this is its problem document."""

    def __init__(self, problem: Json) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.title: str = problem["title"]
        self.code: str = problem["code"]
        self.message: str = problem["detail"]
        self.hint: str = problem["hint"]
        self.places: list[str] = [fault["field"] for fault in problem.get("faults", [])]


class Gateway(Protocol):
    """What a user can ask for. Every method raises Refused when it is not done."""

    def connect(self, business: Json) -> None: ...

    def change_connection(self, business: str, setting: str, value: str) -> None:
        """Change one setting of the connection, and nothing else."""

    def verify(self, business: str) -> Verification: ...

    def add(self, business: str, invoice: Json) -> None: ...

    def add_file(self, business: str, number: str, content: bytes, form: Form) -> Sequence[str]:
        """Add the invoice of a file; answer what was left out of it."""

    def preview(self, business: str, number: str) -> InvoicePreview: ...

    def send(self, business: str, number: str) -> Transfer: ...

    def withdraw(self, business: str, number: str) -> Transfer: ...

    def replace(self, business: str, invoice: Json) -> Transfer:
        """Withdraw the invoice of this number, and send this one."""

    def send_many(self, business: str, numbers: Sequence[str] | None) -> Mapping[str, Transfer | Refused]:
        """Send these, or all when there are no numbers; answer for each, by number."""

    def status(self, business: str, number: str) -> PaymentReport: ...

    def history(self, business: str, number: str) -> Sequence[Json]:
        """Tell all that happened to an invoice."""

    def events(self, business: str) -> Sequence[Json]:
        """Tell what happened to a business and its invoices."""

    def delete(self, business: str, number: str) -> None: ...

    def unlink(self, business: str, number: str) -> None: ...

    def link(self, business: str, number: str, customer_id: str) -> None: ...

    def credit(self, business: str, number: str, rows: Mapping[int, str | None] | None) -> Json:
        """Credit so much of these rows (None: in full), or all that is left; the credit that was stored."""

    def show(self, business: str, number: str) -> Json:
        """An invoice with what credits it."""

    def numbers(self, business: str, filters: Mapping[str, str]) -> Sequence[str]:
        """The numbers of the invoices to which these filters apply: state, paid (true or false), customer."""

    def retry(self, business: str, transfer_id: str) -> Transfer: ...
