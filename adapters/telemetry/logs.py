"""The log: one line of JSON an event, or text for a person, to standard error. Everybody's loggers go through it.

Of an exception the class and the lines it passed are told, never its words: they may be secret or personal.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

FIELDS = (
    "system",
    "business",
    "invoice",
    "transfer",
    "transfers",
    "attempt",
    "result",
    "code",
    "method",
    "route",
    "status",
    "duration_ms",
)
"""What a logger of ours may add to an event, besides the context. What others add is dropped."""

_NOISY = {
    "zeep": logging.CRITICAL + 1,  # whole envelopes: Login carries the password
    "apprise": logging.CRITICAL + 1,  # addresses of people's services, with what opens them
    "httpx": logging.WARNING,  # at info it tells addresses, with what is searched for
    "httpcore": logging.WARNING,
    "urllib3": logging.ERROR,
    "hpack": logging.WARNING,
    "sqlalchemy": logging.WARNING,  # at info it tells statements
    "sqlalchemy.engine": logging.WARNING,
    "alembic": logging.WARNING,
    "dbos": logging.ERROR,
    "uvicorn": logging.WARNING,
    "asyncio": logging.WARNING,
    "opentelemetry": logging.ERROR,
    "litestar": logging.WARNING,
}


def set_up_logging(level: str, *, as_json: bool, vendor_texts: bool = False, stream: TextIO | None = None) -> None:
    """Have the whole process log to the stream, standard error if not given, what is of this level and above.

    `vendor_texts`: what an accounting system says of its faults too, cleaned of secrets. It may be personal.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(as_json=as_json, is_terminal=handler.stream.isatty()))
    handler.addFilter(_is_not_noise)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _NOISY.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(least, logging.getLevelName(level.upper())))
        logger.handlers = []
        logger.propagate = True
    logging.getLogger("kvitt.support").setLevel(logging.DEBUG if vendor_texts else logging.CRITICAL + 1)
    dbos = logging.getLogger("dbos")  # it brings a handler of its own where it finds none
    dbos.handlers, dbos.propagate = [handler], False


def _is_not_noise(record: logging.LogRecord) -> bool:
    """Whether a record may be told, whatever level its logger, or one below, was given since."""
    least = _NOISY.get(record.name.partition(".")[0], logging.NOTSET)
    return record.levelno >= least


def _formatter(*, as_json: bool, is_terminal: bool) -> logging.Formatter:
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _place_of_exception,
    ]
    if as_json:
        last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        last = structlog.dev.ConsoleRenderer(colors=is_terminal, timestamp_key="at")
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def _place_of_exception(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = type(error).__qualname__
        event["raised_at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event
