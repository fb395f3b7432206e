"""A worker killed before and after everything that a follow-up writes and calls: all is told, and told once."""

import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.storage.schema import follow_ups
from core.errors import TryAgain
from core.event import EventType
from tests.attack.installation import PATIENCE_SECONDS, REST, SOAP, TRIPLETEX, Installation, installed
from tests.attack.kills import KillMatrix, killed, launched
from tests.attack.launcher import AFTER, COMMIT, DURING
from tests.attack.outbox import ARRIVED
from tests.systems import System

AT_A_TIME = 2
FOLLOW_UP = ("--follow-up", f"{AT_A_TIME}")
TOLD: Mapping[str, Sequence[EventType]] = {
    "1": [EventType.INVOICE_PUBLISHED, EventType.INVOICE_PAID],
    "2": [EventType.INVOICE_PUBLISHED],
    "3": [EventType.INVOICE_DELETED],
    "4": [],
    "5": [EventType.INVOICE_PUBLISHED, EventType.INVOICE_PAID],
}


UNDER_WAY_SECONDS = 0.3

SOAP_KILLS = KillMatrix(
    system=SOAP,
    calls={"GetInvoices": 3},
    commits=20,
    sample=[(f"{COMMIT}:8", AFTER), ("GetInvoices:2", AFTER)],
)
REST_KILLS = KillMatrix(
    system=REST,
    calls={"GET /salesorders/{id}": 5, "GET /transactionlines": 3},
    commits=18,
    sample=[("GET /transactionlines:2", AFTER)],
)
TRIPLETEX_KILLS = KillMatrix(
    system=TRIPLETEX,
    calls={"GET /order": 3, "GET /invoice": 3},
    commits=18,
    sample=[("GET /invoice:2", AFTER)],
)
MATRICES = (SOAP_KILLS, REST_KILLS, TRIPLETEX_KILLS)
TWO_AT_ONCE = [(f"{COMMIT}:{number}", AFTER) for number in (1, 3, 6, 8, 9, 13, 16, 20)]


@pytest.fixture
def five(installation: Installation) -> Installation:
    something_became_of_five(installation)
    return installation


def something_became_of_five(installation: Installation) -> None:
    """Five invoices were sent, and something became of four. Nobody has asked since."""
    for number in TOLD:
        installation.add(number)
    installation.drive(*[installation.queue(number) for number in TOLD])
    books = installation.books_of()
    for number, told in TOLD.items():
        (order_id,) = installation.orders_for(number)
        if EventType.INVOICE_PUBLISHED in told:
            books.publish(order_id)
        if EventType.INVOICE_PAID in told:
            books.pay(order_id)
        if EventType.INVOICE_DELETED in told:
            books.delete_order(order_id)


@pytest.mark.parametrize(("system", "point", "edge"), [case for matrix in MATRICES for case in matrix.cases])
def test_what_a_killed_follow_up_left_is_told_by_the_next_and_nothing_twice(
    five: Installation, system: System, point: str, edge: str
) -> None:
    killed(five, *FOLLOW_UP, "--kill", point, "--edge", edge)
    _told_once_in_the_end(five)


@pytest.mark.parametrize(("system", "call"), [(matrix.system, call) for matrix in MATRICES for call in matrix.calls])
@pytest.mark.attack
def test_a_follow_up_killed_while_it_waits_for_an_answer(five: Installation, system: System, call: str) -> None:
    five.sandbox.latency = UNDER_WAY_SECONDS
    killed(five, *FOLLOW_UP, "--kill", f"{call}:1", "--edge", DURING)
    five.sandbox.latency = 0
    _told_once_in_the_end(five)


@pytest.mark.parametrize("system", [SOAP, REST, TRIPLETEX], ids=["soap", "rest", "tripletex"])
@pytest.mark.parametrize(("point", "edge"), TWO_AT_ONCE)
@pytest.mark.attack
def test_of_two_at_once_one_is_killed(five: Installation, system: System, point: str, edge: str) -> None:
    """The one that is killed may have had the round, or none at all: then it ends by itself."""
    with ThreadPoolExecutor(2) as both:
        other = both.submit(launched, five, *FOLLOW_UP)
        run = launched(five, *FOLLOW_UP, "--kill", point, "--edge", edge)
    assert run.returncode in (0, -signal.SIGKILL), run.stderr
    assert other.result().returncode == 0, other.result().stderr
    _told_once_in_the_end(five)


@pytest.mark.attack
def test_two_that_ask_about_the_same_at_once_tell_it_once(five: Installation) -> None:
    """As when one is so slow that its round was thought to be left off."""
    five.sandbox.latency = UNDER_WAY_SECONDS
    with ThreadPoolExecutor(3) as three:
        runs = [three.submit(launched, five, *FOLLOW_UP) for _ in range(3)]
        while not all(run.done() for run in runs):
            _let_rounds_be_left_off(five, from_the_start=True)
            time.sleep(UNDER_WAY_SECONDS / 3)
    assert [run.result().returncode for run in runs] == [0, 0, 0]
    five.sandbox.latency = 0
    _told_once_in_the_end(five)


@pytest.mark.parametrize("matrix", MATRICES, ids=[matrix.system.name for matrix in MATRICES])
def test_the_matrix_has_all_that_a_follow_up_commits_and_calls(
    tmp_path: Path, database_url: str | None, matrix: KillMatrix
) -> None:
    with installed(tmp_path / "home", system=matrix.system, database_url=database_url) as installation:
        something_became_of_five(installation)
        matrix.see_that_it_is_whole(installation, *FOLLOW_UP)
        assert installation.told == {number: [ARRIVED, *found] for number, found in TOLD.items()}


def _told_once_in_the_end(installation: Installation) -> None:
    """See that all is told once the next follow-ups are over, and nothing more when everything is asked about anew."""
    for from_the_start in (False, True):
        _follow_up(installation, from_the_start=from_the_start)
        assert installation.told == {number: [ARRIVED, *found] for number, found in TOLD.items()}


def _follow_up(installation: Installation, *, from_the_start: bool) -> None:
    """Follow up until that is done: where a slow machine's call timed out another round asks, about all of them.

    What was one order's trouble alone ends no round, so there is none to go on with.
    """
    ends = time.monotonic() + PATIENCE_SECONDS
    _let_rounds_be_left_off(installation, from_the_start=from_the_start)
    while troubles := [one.trouble for one in installation.container.follow_up().run() if one.trouble]:
        assert all(isinstance(one, TryAgain) for one in troubles), troubles
        assert time.monotonic() < ends, troubles
        _let_rounds_be_left_off(installation, from_the_start=True)


def _let_rounds_be_left_off(installation: Installation, *, from_the_start: bool = False) -> None:
    """Do as if so much time had passed that somebody else goes on, or has to ask about everything once more."""
    storage = installation.container.storage()
    left_off = update(follow_ups).values(resume_at=storage.clock.now())
    with storage.write() as database:
        if from_the_start:
            database.execute(left_off.values(asked_up_to=None))
        else:
            database.execute(left_off.where(follow_ups.c.resume_at.is_not(None)))
