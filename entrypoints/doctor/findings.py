"""What was found, and what follows from it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.errors import KvittError, OutcomeUnknown, TryAgain


class Standing(StrEnum):
    """How something stands.

    `warning`: worth knowing, and nothing stops by it. `mend`: somebody has to act. `temporary`: it passes by itself.
    """

    OK = "ok"
    WARNING = "warning"
    TEMPORARY = "temporary"
    MEND = "mend"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: which check, how it stands, in a sentence, and what to do."""

    check: str
    standing: Standing
    message: str
    hint: str = ""


def ok(check: str, message: str) -> Finding:
    """Nothing is to be done."""
    return Finding(check, Standing.OK, message)


def warning(check: str, message: str, hint: str) -> Finding:
    """Nothing stops by it."""
    return Finding(check, Standing.WARNING, message, hint)


def mend(check: str, message: str, hint: str) -> Finding:
    """Somebody has to act."""
    return Finding(check, Standing.MEND, message, hint)


def looked_at(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds; what it raises is a finding too, so that no check hides the others."""
    try:
        yield from look()
    except (TryAgain, OutcomeUnknown) as error:
        yield Finding(check, Standing.TEMPORARY, error.message, error.hint)
    except KvittError as error:
        yield mend(check, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - its words may be secret or personal; the class says enough to ask about
        yield mend(
            check,
            f"This could not be looked at: {type(error).__name__}.",
            "See that the files and the database are there and may be read; if they are, report this.",
        )
