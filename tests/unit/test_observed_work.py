"""What whoever looks on at a worker is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from core.errors import AccessRefused, Rejected, TryAgain
from core.transfer import Transfer, started
from tests.fakes import Gateway
from tests.fakes.gateway import LEASE
from tests.unit.samples import an_invoice


class Notebook:
    """A WorkObserver that writes down what it sees."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @contextmanager
    def turn(self, business: str) -> Iterator[None]:
        self.seen.append(f"turn at {business}")
        yield
        self.seen.append("turn over")

    @contextmanager
    def attempt(self, transfers: Sequence[Transfer]) -> Iterator[None]:
        self.seen.append(f"attempt {transfers[0].attempts} at {', '.join(one.invoice for one in transfers)}")
        yield

    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        self.seen.append(f"took over {', '.join(one.invoice for one in transfers)}")

    def ended(self, system: str, transfers: Sequence[Transfer]) -> None:
        self.seen += [f"{system}: {one.invoice} {one.state.value}" for one in transfers]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def gateway(notebook: Notebook) -> Gateway:
    return Gateway(inline=False, observer=notebook)


def queued(gateway: Gateway, *numbers: str) -> None:
    for number in numbers:
        gateway.add(an_invoice(number=number))
        gateway.send(number)


def test_a_turn_its_attempts_and_what_came_of_them_are_seen(gateway: Gateway, notebook: Notebook) -> None:
    queued(gateway, "1", "2")
    gateway.system.orders.fail_item("2", Rejected("No."))

    gateway.turn()

    assert notebook.seen == [
        "turn at fjell",
        "attempt 1 at 1, 2",
        "fake: 1 transferred",
        "fake: 2 rejected",
        "turn over",
    ]


def test_a_turn_with_nothing_due_is_not_seen(gateway: Gateway, notebook: Notebook) -> None:
    gateway.turn()

    assert notebook.seen == []


@pytest.mark.parametrize("error", [TryAgain("Later."), AccessRefused("Closed.")])
def test_what_waits_is_seen_too(gateway: Gateway, notebook: Notebook, error: Exception) -> None:
    queued(gateway, "1")
    gateway.system.orders.fail_item("1", error)  # type: ignore[arg-type]

    gateway.turn()

    assert "fake: 1 waiting" in notebook.seen


def test_what_a_dead_worker_left_running_is_seen_to_be_taken_over(gateway: Gateway, notebook: Notebook) -> None:
    queued(gateway, "1")
    with gateway.storage.transaction() as work:
        (due,) = work.transfers.due("fjell", now=gateway.clock.now(), limit=1)
        work.leases.acquire("fjell", holder="dead", length=LEASE)
        work.transfers.save(started(due))
    gateway.clock.advance(seconds=LEASE.total_seconds() + 1)

    gateway.turn()

    assert notebook.seen[:3] == ["turn at fjell", "took over 1", "attempt 2 at 1"]
