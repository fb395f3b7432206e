"""`recover` is killed at each of its commits and calls, and run again: 0 doubled, 0 lost, 0 stuck."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from core.transfer import TransferState
from tests.fakes.gateway import LEASE, SETTLING, Gateway
from tests.fakes.storage import FakeUnitOfWork
from tests.unit.samples import an_invoice

NUMBERS = [str(number) for number in range(1, 7)]


class Killed(BaseException):
    """The process is gone."""


class Death:
    """Strikes at the nth moment: before a commit, after one, or at a call."""

    def __init__(self, gateway: Gateway, at: int) -> None:
        self._at = at
        self._moments = count()
        self.struck = False
        self._gateway = gateway
        self._transaction = gateway.storage.transaction
        gateway.storage.transaction = self._deadly  # type: ignore[method-assign]
        for call in ("orders.changed_since", "customers.read"):
            gateway.system.before(call, self._moment)

    def leave(self) -> None:
        self._gateway.storage.transaction = self._transaction  # type: ignore[method-assign]
        self._gateway.system.leave_alone()

    def _moment(self) -> None:
        if next(self._moments) == self._at:
            self.struck = True
        if self.struck:
            raise Killed

    @contextmanager
    def _deadly(self) -> Iterator[FakeUnitOfWork]:
        with self._transaction() as work:
            yield work
            self._moment()
        self._moment()


def restored() -> Gateway:
    gateway = Gateway()
    gateway.add(*(an_invoice(number=number) for number in NUMBERS))
    gateway.send("1")
    backup = gateway.storage.backup()
    for number in ("2", "3", "4"):
        gateway.send(number)
    gateway.clock.advance(hours=1)
    gateway.storage.restore(backup)
    gateway.send("5")
    return gateway


def killed_and_run_again(moment: int) -> bool:
    """Whether the moment was reached; everything is as it should be afterwards in any case."""
    gateway = restored()
    death = Death(gateway, moment)
    try:
        gateway.recover.begin()
        gateway.clock.advance(seconds=SETTLING.total_seconds())
        gateway.recover.recover(Gateway.business)
    except Killed:
        pass
    death.leave()
    gateway.clock.advance(seconds=LEASE.total_seconds() + SETTLING.total_seconds())
    for business in gateway.recover.begin():
        gateway.recover.recover(business)
    assert gateway.recover.left() == []
    gateway.send_many.send_all(Gateway.business)
    assert {gateway.transfer(number).state for number in NUMBERS} == {TransferState.TRANSFERRED}
    assert sorted(order.draft.reference for order in gateway.books.orders.values()) == NUMBERS
    return death.struck


def test_killed_anywhere_it_is_run_again() -> None:
    moments = next(moment for moment in count() if not killed_and_run_again(moment))
    assert moments > 10, "there are as many moments as commits, before and after each, and calls"
