"""The gateway by its command line."""

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from core.payment import PaymentReport
from core.transfer import Transfer, TransferState
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.main import run
from entrypoints.files import Form
from tests.acceptance.gateway import Json, Refused

EXIT_CODES = {
    TransferState.TRANSFERRED: ExitCode.DONE,
    TransferState.REJECTED: ExitCode.REFUSED,
    TransferState.WITHDRAWN: ExitCode.DONE,
}


class CliGateway:
    """Runs commands with --json. Every result has the exit code that belongs to it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "given.json"

    def connect(self, business: Json) -> None:
        self._done("business", "add", business["name"], "--file", self._given(business), "--replace")

    def change_connection(self, business: str, setting: str, value: str) -> None:
        self._file.write_text(value, encoding="utf-8")
        self._done("business", "set", business, "--from-file", f"accounting.{setting}={self._file}")

    def verify(self, business: str) -> Verification:
        return Verification.model_validate(self._done("business", "verify", business))

    def add(self, business: str, invoice: Json) -> None:
        self._done("invoice", "add", self._given(invoice), "--business", business)

    def add_file(self, business: str, number: str, content: bytes, form: Form) -> Sequence[str]:
        file = self._file.with_suffix("")
        file.write_bytes(content)
        code, output = _printed("invoice", "add", str(file), "--business", business)
        [document] = json.loads(output) if form is Form.CSV else [json.loads(output)]
        if _is_problem(document):
            assert code == ExitCode.REFUSED
            raise Refused(document)
        assert (code, document["invoice"]) == (ExitCode.DONE, number)
        return list(document.get("warnings", []))

    def preview(self, business: str, number: str) -> InvoicePreview:
        return InvoicePreview.model_validate(self._done("invoice", "preview", number, "--business", business))

    def send(self, business: str, number: str) -> Transfer:
        return self._transfer("invoice", "send", number, "--business", business, "--wait", "0")

    def withdraw(self, business: str, number: str) -> Transfer:
        return self._transfer("invoice", "withdraw", number, "--business", business, "--wait", "0")

    def replace(self, business: str, invoice: Json) -> Transfer:
        what = (invoice["number"], "--replace", "--with", self._given(invoice))
        return self._transfer("invoice", "send", *what, "--business", business, "--wait", "0")

    def send_many(self, business: str, numbers: Sequence[str] | None) -> Mapping[str, Transfer | Refused]:
        which = ["--all"] if numbers is None else numbers
        code, output = _printed("invoice", "send", *which, "--business", business, "--wait", "0")
        outcomes = {line["invoice"]: _outcome(line) for line in map(json.loads, output.splitlines())}
        assert code == max(map(_exit_code, outcomes.values()), default=ExitCode.DONE)
        return outcomes

    def status(self, business: str, number: str) -> PaymentReport:
        return PaymentReport.model_validate(self._done("invoice", "status", number, "--business", business))

    def history(self, business: str, number: str) -> Sequence[Json]:
        code, output = _printed("invoice", "history", number, "--business", business)
        document = json.loads(output)
        if not isinstance(document, list):
            raise Refused(document)
        assert code == ExitCode.DONE
        return document

    def events(self, business: str) -> Sequence[Json]:
        code, output = _printed("events", "list", "--business", business)
        assert code == ExitCode.DONE
        events: Sequence[Json] = json.loads(output)
        return events

    def delete(self, business: str, number: str) -> None:
        self._done("invoice", "delete", number, "--business", business)

    def unlink(self, business: str, number: str) -> None:
        self._done("customer", "unlink", number, "--business", business)

    def link(self, business: str, number: str, customer_id: str) -> None:
        self._done("customer", "link", number, customer_id, "--business", business)

    def credit(self, business: str, number: str, rows: Mapping[int, str | None] | None) -> Json:
        parts = [f"{row}={quantity}" if quantity else str(row) for row, quantity in (rows or {}).items()]
        asked = ["--rows", ",".join(parts)] if parts else []
        credit: Json = self._done("invoice", "credit", number, *asked, "--business", business)
        return credit

    def show(self, business: str, number: str) -> Json:
        shown: Json = self._done("invoice", "show", number, "--business", business)
        return shown

    def numbers(self, business: str, filters: Mapping[str, str]) -> Sequence[str]:
        options = [f"--{name}={text}" for name, text in filters.items() if name != "paid"]
        if "paid" in filters:
            options.append("--paid" if filters["paid"] == "true" else "--unpaid")
        code, output = _printed("invoice", "list", "--business", business, *options)
        assert code == ExitCode.DONE
        return [one["number"] for one in json.loads(output)]

    def retry(self, business: str, transfer_id: str) -> Transfer:
        return self._transfer("transfer", "retry", transfer_id)

    def _given(self, document: Json) -> str:
        self._file.write_text(json.dumps(document), encoding="utf-8")
        return str(self._file)

    def _done(self, *arguments: str) -> Any:
        code, document = _run(*arguments)
        assert code == ExitCode.DONE
        return document

    def _transfer(self, *arguments: str) -> Transfer:
        code, document = _run(*arguments)
        transfer = _transfer_from(document)
        assert code == _exit_code(transfer)
        return transfer


def _run(*arguments: str) -> tuple[int, Json]:
    """Run a command; standard output holds the result and nothing else."""
    code, output = _printed(*arguments)
    document: Json = json.loads(output)
    if _is_problem(document):
        assert code not in (ExitCode.DONE, ExitCode.USAGE)
        raise Refused(document)
    return code, document


def _printed(*arguments: str) -> tuple[int, str]:
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()):
        code = run([*arguments, "--json"])
    return code, output.getvalue()


def _is_problem(document: Json) -> bool:
    return str(document.get("type", "")).startswith("urn:kvitt:problem:")


def _transfer_from(document: Json) -> Transfer:
    stored = {name: value for name, value in document.items() if name != "already_sent"}
    return Transfer.model_validate({**stored, "trying_since": document["created_at"]})


def _outcome(line: Json) -> Transfer | Refused:
    return Refused(line) if _is_problem(line) else _transfer_from(line)


def _exit_code(outcome: Transfer | Refused) -> ExitCode:
    if isinstance(outcome, Refused):
        return ExitCode.REFUSED
    waiting = ExitCode.NO_ACCESS if outcome.is_parked else ExitCode.NOT_FINISHED
    return EXIT_CODES.get(outcome.state, waiting)
