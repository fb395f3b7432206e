"""What every test would do anew and is the same for all: done once a process, so that the tests take less time."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

from plugins import manager


def compile_statements_once() -> None:
    """Have databases share what SQLAlchemy made of a statement: each test has one of its own, and all ask the same."""
    shared = _Compiled(capacity=5_000)

    def share(connection: Connection) -> None:
        connection.engine._compiled_cache = shared

    event.listen(Engine, "engine_connect", share)


class _Compiled(LRUCache[Any, Any]):
    """Knows a statement by the kind of its database, where SQLAlchemy goes by the very database."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_the_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_the_kind(key), value)


def _of_the_kind(key: Any) -> Any:
    dialect, *rest = key
    return type(dialect), *rest


def look_for_plugins_once() -> None:
    """Have the packages that are installed be searched for plugins once; a test may put others in their place."""
    setattr(manager, "entry_points", cache(entry_points))  # noqa: B010 - it is a function
