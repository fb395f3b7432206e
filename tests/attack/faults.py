"""Kinds of faults, how they are let loose on one call, and what has to come of it: exactly one of each in the end."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import TryAgain
from core.event import EventType
from core.transfer import Transfer, TransferState
from sandbox.faults import Fault
from tests.attack.installation import BUSINESS, LATE_SECONDS, ONE_OF_EACH, REST, Installation
from tests.attack.outbox import ARRIVED
from tests.attack.outgoing import Outgoing, catch
from tests.systems import System

NUMBER = "2001"
QUARANTINE = timedelta(seconds=1.5)
SECOND = " (second)"
TRIES = 5
AFTER_A_LOST_ANSWER, COMPLETING = " (after a lost answer)", " (completing what was begun)"
"""Which call of several is meant, and which belong to a second attempt at the order."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the sandbox's name for it, or REFUSED, and the sandbox's options.

    `code` is what the transfer is rejected with, where the accounting system says no and means it. `creating` ones
    strike only calls that create something.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    creating: bool = False


REFUSED, QUOTA = "refused", "quota"
KINDS: Mapping[str, Kind] = {
    "refused": Kind(REFUSED),
    "reset before": Kind("reset"),
    "answer lost": Kind("reset_after"),
    "carried out later": Kind("late", {"delay": LATE_SECONDS}),
    "slow drip": Kind("drip"),
    "502 page": Kind("http_502"),
    "502 page, carried out": Kind("http_502_after"),
    "200 page": Kind("html_200"),
    "200 page, carried out": Kind("login_page_after"),
    "truncated": Kind("truncated"),
    "malformed": Kind("malformed"),
    "fault": Kind("fault"),
    "fault, carried out": Kind("fault_after"),
    "session expired": Kind("session_expired"),
}
"""What can befall a call of either interface."""


@dataclass(frozen=True)
class Matrix:
    """The calls of a cold send in their order, each against each kind; `sample` is what make test tries of it.

    `no_way_in` are those whose refusal parks the transfer; `creating` those that create something. An operation that
    ends with one of `lost` comes after the answer of that call was lost. What befalls the `forgiven` ones, or those in
    such a cell, stops nobody; `without_category` are cells in which the product gets none, and that is all.
    """

    system: System
    operations: Sequence[str]
    kinds: Mapping[str, Kind]
    no_way_in: Sequence[str]
    creating: Sequence[str]
    lost: Mapping[str, str]
    sample: Sequence[tuple[str, str]]
    forgiven: Sequence[str | tuple[str, str]] = ()
    without_category: Sequence[tuple[str, str]] = ()

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every call with every kind that can strike it."""
        return [
            (operation, kind)
            for operation in self.operations
            for kind in self.kinds
            if operation in self.creating or not self.kinds[kind].creating
        ]

    @property
    def cases(self) -> list[Any]:
        """The system and a cell, as parameters; those that are not in the sample are left to make attack."""
        return [
            pytest.param(
                self.system,
                operation,
                kind,
                id=f"{self.system.name}-{operation}-{kind}",
                marks=() if (operation, kind) in self.sample else pytest.mark.attack,
            )
            for operation, kind in self.cells
        ]


Point = tuple[str, int]
"""An operation, and how many calls of it go by unharmed: so the first chunk is struck, a later one, or the update."""


@dataclass(frozen=True)
class BulkMatrix:
    """Points of a bulk send, each against each kind; `sample` is what make test tries of it.

    `creating` are those that write several things at once. Where all is written `one_by_one`, what fails fails alone.
    """

    system: System
    points: Sequence[Point]
    kinds: Mapping[str, Kind]
    sample: Sequence[tuple[Point, str]]
    creating: Sequence[Point] = ()
    one_by_one: bool = False

    @property
    def cells(self) -> list[tuple[Point, str]]:
        """Every point with every kind that can strike it."""
        return [
            (point, kind)
            for point in self.points
            for kind in self.kinds
            if point in self.creating or not self.kinds[kind].creating
        ]

    @property
    def cases(self) -> list[Any]:
        """The system and a cell, as parameters; those that are not in the sample are left to make attack."""
        return [
            pytest.param(
                self.system,
                (operation, after),
                kind,
                id=f"{self.system.name}-{operation}-{after}-{kind}",
                marks=() if ((operation, after), kind) in self.sample else pytest.mark.attack,
            )
            for (operation, after), kind in self.cells
        ]


def see_one_of_each(
    installation: Installation, matrix: Matrix, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send an invoice while the fault strikes, and see that it becomes one order of one customer, and is told once."""
    for suffix, lost in matrix.lost.items():
        if operation.endswith(suffix):
            installation.sandbox.inject(lost, "reset_after")
    struck = strike(installation, operation, matrix.kinds[kind], monkeypatch)
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))

    assert struck.times == 0, "nothing was struck"
    code = _code(matrix, operation, kind)
    if code:
        transfer = _mended(installation, transfer, code)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    categories = 0 if (operation, kind) in matrix.without_category else 1
    assert installation.held == ONE_OF_EACH._replace(categories=categories)
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
    assert installation.told == _told(code)


