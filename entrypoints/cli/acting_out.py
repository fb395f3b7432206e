"""`kvitt sandbox --lively`: its accountant and customers act by themselves, and each act is told as a line."""

import secrets
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from core.errors import InvalidInput
from core.fields import plain
from entrypoints.cli.output import print_json_line, say, show
from sandbox import Sandbox
from sandbox.lively import Act, Happening, Line, script_from

_PACE_SECONDS = 3.0
_SEEDS = 10_000


@dataclass(frozen=True)
class Liveliness:
    """How the sandbox acts by itself: an act every `pace` seconds, by the script where there is one."""

    pace: float
    seed: int
    script: list[Line] | None


def liveliness_of(*, lively: bool, pace: float | None, seed: int | None, script: Path | None) -> Liveliness | None:
    """Read the options; None where the sandbox waits for somebody to act.

    Errors: InvalidInput, code `unreadable_file`, for a script that can't be read or followed.
    """
    if not (lively or script):
        if pace is not None or seed is not None:
            raise typer.BadParameter("This goes with --lively.", param_hint="--seed" if pace is None else "--pace")
        return None
    return Liveliness(
        pace=_PACE_SECONDS if pace is None else pace,
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        script=_read(script) if script else None,
    )


def _read(file: Path) -> list[Line]:
    try:
        return script_from(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}.", code="unreadable_file") from error
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is no text.", code="unreadable_file", hint=_FORM) from None
    except ValueError as error:
        raise InvalidInput(
            f"Line {error.args[0]} of {file} is not part of a script.", code="unreadable_file", hint=_FORM
        ) from None


_FORM = "Write on each: publish, pay, part, credit, take_back or delete, and then an invoice's number, or next."


def act_out(office: Sandbox, liveliness: Liveliness, *, as_json: bool) -> None:
    """Let them act, and tell it, until the sandbox is stopped."""
    if liveliness.script is None:
        say(f"Its accountant and customers act by themselves. Let them do the same again with --seed {liveliness.seed}")
    for happening in office.lively(pace=liveliness.pace, seed=liveliness.seed, script=liveliness.script):
        if as_json:
            print_json_line(_document(happening))
        else:
            show(_sentence(happening))


def _document(happening: Happening) -> dict[str, Any]:
    return {
        "at": happening.at.isoformat().replace("+00:00", "Z"),
        "act": happening.act,
        "done": happening.done,
        "account": happening.account,
        "order_id": str(happening.order_id),
        "reference": happening.reference,
        "invoice_number": happening.invoice_id and str(happening.invoice_id),
        "amount": None if happening.amount is None else plain(happening.amount),
        "currency": happening.currency,
        "credited_by": happening.credited_by and str(happening.credited_by),
    }


def _sentence(happening: Happening) -> str:
    order = _named(happening.order_id, happening)
    invoice = _named(happening.invoice_id, happening)
    amount = f"{plain(happening.amount or Decimal(0))} {happening.currency}"
    if not happening.done:
        return f"Order {order} was left as it is: line {happening.line} of the script is not possible now."
    if happening.act is Act.PUBLISH:
        return f"Order {order} was published as invoice {happening.invoice_id}."
    if happening.act is Act.PAY:
        return f"Invoice {invoice} was paid: {amount}."
    if happening.act is Act.PART:
        return f"Invoice {invoice} was paid in part: {amount} of {plain(happening.total)}."
    if happening.act is Act.TAKE_BACK:
        return f"The payment of invoice {invoice} was taken back: {amount}."
    if happening.act is Act.CREDIT:
        return f"Invoice {invoice} was credited with invoice {happening.credited_by}: {amount}."
    return f"Order {order} was deleted."


def _named(number: int | None, happening: Happening) -> str:
    return f"{number} ({happening.reference})" if happening.reference else f"{number}"
