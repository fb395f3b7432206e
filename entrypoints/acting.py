"""Who acts now, for the audit trail. Each way in says it where it lets somebody in."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.audit import WORKER, Actor, ActorKind

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


def person_at_the_terminal() -> Actor:
    """Return who runs commands here: the operating system's user, and whom sudo lets act as that user."""
    person, user = user_at_the_terminal(), _user_of_this_process()
    return Actor(kind=ActorKind.COMMAND_LINE, name=user if person == user else f"{person} as {user}")


def user_at_the_terminal() -> str:
    """Return the name that the operating system knows the person by who runs commands here."""
    behind = os.environ.get("SUDO_USER", "")
    return behind if behind.isprintable() and behind else _user_of_this_process()


def _user_of_this_process() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # such as a container's user that has no name there
        return str(os.getuid())
