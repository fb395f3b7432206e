"""What sets up a process's logging, tried in this process: afterwards logging is as it was."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def logging_kept() -> Iterator[None]:
    """Let a block set up logging as it likes; a stream that it closes is no later test's."""
    names = [None, "dbos", "kvitt.support", "sqlalchemy.engine", *logging.root.manager.loggerDict]
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.level, list(one.handlers), one.propagate) for one in loggers]
    try:
        yield
    finally:
        for one, was_level, handlers, propagate in before:
            one.setLevel(was_level)
            one.handlers, one.propagate = handlers, propagate
