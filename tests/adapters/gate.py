"""What a test does between the calls of one method of a port, as the fence around a worker's calls does."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from core.errors import KvittError
from core.order_draft import OrderDraft
from core.ports.accounting import AccountingSystem
from core.transfer import Receipt

_BETWEEN: ContextVar[Callable[[], None] | None] = ContextVar("between", default=None)


class Gate:
    """Looks on at calls that go out."""

    @contextmanager
    def call(self, _system: str, _operation: str, _business: str, /) -> Iterator[None]:
        if between := _BETWEEN.get():
            between()
        yield


def create_orders(
    system: AccountingSystem, drafts: Sequence[OrderDraft], *, between_calls: Callable[[], None]
) -> list[Receipt | KvittError]:
    """Create orders; `between_calls` comes before each call that goes out but the first."""
    calls = 0

    def between() -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            between_calls()

    token = _BETWEEN.set(between)
    try:
        return system.orders.create(drafts)
    finally:
        _BETWEEN.reset(token)
