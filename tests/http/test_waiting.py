"""Waiting for a transfer that somebody else works on."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from core.transfer import Transfer, TransferState, new_transfer
from entrypoints.documents import TransferDocument
from entrypoints.http import waiting
from entrypoints.http.waiting import Waiting
from tests.fakes import FakeClock

NOW = datetime(2021, 1, 15, 12, tzinfo=UTC)
QUEUED = new_transfer("1", business="fjell", invoice="1", now=NOW)


def _in(state: TransferState) -> Transfer:
    return QUEUED.model_copy(update={"state": state})


class _Seen:
    """A stored transfer, as it is seen by one look after the other."""

    def __init__(self, *transfers: Transfer) -> None:
        self._transfers = list(transfers)

    def transfer(self, _transfer_id: str) -> Transfer:
        return self._transfers.pop(0)


def _answer(*seen: Transfer, prefer: str | None, stopping: bool = False) -> tuple[int, str, str | None]:
    waits = Waiting(look_up=_Seen(*seen).transfer, clock=FakeClock(NOW), stopping=lambda: stopping)
    response = asyncio.run(waits.answer(QUEUED, prefer=prefer, since=time.monotonic(), shown=TransferDocument.of))
    content = json.loads(response.render(response.content, "application/json"))
    return response.status_code or 0, content["state"], response.headers.get("Preference-Applied")


def test_a_transfer_that_ends_in_time_is_the_answer() -> None:
    running, ended = _in(TransferState.RUNNING), _in(TransferState.TRANSFERRED)

    assert _answer(running, running, ended, prefer="wait=5") == (200, "transferred", "wait=5")


def test_a_transfer_that_waits_for_later_is_not_waited_for() -> None:
    waiting = _in(TransferState.WAITING).model_copy(update={"next_attempt_at": NOW + timedelta(hours=1)})

    assert _answer(waiting, prefer="respond-async, wait=60") == (202, "waiting", "wait=60")


def test_a_transfer_that_is_tried_again_in_time_is_waited_for() -> None:
    waiting = _in(TransferState.WAITING).model_copy(update={"next_attempt_at": NOW + timedelta(seconds=3)})

    assert _answer(waiting, _in(TransferState.TRANSFERRED), prefer="wait=5") == (200, "transferred", "wait=5")


def test_a_parked_transfer_is_not_waited_for() -> None:
    parked = _in(TransferState.WAITING).model_copy(update={"next_attempt_at": None})

    assert _answer(parked, prefer="wait=60") == (202, "waiting", "wait=60")


def test_a_server_that_stops_answers_at_once() -> None:
    assert _answer(prefer="wait=60", stopping=True) == (202, "queued", "wait=60")


def test_beyond_the_most_waiters_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITERS", 0)

    assert _answer(prefer="wait=60") == (202, "queued", "wait=60")


@pytest.mark.parametrize("prefer", ["wait=0", "WAIT=0", "foo; bar, wait=0; x=1", 'wait="0"'])
def test_who_does_not_want_to_wait_does_not(prefer: str) -> None:
    assert _answer(prefer=prefer) == (202, "queued", "wait=0")


@pytest.mark.parametrize("prefer", [None, "", "wait", "wait=soon", "wait=-1", "await=3"])
def test_a_preference_that_is_not_understood_is_passed_over(prefer: str | None) -> None:
    assert _answer(_in(TransferState.REJECTED), prefer=prefer) == (200, "rejected", None)


def test_nobody_waits_longer_than_a_minute() -> None:
    assert _answer(_in(TransferState.REJECTED), prefer="wait=3600") == (200, "rejected", "wait=60")
