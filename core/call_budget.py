"""How many calls an accounting system still takes in the running hour, and what of them bulk may use.

Pure. Source: docs/24sevenoffice.md, "Calls and errors": so many an hour, shared by all who use it.
"""

from datetime import UTC, datetime, timedelta

from pydantic import computed_field

from core.errors import TryAgain
from core.fields import Document, Instant

_KEPT_FOR_SINGLE = 5
"""One call in so many is kept for single sends, which somebody waits for."""


class CallBudget(Document):
    """The calls of one clock hour: how many there are, how many were made, and when they begin anew (UTC)."""

    limit: int
    used: int
    resets_at: Instant

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """How many may still be made."""
        return max(self.limit - self.used, 0)

    def require_for_bulk(self) -> None:
        """Let a call of a bulk send pass while more is left than is kept for single sends.

        Errors: TryAgain, code `quota_kept`, with the hour's end as `not_before`.
        """
        if self.left <= self.limit // _KEPT_FOR_SINGLE:
            raise TryAgain(
                f"Of this hour's {self.limit} calls {self.left} are left, and they are reserved for single sends.",
                code="quota_kept",
                hint="A running worker goes on in the next hour.",
                not_before=self.resets_at,
            )


def hour_of(instant: datetime) -> datetime:
    """Return when the clock hour of an instant began, in UTC; Norwegian hours begin at the same instants."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hour_after(hour: datetime) -> datetime:
    """Return when the next clock hour begins."""
    return hour + timedelta(hours=1)
