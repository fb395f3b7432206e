"""What keeps an open page up to date, and when that ends."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from entrypoints.console import live
from entrypoints.console.live import Live, Look, Part


class SignedInUntil:
    """Somebody is signed in for so many questions."""

    def __init__(self, times: int) -> None:
        self.left = times

    def session(self, _text: str) -> object | None:
        self.left -= 1
        return object() if self.left >= 0 else None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK_EVERY", 0.001)
    monkeypatch.setattr(live, "_SESSION_EVERY", 0)


def events(look: Callable[[], Look], *, sessions: int = 99, stopping: Callable[[], bool] = lambda: False) -> list[str]:
    """Return the names of the events that are told."""
    sign_in: Any = SignedInUntil(sessions)
    stream = Live(sign_in=sign_in, stopping=stopping).events("text", look)

    async def told() -> list[bytes]:
        return [event async for event in stream]

    names = asyncio.run(told())
    return [one.partition(b"\n")[0].decode().removeprefix("event: ") for one in names]


def test_what_is_as_it_was_is_not_told_again_and_the_last_look_ends_it() -> None:
    looks = iter([b"1", b"1", b"2", b"2", b"3"])

    def look() -> Look:
        content = next(looks)
        return Look([Part("standing", content), Part("reasons", b"none")], is_last=content == b"3")

    assert events(look) == ["standing", "reasons", "standing", "standing", "end"]


def test_it_ends_with_the_session() -> None:
    assert events(lambda: Look([Part("standing", b"1")], is_last=False), sessions=3) == ["standing", "end"]


def test_it_ends_when_the_process_is_told_to_stop() -> None:
    answers = iter([False, False, True])
    assert events(lambda: Look([Part("standing", b"1")], is_last=False), stopping=lambda: next(answers)) == ["standing"]


def test_it_ends_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.05)
    assert events(lambda: Look([Part("standing", b"1")], is_last=False)) == ["standing"]


def test_what_is_told_over_lines_stays_one_event() -> None:
    sign_in: Any = SignedInUntil(9)
    stream = Live(sign_in=sign_in, stopping=lambda: False).events(
        "text", lambda: Look([Part("standing", b"<p>\n\ndata: x\r\n</p>")], is_last=True)
    )

    async def first() -> bytes:
        async for event in stream:
            await stream.aclose()  # type: ignore[attr-defined]
            return event
        return b""

    assert asyncio.run(first()) == b"event: standing\ndata: <p>\ndata: \ndata: data: x\ndata: </p>\n\n"
