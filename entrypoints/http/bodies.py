"""Reading what comes in: JSON, stricter than the standard library does, and an invoice's other forms."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.enums import MediaType
from litestar.exceptions import ClientException
from litestar.typing import FieldDefinition
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from core.business import Business
from core.crediting import RowToCredit
from core.errors import Fault, InvalidInput
from core.fields import Document, Instant, InvoiceNumber, Text
from core.invoice import Invoice
from core.json_text import BadJson, json_from, parsed, require_plain
from entrypoints.files import CHARSETS, MEDIA_TYPES, Form, invoice_in
from entrypoints.http.problems import AnyRequest
from entrypoints.http.taken_invoice import InvoiceFromFile
from entrypoints.parsing import invoice_from, read

MOST_AT_ONCE = 10_000
"""How many invoices can be named in one request."""

JSON, NDJSON = "application/json", "application/x-ndjson"
LONGEST_NUMBER = 50

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

_SOON_READ = 4000
"""In bytes: an invoice of a dozen rows. The worst that can be written in so few is refused within some 30 ms."""

Read = TypeVar("Read")


class Body(Document):
    """What a route takes as JSON. `what` and `code` are for the refusal of what is none.

    `media_types` are those that it may be declared as.
    """

    what: ClassVar[str]
    code: ClassVar[str]
    media_types: ClassVar[Sequence[str]] = (JSON,)

    @classmethod
    def read(cls, document: object, _path: Mapping[str, str]) -> Self:
        """Read parsed JSON. Errors: InvalidInput, with `code`."""
        return read(cls, document, what=cls.what, code=cls.code)


def instant_in(text: str) -> datetime | None:
    """Return the instant that a text of RFC 3339 says; None where it says none, or one that no year of UTC holds."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written_out(value: object) -> datetime:
    """Read an instant; a number, which may be meant as seconds or as a year, is none."""
    instant = instant_in(value) if isinstance(value, str) else None
    if instant is None:
        raise ValueError('write it like "2026-10-01T12:00:00Z"')
    return instant


GivenInstant = Annotated[Instant, BeforeValidator(_written_out)]
"""An instant that a request names."""


def _as_true(value: object) -> object:
    """Refuse a number, which JSON has for no boolean, though Python's 1 is equal to its True."""
    if value is not True:
        raise ValueError("write it as true")
    return value


Yes = Annotated[Literal[True], BeforeValidator(_as_true)]
"""What is true where it is given."""


class OrderChoice(Body):
    """A person's word that an order is the invoice's, and whether it is taken though it differs."""

    what = "an order choice"
    code = "not_an_order_choice"

    order_id: Text
    accept_differences: StrictBool = False


class RecoveryStart(Body):
    """From when on orders are read, where the database was restored unnoticed; null where it was noticed."""

    what = "the start of a recovery"
    code = "not_a_recovery_start"

    since: GivenInstant | None = None


class CustomerChoice(Body):
    """A person's choice of the record that an invoice's customer is."""

    what = "a customer choice"
    code = "not_a_customer_choice"

    customer_id: Text


def _just_one(schema: dict[str, Any]) -> None:
    """Say that one of the fields is there, and is not null, in words that generators of clients pass over."""
    for name, field in schema["properties"].items():
        (schema["properties"][name],) = [choice for choice in field["anyOf"] if choice != {"type": "null"}]
    schema |= {"minProperties": 1, "maxProperties": 1}


