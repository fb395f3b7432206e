"""A terminal to play sessions on: what a person sees, with what differs from time to time put the same."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.norwegian_time import norwegian_date

WIDTH = 80

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_CLOCK_TIME = re.compile(r"\b\d\d:\d\d(:\d\d)? UTC")
_ID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{32}\b")
_KEY = re.compile(r"kvitt_[0-9a-zA-Z]{12}_[0-9a-zA-Z]+")
_SECRET = re.compile(r"whsec_[0-9a-zA-Z+/]+=*")
_LINK = re.compile(r"(?<=token=)[0-9a-zA-Z_-]+")
_PREFIX = re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12}\b")
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d{4,5}")
_SECONDS = re.compile(r"\(\d+\.\d s\)")
_MILLISECONDS = re.compile(r"\b\d+ ms\b|(?<=_ms\": )\d+")
_FREE = re.compile(r"\d+ MB are free")
_REVISION = re.compile(r"(?<=revision )\d{4}\b")


class Screen(io.StringIO):
    """What standard output and standard error both lead to, as on a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Steady:
    """Puts the same in the place of what is different each time: instants, ids, ports. Lengths stay, for the layout.

    Each id has a name of its own by the order in which it was first seen, so that they can be told apart.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._ids: dict[str, str] = {}
        self._days: set[str] = set()
        self._todays()

    def text(self, printed: str) -> str:
        """Return what was printed, put steadily."""
        told = printed.replace(self._folder, "FOLDER")
        told = _INSTANT.sub("YYYY-MM-DD hh:mm:ss UTC", told)
        told = _ISO.sub("YYYY-MM-DDThh:mm:ssZ", told)
        told = _CLOCK_TIME.sub(lambda found: f"hh:mm{':ss' if found[1] else ''} UTC", told)
        for today in self._todays():
            told = told.replace(today, "YYYY-MM-DD")
        told = _KEY.sub(lambda found: self._named(found[0], "kvitt_key"), told)
        told = _SECRET.sub(lambda found: self._named(found[0], "whsec"), told)
        told = _LINK.sub(lambda found: self._named(found[0], "text"), told)
        told = _ID.sub(lambda found: self._named(found[0], "id"), told)
        told = _PREFIX.sub(lambda found: self._named(found[0], "pre"), told)
        told = _PORT.sub("PORT", told)
        told = _SECONDS.sub("(n.n s)", told)
        told = _MILLISECONDS.sub(lambda found: "N ms" if found[0].endswith("ms") else "N", told)
        told = _REVISION.sub("NNNN", told)
        return _FREE.sub("NNNNN MB are free", told)

    def id_of(self, name: str) -> str:
        """Return the id that a session calls by this name: `id-1` is the first that was seen."""
        return next(real for real, shown in self._ids.items() if shown.rstrip(".") == name)

    def _todays(self) -> set[str]:
        """Return every date that was today since the session began: as UTC has it, and as Norway has it."""
        now = datetime.now(UTC)
        self._days |= {f"{now:%Y-%m-%d}", f"{norwegian_date(now)}"}
        return self._days

    def _named(self, real: str, kind: str) -> str:
        if real not in self._ids:
            nth = sum(name.startswith(f"{kind}-") for name in self._ids.values()) + 1
            self._ids[real] = f"{kind}-{nth}".ljust(len(real), ".")
        return self._ids[real]


def without_trailing_space(text: str) -> Iterator[str]:
    """Yield the lines, without the spaces at their ends that a table's last column leaves."""
    for line in text.splitlines():
        yield line.rstrip()
