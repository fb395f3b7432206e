"""The documents that go out, the same over HTTP and on the command line.

Each is a model that names all that it shows: what the core's model has besides, or is given one day, stays inside. An
invoice alone is shown as the core has it: it is what its source stated, and can be sent back as it came.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from core import recovery
from core.audit import Action, Actor, AuditResult
from core.batch import Batch, BatchCounts, BatchItem
from core.business import Business, CustomerUpdates, NewOrderStatus
from core.business_changes import StoredBusiness
from core.customer import Address, CustomerKind
from core.errors import Outcome
from core.fields import Instant, IsoDate
from core.notice_address import services_of
from core.payment import PaymentReason, PaymentStatusValue
from core.ports import invoice_stores
from core.ports.accounting import AccountingSystems
from core.product import BookedProduct
from core.reasons import Reason, Verdict
from core.recovery import Finding
from core.rights import Role
from core.transfer import Transfer, TransferError, TransferState

Json = dict[str, Any]

_CONNECTION: dict[str, JsonValue] = {
    "system": "24sevenoffice",
    "account_name": "Fjellutleie AS",
    "application_id": "00000000-0000-0000-0000-000000000000",
    "username": "integration@example.com",
}


class Answer(BaseModel):
    """A document that goes out."""

    model_config = ConfigDict(defer_build=True)

    def document(self) -> Json:
        """Write it as JSON has it."""
        return self.model_dump(mode="json")


class Shown(Answer):
    """A model of the core as it is shown: by the fields that are named here, and no others."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    @classmethod
    def of(cls, source: object) -> Self:
        """Show a model of the core."""
        return cls.model_validate(source)


class ShownConnection(Answer):
    """A connection as it may be read back: secrets are write-only."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_CONNECTION]})
    __pydantic_extra__: dict[str, str] = Field(init=False)

    system: str


class BusinessDocument(Answer):
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
    notify: list[str]
    follow_up_seconds: int | None

    @classmethod
    def of_business(cls, business: Business, systems: AccountingSystems) -> Self:
        """Show a business; secret settings are left out, and where people are told is shown by the services' names."""
        document = business.model_dump(mode="json", exclude={"accounting", "notify"})
        shown = {"accounting": systems.shown(business.accounting), "notify": services_of(business.notify_addresses)}
        return cls.model_validate({**document, **shown})


class BusinessChange(Shown):
    """A setting that was changed: `accounting.username`, `vat_codes.25`; null where it was not set, or is not any more.

    Of a secret it is told that it was changed, and neither value is.
    """

    setting: str = Field(examples=["order_status"])
    before: str | None = Field(examples=["confirmed"])
    after: str | None = Field(examples=["draft"])
    secret: bool


class StoredBusinessDocument(BusinessDocument):
    """A business as it was stored, and what that has changed: nothing, where it is new or as it was."""

    changes: list[BusinessChange]

    @classmethod
    def of_stored(cls, stored: StoredBusiness, systems: AccountingSystems) -> Self:
        """Show a business that was stored; secret settings are left out."""
        shown = BusinessDocument.of_business(stored.business, systems)
        changes = [BusinessChange.of(change) for change in stored.changes]
        return cls(**dict(shown), changes=changes)


class TransferDocument(Shown):
    """Moving one invoice. `next_attempt_at` is null while running, when ended, and while parked (access refused)."""

    id: str
    business: str
    invoice: str
    state: TransferState
    order_id: str | None
    customer_id: str | None
    attempts: int
    created_at: Instant
    finished_at: Instant | None
    next_attempt_at: Instant | None
    warnings: tuple[str, ...]
    error: TransferError | None


class Step(Shown):
    """One thing that happened. `duration_ms` is how long the accounting system took, where it was asked.

    Vendor ids may be named; nothing personal or secret is.
    """

    at: Instant
    text: str
    duration_ms: int | None


class TransferStory(TransferDocument):
    """A transfer with its story: what was looked up, created and updated, and how long each took."""

    steps: list[Step]

    @classmethod
    def of_steps(cls, transfer: Transfer, steps: Sequence[invoice_stores.Step]) -> Self:
        """Show a transfer with its story."""
        return cls(**dict(TransferDocument.of(transfer)), steps=[Step.of(step) for step in steps])


class CustomerDocument(Shown):
    """A customer in the accounting system, as it was read."""

    id: str
    name: str
    kind: CustomerKind
    organization_number: str | None
    emails: tuple[str, ...]
    contact_email: str | None
    invoice_email: str | None
    phones: tuple[str, ...]
    addresses: tuple[Address, ...]


class PaymentReport(Shown):
    """The answer to Check Status. `invoiced_at` and `paid_at` are Norwegian dates, `checked_at` a UTC instant."""

    invoice: str
    status: PaymentStatusValue
    reason: PaymentReason
    order_id: str
    invoice_number: str | None
    invoiced_at: IsoDate | None
    paid_at: IsoDate | None
    checked_at: Instant
    warnings: tuple[str, ...]


class Page(Answer):
    """A page of a listing; `next` is what to pass as `after` to go on, null at the end."""

    next: str | None


class BusinessPage(Page):
    """A page of businesses."""

    items: list[BusinessDocument]


class TransferPage(Page):
    """A page of transfers."""

    items: list[TransferDocument]