class CreditRequest(Body):
    """What of an invoice is credited, by default all that is left, and the number that the credit gets."""

    what = "what to credit"
    code = "not_a_credit"

    rows: Annotated[tuple[RowToCredit, ...], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    number: InvoiceNumber | None = Field(default=None, examples=["2001-1-K1"])


class Replacement(Body):
    """What an invoice is sent as once its order is withdrawn: `invoice`, or what it says already."""

    what = "a replacement"
    code = "not_a_replacement"

    invoice: Invoice | None = None


class InvoicesToSend(Body):
    """Which invoices to send: these, or all that are data for accounting and have not arrived. Just one of the two."""

    what = "a choice of invoices to send"
    code = "not_invoices_to_send"

    model_config = ConfigDict(json_schema_extra=_just_one)

    invoices: Annotated[tuple[InvoiceNumber, ...], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    all: Yes | None = None

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if len(self.model_fields_set) != 1 or not (self.invoices or self.all):
            raise ValueError('Give "invoices", a list of their numbers, or "all": true')
        return self


MOST_CHECKED = 1000
"""About so many invoices the accounting system is asked in one request: as many as one call of it reads."""


class InvoicesToCheck(Body):
    """Whose status to check: these, or those that are not known to be paid or gone. Just one of the two.

    Of the open ones a thousand are asked about, by number; `after` goes on after that number.
    """

    what = "a choice of invoices to check"
    code = "not_invoices_to_check"

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    invoices: Annotated[tuple[InvoiceNumber, ...], Field(min_length=1, max_length=MOST_CHECKED)] | None = None
    open: Yes | None = None
    after: InvoiceNumber | None = None

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if (self.invoices is None) == (self.open is None):
            raise ValueError('Give "invoices", a list of their numbers, or "open": true')
        if self.after is not None and self.open is None:
            raise ValueError('"after" goes with "open": true')
        return self


def _nameless(schema: dict[str, Any]) -> None:
    schema["required"].remove("name")


class BusinessBody(Business):
    """A business to connect. What `accounting` holds besides `system` depends on that system's plugin."""

    model_config = ConfigDict(json_schema_extra=_nameless)

    @classmethod
    def read(cls, document: object, path: Mapping[str, str]) -> Self:
        """Read parsed JSON. The path names the business; a name in the body may only repeat it.

        Errors: InvalidInput, codes `name_differs` and `not_a_business`.
        """
        name = path["business"]
        if isinstance(document, dict):
            if document.get("name", name) != name:
                raise InvalidInput("The name in the body is not the name in the path.", code="name_differs")
            document = {**document, "name": name}
        return read(cls, document, what="a business", code="not_a_business")


class StrictRequest(Request[Any, Any, Any]):
    """A request whose handler may take `data`, a body, which is read by our strict parser and not the framework's."""

    async def body(self) -> bytes:
        """Return the body. Errors: as `json`, where a handler takes one and there is none."""
        body = await super().body()
        if not body and "data" in self._parameters:
            json_document(self, body, taken=self._taken)
        return body

    async def json(self) -> Any:
        """Return the body as what the handler takes.

        Errors: those of `json_document` and of the body's `read`.
        """
        body, form = await self.body(), self._parameters["data"].annotation
        return await read_aside(lambda: form.read(json_document(self, body, taken=self._taken), self.path_params), body)

    @property
    def _taken(self) -> Sequence[str]:
        """The media types as which a body of the handler's may be declared."""
        taken: Sequence[str] = getattr(self._parameters["data"].annotation, "media_types", (JSON,))
        return taken

    @property
    def _parameters(self) -> Mapping[str, FieldDefinition]:
        return self.route_handler.parsed_fn_signature.parameters


async def read_aside(read: Callable[[], Read], body: bytes) -> Read:
    """Read a body, in a thread if it is so long that others would notice."""
    return read() if len(body) <= _SOON_READ else await sync_to_thread(read)


def json_document(request: AnyRequest, body: bytes, *, taken: Sequence[str] = (JSON,)) -> object:
    """Parse a request's body.

    Errors: ClientException (415) unless it is declared as JSON, of one of these types; InvalidInput, code `bad_json`,
    for what is not UTF-8 or not JSON (naming line and column), names a field twice, holds NaN or infinity, or is nested
    too deeply.
    """
    _require_media_type(request, *taken)
    return _json(_text(body), json_from)


def _require_media_type(request: AnyRequest, *taken: str) -> str:
    """Return the media type of a body in UTF-8. Errors: ClientException (415)."""
    media_type, parameters = request.content_type
    if media_type.lower() not in taken or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise ClientException(status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return media_type.lower()


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _bad_json(f"byte {error.start + 1} is not UTF-8") from None


def _json(text: str, how: Callable[..., object]) -> object:
    try:
        return how(text, fraction=float)  # no document of ours has a number with a fraction
    except BadJson as error:
        raise _bad_json(error.what) from None


@dataclass(frozen=True)
class InvoiceOfMany:
    """One of the invoices of a body: its place there, from 1, and its number, as far as that can be told."""

    row: int
    number: str | None
    outcome: Invoice | InvalidInput


def invoices_of(request: AnyRequest, body: bytes) -> Sequence[InvoiceOfMany]:
    """Read a body of many invoices: a list, or lines (NDJSON). What can't be read keeps no other from being taken.

    Errors: ClientException (415); InvalidInput, code `bad_json`, for what is no list and no lines, and
    `not_invoices_to_add` where there are none, or too many.
    """
    if _require_media_type(request, JSON, NDJSON) == NDJSON:
        lines = enumerate(_text(body).split("\n"), start=1)
        read = [_invoice_of_line(row, line) for row, line in lines if line.strip()]
    else:
        document = _json(_text(body), parsed)
        if not isinstance(document, list):
            raise _not_invoices("It is no list")
        read = [_invoice_of(row, part) for row, part in enumerate(document, start=1)]
    if not 1 <= len(read) <= MOST_AT_ONCE:
        raise _not_invoices(f"It holds {len(read):,} invoices, and from 1 to {MOST_AT_ONCE:,} are taken at once")
    return read


def _invoice_of_line(row: int, line: str) -> InvoiceOfMany:
    try:
        return _invoice_of(row, parsed(line, fraction=float))
    except BadJson as error:
        return InvoiceOfMany(row, None, _bad_row(row, error.what))


def _invoice_of(row: int, document: object) -> InvoiceOfMany:
    named = document.get("number") if isinstance(document, dict) else None
    number = named if isinstance(named, str) and named.isprintable() and len(named) <= LONGEST_NUMBER else None
    try:
        require_plain(document)
        return InvoiceOfMany(row, number, invoice_from(document))
    except BadJson as error:
        return InvoiceOfMany(row, number, _bad_row(row, error.what, error.faults))
    except InvalidInput as problem:
        told = InvalidInput(f"Row {row}: {problem.message}", code=problem.code, faults=problem.faults)
        return InvoiceOfMany(row, number, told)


def _bad_row(row: int, what: str, faults: Sequence[Fault] = ()) -> InvalidInput:
    return InvalidInput(f"Row {row} is not JSON that can be used: {what}.", code="bad_json", faults=faults)


def _not_invoices(what: str) -> InvalidInput:
    return InvalidInput(
        f"The body is not invoices that can be added. {what}.",
        code="not_invoices_to_add",
        hint="Send a JSON list of invoices as application/json, or one invoice a line as application/x-ndjson.",
    )


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


Shown = TypeVar("Shown", bound=BaseModel)


class JsonOf(Response[Shown], Generic[Shown]):
    """A model as JSON, written where it is made: in the handler's thread, for a long page takes its time."""

    def __init__(
        self, content: Shown, *, status_code: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        written = content.model_dump_json().encode()
        super().__init__(written, status_code=status_code, headers=headers, media_type=MediaType.JSON)  # type: ignore[arg-type]
