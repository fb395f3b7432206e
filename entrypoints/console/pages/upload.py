"""Upload invoices: as files, as `kvitt invoice add` takes them; the good ones are kept, and each fault is shown."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated, Any, NamedTuple

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from core.errors import Fault, InvalidInput, KvittError
from core.rights import Need
from core.use_cases.add_invoice import AddedInvoice, AddInvoice
from core.use_cases.look_up import LookUp
from entrypoints.console.forms import MOST_UPLOADED, Form
from entrypoints.console.visit import Page, Visit
from entrypoints.files import HEAD, LARGEST_FILE, form_of
from entrypoints.http.adding import MOST_AT_ONCE
from entrypoints.http.paths import BusinessInPath, bad_parameter
from entrypoints.invoice_files import InvoiceFile, Read, invoices_of, stored, unreadable

MOST_INVOICES = 10_000
"""So many invoices are taken at once: whoever uploads them waits until they are stored."""

MOST_FAULTS = 200
"""So many faults are shown: whoever has more has one kind of them."""

MOST_SENT = 1_000
"""So many can be sent from here at once; more are sent as month-end does."""

_UNPACKED = 30_000_000
"""In bytes, what an XLSX may hold."""

_LONGEST_NAME = 80
_BESIDE_THE_FILES = 100_000
_ENDINGS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Kind = Annotated[str, QueryParameter(name="format")]


class Refused(NamedTuple):
    """An invoice of a file that was not stored: where it is, and what is wrong with it."""

    place: str
    number: str | None
    error: KvittError

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong, one by one."""
        return self.error.faults


class Uploaded(NamedTuple):
    """What came of the files. `numbers` are the invoices that are stored by now."""

    added: int
    replaced: int
    unchanged: int
    numbers: Sequence[str]
    refused: Sequence[Refused]
    warned: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, outcomes: Sequence[tuple[Read, AddedInvoice | KvittError]]) -> "Uploaded":
        """Put together what came of each."""
        good = [(read, outcome) for read, outcome in outcomes if isinstance(outcome, AddedInvoice)]
        results = [outcome.addition.value for _, outcome in good]
        return cls(
            added=results.count("added"),
            replaced=results.count("replaced"),
            unchanged=results.count("unchanged"),
            numbers=list(dict.fromkeys(read.number for read, _ in good if read.number)),
            refused=[
                Refused(read.place, read.number, outcome)
                for read, outcome in outcomes
                if isinstance(outcome, KvittError)
            ],
            warned=[
                (read.number or read.place, warning)
                for read, outcome in good
                for warning in (*read.warnings, *outcome.warnings)
            ],
        )


@get("/businesses/{business:str}/invoices/upload", sync_to_thread=True, needs=Need.SEND)
def show_upload(business: BusinessInPath, visit: NamedDependency[Visit], look_up: NamedDependency[LookUp]) -> Page:
    """Ask for files."""
    look_up.require(business)
    return visit.page("upload", business=business, result=None, most=MOST_UPLOADED)


@post(
    "/businesses/{business:str}/invoices/upload",
    sync_to_thread=True,
    needs=Need.SEND,
    request_max_body_size=MOST_UPLOADED + _BESIDE_THE_FILES,
)
def upload(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    add_invoice: NamedDependency[AddInvoice],
) -> Page:
    """Store the invoices of the files that are good, and say of each of the others what is wrong with it."""
    look_up.require(business)
    shown: dict[str, Any] = {"business": business, "most": MOST_UPLOADED}
    files = form.files("files")
    if not files:
        error = InvalidInput("No file was chosen.", code="no_file", hint="Choose one or more files, then upload them.")
        return visit.page("upload", error=error, result=None, status=HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
    items = [item for file in files for item in _read(file).items]
    if len(items) > MOST_INVOICES:
        error = InvalidInput(
            f"These files hold {len(items)} invoices, and {MOST_INVOICES} are taken at once.",
            code="file_too_large",
            hint="Upload them in several parts. Nothing was stored.",
        )
        return visit.page("upload", error=error, result=None, status=HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
    outcomes = stored(add_invoice, business, items, at_once=MOST_AT_ONCE)
    result = Uploaded.of(list(zip(items, outcomes, strict=True)))
    return visit.page("upload", result=result, most_faults=MOST_FAULTS, most_sent=MOST_SENT, **shown)


@get("/businesses/{business:str}/invoices/upload/template", sync_to_thread=True, needs=Need.READ)
def template(business: BusinessInPath, kind: Kind = "csv") -> Response[bytes]:  # noqa: ARG001 - of the path
    """Give a table to fill in."""
    from adapters.spreadsheet.template import csv_template, xlsx_template  # the reader of spreadsheets is large

    if kind not in _ENDINGS:
        raise bad_parameter("format", f"Not one of {', '.join(_ENDINGS)}")
    content = csv_template() if kind == "csv" else xlsx_template()
    return Response(
        content.encode() if isinstance(content, str) else content,
        media_type=_ENDINGS[kind],
        headers={"Content-Disposition": f'attachment; filename="invoices.{kind}"'},
    )


def _read(file: UploadFile) -> InvoiceFile:
    name = _plain_name(file.filename)
    content = file.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        problem = InvalidInput(
            f"{name} is larger than {LARGEST_FILE // 1_000_000} MB.",
            code="file_too_large",
            hint="Upload it in several parts.",
        )
        return unreadable(name, problem)
    suffix = PurePath(name).suffix
    form = form_of(content[:HEAD], suffix=suffix)
    return invoices_of(content, form, source=name, suffix=suffix, unpacked=_UNPACKED)


def _plain_name(filename: str) -> str:
    """Return a file's name as it can be shown: some browsers send its folders along."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    tidy = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in last)
    return tidy if len(tidy) <= _LONGEST_NAME else f"…{tidy[-_LONGEST_NAME:]}"


HANDLERS = [show_upload, upload, template]