class Detour:
    """Leads one call of an operation, after some, to a port where nobody listens: it is refused by the machine."""

    def __init__(self, operation: str, *, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 1
        self._operation = operation
        self._after = after
        catch(self._led, put=monkeypatch.setattr)

    def _led(self, call: Outgoing) -> Any:
        if not self._leads_astray(call.operation):
            return call.send()
        with _deaf_port() as port:
            call.lead_to(port)
            return call.send()

    def _leads_astray(self, operation: str) -> bool:
        if not self.times or operation != self._operation:
            return False
        if self._after:
            self._after -= 1
            return False
        self.times = 0
        return True


class _deaf_port:  # noqa: N801 - used as a function
    """A port that is taken and at which nobody listens."""

    def __enter__(self) -> int:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        port: int = self._socket.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def strike(
    installation: Installation, operation: str, kind: Kind, monkeypatch: pytest.MonkeyPatch, *, after: int = 0
) -> Fault | Detour:
    """Let the fault strike once, when so many calls have gone by; its `times` are 0 when it has."""
    after += operation.endswith(SECOND)
    name = operation.split(" (")[0]
    if kind.name == REFUSED:
        return Detour(name, after=after, monkeypatch=monkeypatch)
    if kind.name == QUOTA and installation.system is not REST:
        text = used_up(datetime.now(UTC) + QUARANTINE)
        return installation.sandbox.inject(name, "fault", after=after, text=text)
    return installation.sandbox.inject(name, kind.name, after=after, **kind.options)


def used_up(opens_again: datetime) -> str:
    """The vendor's words for a quota that is used up; by the sandbox's own, tests would wait for the next hour."""
    return f"Limit exceeded by 1. Request is blocked. Quarantine ends at {opens_again.isoformat()}"


def _code(matrix: Matrix, operation: str, name: str) -> str | None:
    """What the transfer ends with where a fault is an answer; None where it is to arrive by itself."""
    kind = matrix.kinds[name]
    if operation in matrix.forgiven or (operation, name) in (*matrix.forgiven, *matrix.without_category):
        return None
    if kind.code and operation in matrix.no_way_in:
        return "access_refused"
    return kind.code


def _mended(installation: Installation, transfer: Transfer, code: str) -> Transfer:
    """See that it was refused for this reason, and that a person brings it to its end."""
    assert transfer.error is not None
    assert transfer.error.code == code
    if code == "access_refused":
        assert transfer.is_parked
        _verified(installation)
    else:
        assert transfer.state is TransferState.REJECTED
        installation.container.manage_transfers().retry(transfer.id)
    return installation.drive(transfer)[0]


def _told(code: str | None) -> Mapping[str | None, Sequence[EventType]]:
    """What is told of an invoice that was refused for this reason (None: for none) before it arrived."""
    if code == "access_refused":
        return {None: [EventType.ACCESS_REFUSED, EventType.ACCESS_RESTORED], NUMBER: [ARRIVED]}
    return {NUMBER: [EventType.TRANSFER_REJECTED, ARRIVED] if code else [ARRIVED]}


def _verified(installation: Installation) -> None:
    """Verify the business as a person would: again, where a busy machine let a call run into its short timeout."""
    for _ in range(TRIES):
        try:
            installation.container.verify_business().verify(BUSINESS)
        except TryAgain:
            continue
        return
    raise AssertionError("the business can't be verified")
