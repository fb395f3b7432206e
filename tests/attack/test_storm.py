"""A storm: many businesses, workers killed at random, a bad connection, a server's clock that is set.

Exactly one order each, and a shop is told of each once. Answers are lost, or drip for longer than anybody waits;
sessions expire.

Every other business reaches 24SevenOffice over REST.

What happens is drawn from a seed, which is printed; KVITT_STORM_SEED gives it again. How processes and calls
interleave is the machine's doing, so a seed narrows a failure down and does not repeat it to the letter.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, TryAgain
from entrypoints.container import Container, make_container
from entrypoints.settings import read_settings
from sandbox import Sandbox
from tests.attack import outbox
from tests.attack.outbox import ARRIVED
from tests.attack.storm_crew import FIRST_STRIKE_SECONDS, bad_connection, crew, surround
from tests.attack.storm_world import (
    Scale,
    businesses_of,
    companies_of,
    connect,
    people_the_world,
    see_exactly_one_of_each,
    stories,
    unfinished,
)
from tests.delivering.conftest import until
from tests.delivering.receiver import Receiver, receiving
from tests.postgres import give_own_time, step_time, temporary_database

HOUR = timedelta(hours=1)
PATH = "/hooks"

DELIVERED_SECONDS = 180.0
"""Longer than a dead worker holds an endpoint."""

WHOLE = Scale(workers=4, businesses=20, invoices=15, customers=5, pause=1.0, patience=300)


@pytest.fixture
def database() -> Iterator[str]:
    with temporary_database() as url:
        give_own_time(url)
        yield url


@pytest.fixture
def container(database: str, office: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """The installation that the workers share, as its operator sees it."""
    surround(monkeypatch, office, tmp_path, database)
    container = make_container(read_settings())
    yield container
    container.storage().close()


@pytest.mark.attack
def test_the_whole_storm(seed: str, container: Container, database: str, office: Sandbox, tmp_path: Path) -> None:
    weather(WHOLE, seed, container, database, office, tmp_path)


@pytest.mark.attack
def test_the_storm_while_businesses_change_their_accounts(
    seed: str, container: Container, database: str, office: Sandbox, tmp_path: Path
) -> None:
    weather(replace(WHOLE, invoices=8, companies=2), seed, container, database, office, tmp_path)


def weather(scale: Scale, seed: str, container: Container, database: str, office: Sandbox, logs: Path) -> None:
    """Let the storm rage until everything has arrived; then look at the books."""
    chance, shift, steps = random.Random(seed), timedelta(), 0
    people_the_world(scale, container, office)
    with (
        receiving() as shop,
        crew(scale.workers, chance, logs) as workers,
        bad_connection(chance, office) as connection,
        changing_accounts(scale, chance, container, office) as changes,
    ):
        outbox.listen(container, shop.url + PATH)
        workers.begin(patience=scale.patience)
        began = time.monotonic()
        strikes_at = began + chance.uniform(0, FIRST_STRIKE_SECONDS)  # while there is work, however fast the machine
        while (left := unfinished(container)) or not workers.killed:
            if time.monotonic() - began > scale.patience:
                told = "\n".join([stories(container, left), *workers.complaints()])
                pytest.fail(f"{len(left)} are stuck after {scale.patience:.0f} s:\n{told}")
            time.sleep(0.1)
            if time.monotonic() >= strikes_at:
                strikes_at = time.monotonic() + chance.uniform(0, 2 * scale.pause)
                workers.kill_one_at_work()
                if chance.random() < 0.5:
                    office.expire_sessions()
                if chance.random() < 0.5:
                    target = chance.choice([one for one in (-HOUR, timedelta(), HOUR) if one != shift])
                    step_time(database, target - shift)
                    shift, steps = target, steps + 1
        seconds = time.monotonic() - began
        until(lambda: outbox.is_posted(container), seconds=DELIVERED_SECONDS)
    office.settle()
    print(  # noqa: T201 - figures
        f"{scale.businesses * scale.invoices} invoices, {workers.killed} kills, {steps} steps of the clock, "
        f"{connection.lost} answers lost "
        f"{dict(connection.kinds)}, {office.journal.count()} calls, {office.journal.count('Login')} logins, "
        f"accounts: {dict(changes)}, {seconds:.0f} s"
    )
    see_exactly_one_of_each(scale, container, office)
    see_all_told(scale, container, shop)
    assert workers.complaints() == []
    assert workers.killed > 0
    assert connection.lost > 0
    assert scale.companies == 1 or changes["changed"] > 0


def see_all_told(scale: Scale, container: Container, shop: Receiver) -> None:
    """See that each invoice was told to have arrived, once and as the last; that all came, and of each in order."""
    came = shop.first_of_each(PATH)
    for business in businesses_of(scale):
        for number, types in outbox.told(container, business).items():
            assert number is None or (types[-1], types.count(ARRIVED)) == (ARRIVED, 1), types
        with container.storage().transaction() as work:
            events = work.events.list(business, limit=100_000)
        for about in {event.invoice for event in events}:
            assert came[business, about] == [event.id for event in events if event.invoice == about]


@contextmanager
def changing_accounts(
    scale: Scale, chance: random.Random, container: Container, office: Sandbox
) -> Iterator[Counter[str]]:
    """Connect one business after another to another of its companies; count what came of it."""
    own_chance = random.Random(chance.random())
    came, over = Counter[str](), threading.Event()

    def keep_changing() -> None:
        while not over.wait(own_chance.uniform(0, 0.1)):
            business = f"b{own_chance.randrange(scale.businesses):02}"
            try:
                connect(business, own_chance.choice(companies_of(business, scale)), container, office)
                came["changed"] += 1
            except (Conflict, TryAgain) as refused:
                came[refused.code] += 1

    thread = threading.Thread(target=keep_changing, name="changing-accounts", daemon=True)
    if scale.companies > 1:
        thread.start()
    try:
        yield came
    finally:
        over.set()
        if scale.companies > 1:
            thread.join()
