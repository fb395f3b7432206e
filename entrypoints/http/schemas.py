"""What the OpenAPI document says of bodies and answers where no model of the core is just that.

These models describe; the documents themselves are made by entrypoints.documents.
"""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from core.audit import AuditEntry
from core.booked_product import BookedProduct
from core.business import Business, CustomerUpdates, NewOrderStatus
from core.customer import CustomerRecord
from core.errors import Outcome
from core.fields import Instant
from core.invoice import Invoice
from core.journal import Step
from core.recovery import Recovery
from core.transfer import Transfer
from entrypoints.documents import OURS_ALONE

_CONNECTION: dict[str, JsonValue] = {
    "system": "24sevenoffice",
    "account_name": "Fjellutleie AS",
    "application_id": "00000000-0000-0000-0000-000000000000",
    "username": "integration@example.com",
}


def _optional(*names: str) -> Callable[[dict[str, Any]], None]:
    """Say that fields may be missing."""

    def leave_free(schema: dict[str, Any]) -> None:
        schema["required"] = [name for name in schema["required"] if name not in names]

    return leave_free


def _without(*names: str) -> Callable[[dict[str, Any]], None]:
    """Leave out fields that the document does not show."""

    def leave_out(schema: dict[str, Any]) -> None:
        for name in names:
            del schema["properties"][name]
            schema["required"].remove(name)

    return leave_out


class BusinessBody(Business):
    """A business to connect. What `accounting` holds besides `system` depends on that system's plugin."""

    model_config = ConfigDict(json_schema_extra=_optional("name"))


class InvoiceFromFile(Invoice):
    """An invoice that came as UBL, CSV or XLSX; `warnings` name what the file says besides, which was left out."""

    warnings: tuple[str, ...]


class TakenInvoice(RootModel[Invoice | InvoiceFromFile]):
    """The invoice as it was stored."""


class ShownConnection(BaseModel):
    """A connection as it may be read back: secrets are write-only."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_CONNECTION]})
    __pydantic_extra__: dict[str, str] = Field(init=False)

    system: str


class BusinessDocument(BaseModel):
    """A business without its secrets."""

    name: str
    accounting: ShownConnection
    product_name: str
    category_name: str
    order_status: NewOrderStatus
    vat_codes: dict[str, str]
    customer_updates: CustomerUpdates
    products: dict[str, BookedProduct]
    department: str | None
    project: str | None


class TransferDocument(Transfer):
    """Moving one invoice. `next_attempt_at` is null while running, when ended, and while parked (access refused)."""

    model_config = ConfigDict(json_schema_extra=_without(*OURS_ALONE))


class TransferStory(TransferDocument):
    """A transfer with its story: what was looked up, created and updated, and how long each took."""

    steps: list[Step]


class CustomerDocument(CustomerRecord):
    """A customer in the accounting system, as it was read."""

    model_config = ConfigDict(json_schema_extra=_without("carried"))


class Page(BaseModel):
    """A page of a listing; `next` is what to pass as `after` to go on, null at the end."""

    next: str | None


class BusinessPage(Page):
    """A page of businesses."""

    items: list[BusinessDocument]


class InvoicePage(Page):
    """A page of invoices."""

    items: list[Invoice]


class TransferPage(Page):
    """A page of transfers."""

    items: list[TransferDocument]


class BatchStates(BaseModel):
    """How many invoices of a batch stand where: their transfers' states, and those that were refused at once."""

    queued: int
    running: int
    waiting: int
    transferred: int
    rejected: int
    refused: int


class LeftOut(BaseModel):
    """How many were left out where all were asked for: those of type `printed`, and those that were cancelled."""

    printed: int
    cancelled: int


class ProblemFault(BaseModel):
    """One thing that is wrong with what was given: where (such as `rows[0].vat_percent`) and what."""

    field: str
    message: str


class BatchError(BaseModel):
    """Why an invoice was refused before any transfer was recorded. `code` is stable, `hint` says what to do."""

    code: str
    message: str
    hint: str
    retriable: bool
    outcome: Outcome
    faults: list[ProblemFault]


class BatchItemDocument(BaseModel):
    """One invoice of a batch: its transfer as it stands, or the error with which it was refused."""

    invoice: str
    transfer: TransferDocument | None
    error: BatchError | None


class BatchDocument(Page):
    """Invoices that were sent in one go. `finished` once none is queued, running or waiting."""

    id: str
    business: str
    created_at: Instant
    total: int
    states: BatchStates
    left_out: LeftOut
    finished: bool
    items: list[BatchItemDocument]


class AuditDocument(AuditEntry):
    """Who did what, and how it ended. `subject`: the id of a transfer, a batch, a key's prefix, a customer's record."""

    id: str


class AuditPage(Page):
    """A page of the audit trail."""

    items: list[AuditDocument]


class RecoveryDocument(BaseModel):
    """How recovery stands after the database was put back. While `needed`, nothing is sent for `left`.

    `not_before`: orders are read from then on, when calls from before can't take effect any more.
    """

    needed: bool
    not_before: Instant | None
    left: list[str]
    businesses: list[Recovery]


class Health(BaseModel):
    """That the process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """That the process can do its work. `checks` names what was looked at, each with `ok`."""

    status: Literal["ready"]
    checks: dict[str, str]


_PROBLEMS: list[dict[str, JsonValue]] = [
    {
        "type": "urn:kvitt:problem:already_sent",
        "title": "It contradicts what has happened",
        "status": 409,
        "detail": "Invoice 2002-1 was sent as order 24001 and can't be changed.",
        "code": "already_sent",
        "hint": "Change the order in the accounting system, or make a credit and a new invoice.",
        "retriable": False,
        "outcome": "written",
    },
    {
        "type": "urn:kvitt:problem:unreachable",
        "title": "Temporary trouble",
        "status": 503,
        "detail": "24SevenOffice, reading orders: the server can't be reached.",
        "code": "unreachable",
        "hint": "Nothing to mend: it is tried again.",
        "retriable": True,
        "outcome": "nothing_written",
    },
]


def _problem_extras(schema: dict[str, Any]) -> None:
    _optional("faults", "checks")(schema)
    schema["examples"] = _PROBLEMS


class Problem(BaseModel):
    """An RFC 9457 problem. `code` is stable and meant for programs, `hint` says what to do.

    `retriable`: the same request may be made again, with nothing mended, and may then succeed. `outcome` tells of the
    order that it was about: `nothing_written`, none was created by this request; `unknown`, one may be there, and is
    looked for before any is created; `written`, one is there. `checks`, of `not_ready` alone, names what was looked at:
    `ok`, or the code of the trouble.
    """

    model_config = ConfigDict(json_schema_extra=_problem_extras)

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    retriable: bool
    outcome: Outcome
    faults: list[ProblemFault]
    checks: dict[str, str]
