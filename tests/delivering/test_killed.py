"""Of two processes that deliver one is killed, at every step: all arrives at least once, and of an invoice in order."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import exists, select

from adapters.storage.schema import webhook_deliveries
from core.webhook import DeliveryState, Endpoint
from tests.attack.launcher import AFTER, BEFORE, DURING
from tests.delivering.conftest import House, until
from tests.delivering.dying import LEASE_SECONDS, POST, READ, READY, RECORD, RELEASE, TAKE
from tests.delivering.receiver import Receiver, receiving

ENDPOINTS = 4
INVOICES = [str(number) for number in range(5)]
BEFORE_AND_AFTER = 4

PATIENCE_SECONDS = 120.0
BETWEEN_LOOKS_SECONDS = 0.2
ANSWER_SECONDS = {BEFORE: 0.02, DURING: 0.25, AFTER: 0.02}

POINTS = [
    *((f"{step}:{number}", edge) for step, number in ((TAKE, 1), (READ, 1), (RELEASE, 1)) for edge in (BEFORE, AFTER)),
    *((f"{POST}:{number}", edge) for number in (1, 2, 11, 40) for edge in (BEFORE, DURING, AFTER)),
    *((f"{RECORD}:{number}", edge) for number in (1, 2, 7) for edge in (BEFORE, AFTER)),
]
SAMPLE = [(f"{RECORD}:1", BEFORE)]


@pytest.mark.parametrize(
    ("point", "edge"),
    [pytest.param(*case, marks=() if case in SAMPLE else pytest.mark.attack) for case in POINTS],
)
def test_what_one_that_is_killed_had_in_hand_the_other_delivers(house: House, point: str, edge: str) -> None:
    """Whenever all has arrived more happens, so that it gets to that point; and more when it is dead."""
    with receiving(seconds=ANSWER_SECONDS[edge]) as receiver:
        endpoints = [house.endpoint(f"{receiver.url}/{nth}") for nth in range(ENDPOINTS)]
        house.happens(*INVOICES * BEFORE_AND_AFTER)
        with delivering(house, "--kill", point, "--edge", edge) as victim, delivering(house) as other:
            for process in (victim, other):
                begin(process)
            ends = time.monotonic() + PATIENCE_SECONDS
            while victim.poll() is None:
                assert time.monotonic() < ends, "it does not get that far"
                if has_all_arrived(house):
                    house.happens(*INVOICES)
                time.sleep(BETWEEN_LOOKS_SECONDS)
            assert victim.returncode == -signal.SIGKILL
            house.happens(*INVOICES * BEFORE_AND_AFTER)
            until(lambda: has_all_arrived(house), seconds=PATIENCE_SECONDS)
            assert other.poll() is None
        for endpoint in endpoints:
            see_all_in_order(house, receiver, endpoint)


@pytest.mark.attack
def test_both_are_killed_and_a_third_delivers_it_all(house: House) -> None:
    with receiving(seconds=ANSWER_SECONDS[BEFORE]) as receiver:
        endpoints = [house.endpoint(f"{receiver.url}/{nth}") for nth in range(ENDPOINTS)]
        house.happens(*INVOICES * 20)
        with (
            delivering(house, "--kill", f"{POST}:20", "--edge", AFTER) as first,
            delivering(house, "--kill", f"{RECORD}:3", "--edge", BEFORE) as second,
        ):
            for process in (first, second):
                begin(process)
            assert [one.wait(PATIENCE_SECONDS) for one in (first, second)] == [-signal.SIGKILL] * 2
        time.sleep(LEASE_SECONDS)
        house.deliverer()
        until(lambda: has_all_arrived(house), seconds=PATIENCE_SECONDS)
        for endpoint in endpoints:
            see_all_in_order(house, receiver, endpoint)


@contextmanager
def delivering(house: House, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A process that delivers to half of the endpoints at a time, once it is told to begin; killed at the end."""
    options = ("--most", str(ENDPOINTS // 2), *options, "--")  # a key may begin as an option does
    with subprocess.Popen(
        [sys.executable, "-m", "tests.delivering.dying", *options, house.url, house.key],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def begin(process: subprocess.Popen[str]) -> None:
    """Wait until it could, and let it."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == READY
    process.stdin.write("\n")
    process.stdin.flush()


def has_all_arrived(house: House) -> bool:
    """Whether everything has arrived everywhere, as far as is kept. It just reads: looking often locks nobody out."""
    with house.storage.read() as database:
        return not database.scalar(select(exists().where(webhook_deliveries.c.state != DeliveryState.DELIVERED)))


def see_all_in_order(house: House, receiver: Receiver, endpoint: Endpoint) -> None:
    """See that every event came, and each for the first time after those of its invoice that went before it."""
    with house.storage.transaction() as work:
        events = work.events.list("fjell", limit=100_000)
    assert receiver.first_of_each("/" + endpoint.url.rsplit("/", 1)[1]) == {
        ("fjell", number): [event.id for event in events if event.invoice == number] for number in INVOICES
    }
