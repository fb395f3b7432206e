"""Departments and projects of an account."""

from collections.abc import Sequence
from typing import Protocol

from core.dimension import Dimension, DimensionKind
from core.unreadable import Unreadable


class DimensionTable(Protocol):
    """The accounting system's departments and projects."""

    def listed(self, kind: DimensionKind) -> Sequence[Dimension | Unreadable] | None:
        """Return all of a kind; None where the system does not tell them, and takes an id (a whole number) as it is.

        Only asked for what the system's orders have a place for (Limits, `order_fields`).
        Errors: AccessRefused when there is no way in at all; Rejected, when these credentials may not read them and
        the order needs more than an id; TryAgain.
        """