class BatchStates(Answer):
    """How many invoices of a batch stand where: their transfers' states, and those that were refused at once."""

    queued: int
    running: int
    waiting: int
    transferred: int
    rejected: int
    cancelled: int
    withdrawing: int
    withdrawn: int
    refused: int


class LeftOut(Answer):
    """How many were left out where all were asked for: those of type `printed`, and those that were cancelled."""

    printed: int
    cancelled: int


class BatchReason(Shown):
    """Why `count` invoices were rejected or refused, with what was said of one of them, `invoice`."""

    verdict: Verdict
    code: str
    count: int
    invoice: str
    message: str
    hint: str


class ProblemFault(Answer):
    """One thing that is wrong with what was given: where (such as `rows[0].vat_percent`) and what."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    message: str


class BatchError(Answer):
    """Why an invoice was refused before any transfer was recorded. `code` is stable, `hint` says what to do."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    message: str
    hint: str
    retriable: bool
    outcome: Outcome
    faults: tuple[ProblemFault, ...]


class BatchItemDocument(Answer):
    """One invoice of a batch: its transfer as it stands, or the error with which it was refused."""

    invoice: str
    transfer: TransferDocument | None
    error: BatchError | None

    @classmethod
    def of_item(cls, item: BatchItem) -> Self:
        """Show one invoice of a batch."""
        return cls(
            invoice=item.invoice,
            transfer=TransferDocument.of(item.transfer) if item.transfer else None,
            error=BatchError.model_validate(item.refusal.error) if item.refusal else None,
        )


class BatchDocument(Page):
    """Invoices that were sent in one go. `finished` once none is queued, running or waiting.

    `reasons` explain those that are counted as rejected or refused, the most frequent reason first.
    """

    id: str
    business: str
    created_at: Instant
    total: int
    states: BatchStates
    reasons: list[BatchReason]
    left_out: LeftOut
    finished: bool
    items: list[BatchItemDocument]

    @classmethod
    def of_page(
        cls,
        batch: Batch,
        counts: BatchCounts,
        items: Sequence[BatchItem],
        *,
        reasons: Sequence[Reason],
        next_: str | None,
    ) -> Self:
        """Show a batch, how many of its invoices stand where, and some of them."""
        states = {state.value: getattr(counts, state.value) for state in TransferState}
        return cls(
            id=batch.id,
            business=batch.business,
            created_at=batch.created_at,
            total=counts.total,
            states=BatchStates(**states, refused=counts.refused),
            reasons=[BatchReason.of(reason) for reason in reasons],
            left_out=LeftOut(printed=batch.printed, cancelled=batch.cancelled),
            finished=counts.is_finished,
            items=[BatchItemDocument.of_item(item) for item in items],
            next=next_,
        )


class ApiKeyDocument(Shown):
    """An API key, without what opens anything."""

    prefix: str
    name: str
    role: Role
    business: str | None
    created_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


class NewApiKey(ApiKeyDocument):
    """A key that was just made. Its text, `key`, is shown this once and can't be read back."""

    key: str


class ApiKeyPage(Page):
    """A page of API keys."""

    items: list[ApiKeyDocument]


class ShownGrant(Shown):
    """A role for one business; null is for all of them and the installation itself."""

    business: str | None
    role: Role


class UserDocument(Shown):
    """A user of the console, without what opens anything."""

    name: str
    email: str | None
    grants: tuple[ShownGrant, ...]
    created_at: Instant
    disabled_at: Instant | None
    has_password: bool


class MadeLinkDocument(Answer):
    """A link that was just made and signs its user in, once. It is shown this once."""

    user: str
    url: str
    expires_at: Instant


class AuditDocument(Shown):
    """Who did what, and how it ended. `subject`: the id of a transfer, a batch, a key's prefix, a customer's record."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    at: Instant
    actor: Actor
    action: Action
    business: str | None
    invoice: str | None
    subject: str | None
    result: AuditResult
    code: str | None


class AuditPage(Page):
    """A page of the audit trail."""

    items: list[AuditDocument]


class Recovery(Shown):
    """How the recovery of one business stands. Nothing is sent for it while it is `needed`.

    `since`: from when on orders are read. `orders` were read and `tied` of them became their invoices'. `trouble` is
    why it could not be ended yet.
    """

    business: str
    needed: bool
    since: Instant | None
    ended_at: Instant | None
    orders: int
    tied: int
    findings: tuple[Finding, ...]
    trouble: TransferError | None


class RecoveryDocument(Answer):
    """How recovery stands after the database was restored. While `needed`, nothing is sent for `left`.

    `not_before`: orders are read from then on, when calls from before can't take effect any more.
    """

    needed: bool
    not_before: Instant | None
    left: list[str]
    businesses: list[Recovery]

    @classmethod
    def of_all(cls, recoveries: Sequence[recovery.Recovery], settled_at: datetime | None) -> Self:
        """Show how recovery stands, business by business."""
        left = [recovery_.business for recovery_ in recoveries if recovery_.needed]
        return cls(
            needed=bool(left),
            not_before=settled_at if left else None,
            left=left,
            businesses=[Recovery.of(recovery_) for recovery_ in recoveries],
        )


class Health(Answer):
    """That the process answers."""

    status: Literal["alive"]


class Ready(Answer):
    """That the process can do its work. `checks` names what was looked at, each with `ok`."""

    status: Literal["ready"]
    checks: dict[str, str]
