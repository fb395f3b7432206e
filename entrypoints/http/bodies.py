"""Reading what comes in: JSON, stricter than the standard library does, and an invoice's other forms."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self, TypeVar

from litestar.concurrency import sync_to_thread
from litestar.exceptions import ClientException
from pydantic import ConfigDict, Field, field_validator, model_validator

from core.errors import InvalidInput
from core.fields import Document, Instant, InvoiceNumber, Text
from core.invoice import Invoice
from core.json_text import BadJson, json_from
from entrypoints.files import CHARSETS, MEDIA_TYPES, Form, invoice_in
from entrypoints.http.problems import AnyRequest
from entrypoints.http.schemas import InvoiceFromFile
from entrypoints.parsing import read


class OrderChoice(Document):
    """A person's word that an order is the invoice's, and whether it is taken though it differs."""

    order_id: Text
    accept_differences: bool = False


class RecoveryStart(Document):
    """From when on orders are read, where the database was put back unnoticed; null where it was noticed."""

    since: Instant | None = None

    @field_validator("since", mode="before")
    @classmethod
    def _written_out(cls, value: object) -> object:
        if not isinstance(value, str | None):
            raise ValueError('write it like "2026-10-01T12:00:00Z"')
        return value


class CustomerChoice(Document):
    """A person's choice of the record that an invoice's customer is."""

    customer_id: Text


MOST_AT_ONCE = 10_000
"""How many invoices can be named in one request."""


_SOON_READ = 4000
"""In bytes: an invoice of a dozen rows. The worst that can be written in so few is refused within some 30 ms."""

Read = TypeVar("Read")


def _given(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


class InvoicesToSend(Document):
    """Which invoices to send: these, or all that are data for accounting and have not arrived. Just one of the two."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_given("invoices"), _given("all")]})

    invoices: Annotated[tuple[InvoiceNumber, ...], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if (self.invoices is None) == (self.all is None):
            raise ValueError('Give "invoices", a list of their numbers, or "all": true')
        return self


def invoices_to_send_from(document: object) -> InvoicesToSend:
    """Read from parsed JSON which invoices to send.

    Errors: InvalidInput, code `not_invoices_to_send`.
    """
    return read(InvoicesToSend, document, what="a choice of invoices to send", code="not_invoices_to_send")


def customer_choice_from(document: object) -> CustomerChoice:
    """Read a customer choice from parsed JSON.

    Errors: InvalidInput, code `not_a_customer_choice`.
    """
    return read(CustomerChoice, document, what="a customer choice", code="not_a_customer_choice")


def order_choice_from(document: object) -> OrderChoice:
    """Read an order choice from parsed JSON.

    Errors: InvalidInput, code `not_an_order_choice`.
    """
    return read(OrderChoice, document, what="an order choice", code="not_an_order_choice")


def recovery_start_from(document: object) -> RecoveryStart:
    """Read from parsed JSON from when on orders are read.

    Errors: InvalidInput, code `not_a_recovery_start`.
    """
    return read(RecoveryStart, document, what="the start of a recovery", code="not_a_recovery_start")


async def read_aside(read: Callable[[], Read], body: bytes) -> Read:
    """Read a body, in a thread if it is so long that others would notice."""
    return read() if len(body) <= _SOON_READ else await sync_to_thread(read)


def json_document(request: AnyRequest, body: bytes) -> object:
    """Parse a request's body.

    Errors: ClientException (415) unless it is declared as JSON; InvalidInput, code `bad_json`, for what is not UTF-8
    or not JSON (naming line and column), names a field twice, holds NaN or infinity, or is nested too deeply.
    """
    media_type, parameters = request.content_type
    if media_type.lower() != "application/json" or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise ClientException(status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        return json_from(body.decode(), fraction=float)  # no document of ours has a number with a fraction
    except UnicodeDecodeError as error:
        raise _bad_json(f"byte {error.start + 1} is not UTF-8") from None
    except BadJson as error:
        raise _bad_json(error.what) from None


@dataclass(frozen=True)
class InvoiceOfFile:
    """The invoice of a body that is no JSON, and what was left out of it."""

    invoice: Invoice
    warnings: tuple[str, ...]

    def told(self, stored: Invoice) -> InvoiceFromFile:
        """Show it as it was stored."""
        return InvoiceFromFile(**dict(stored), warnings=(*self.warnings, *stored.reading_warnings))


async def invoice_of_file(request: AnyRequest, body: bytes) -> InvoiceOfFile | None:
    """Read a body that is declared as UBL, CSV or XLSX, in a thread; return None when it is declared as neither.

    Errors: ClientException (415) for an encoding that is not taken; InvalidInput.
    """
    media_type, parameters = request.content_type
    form = MEDIA_TYPES.get(media_type.lower())
    if form is None:
        return None
    charset = parameters.get("charset", "").lower()
    allowed = CHARSETS if form is Form.CSV else ("utf-8",)
    if charset and charset not in allowed:
        raise ClientException(status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    given = await sync_to_thread(partial(invoice_in, body, form, charset=CHARSETS.get(charset)))
    if isinstance(given.outcome, InvalidInput):
        raise given.outcome
    return InvoiceOfFile(given.outcome, given.warnings)


def _bad_json(what: str) -> InvalidInput:
    return InvalidInput(f"The body is not JSON that can be used: {what}.", code="bad_json")
