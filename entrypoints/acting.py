"""Who acts now, for the audit trail. Each way in says it where it lets somebody in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.audit import WORKER, Actor

_ACTOR: ContextVar[Actor] = ContextVar("actor", default=WORKER)


def current_actor() -> Actor:
    """Return who acts now; what nobody asked for at this moment is the worker's doing."""
    return _ACTOR.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Have what is done within the block be this actor's doing."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)
