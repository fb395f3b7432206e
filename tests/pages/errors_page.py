"""Write docs/errors.md: what is to be said of each code is in errors.md beside this file, what can be seen is read.

A row of three cells (codes, meaning, what to do) gets whether it is retriable, and its outcome, from the errors that
are raised with these codes. Where the source does not show that, or a transfer knows more than the error, a row has all
five.
"""

import re
from pathlib import Path

from core.errors import Outcome
from tests.error_codes import in_the_source

TEMPLATE = Path(__file__).with_name("errors.md")

_HEADING = "| Code |"
_SHORT_ROW = re.compile(r"\| (?P<codes>`[^|]*) \| (?P<meaning>[^|]+) \| (?P<mend>[^|]+) \|")


def errors_page() -> str:
    """Return the whole page."""
    head, heading, table = TEMPLATE.read_text(encoding="utf-8").partition(_HEADING)
    return head + heading + "".join(_whole(line) for line in table.splitlines(keepends=True))


def _whole(line: str) -> str:
    row = _SHORT_ROW.fullmatch(line.rstrip("\n"))
    if row is None:
        return line
    codes = re.findall(r"`(\w+)`", row["codes"])
    raised = [in_the_source()[code] for code in codes]
    unclear = [code for code, found in zip(codes, raised, strict=True) if not found.is_known_whole]
    assert not unclear, f"the source does not show which errors carry {unclear}: give the row all five cells"
    seen = {(frozenset(found.retriable), frozenset(found.outcomes)) for found in raised}
    assert len(seen) == 1, f"the errors of {codes} differ: give each a row of its own"
    ((retriable, outcomes),) = seen
    again = " or ".join("yes" if may else "no" for may in sorted(retriable, reverse=True))
    known = " or ".join(f"`{outcome}`" for outcome in Outcome if outcome in outcomes)
    return f"| {row['codes']} | {row['meaning']} | {again} | {known} | {row['mend']} |\n"
