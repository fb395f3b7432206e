"""How an accounting system takes several things to be written."""

from enum import StrEnum


class Writing(StrEnum):
    """What a call holds, and what is answered of it."""

    TOGETHER = "together"
    """Several things in a call, answered item by item."""
    IN_STEPS = "in steps"
    """An order in a call that begins it, one for each row, and one that finishes it; anything else in a call each."""
    ALL_OR_NONE = "all or none"
    """Several things in a call, which is done for all of them or for none; one that is refused has the others wait."""
