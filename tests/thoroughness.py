"""How many examples a property is tried with: a few each time, many where thoroughness is asked for."""

import os

THOROUGH = "KVITT_TEST_THOROUGH"
"""Set, as `make attack` does, for many examples."""

_TIMES_AS_MANY = 8


def examples(few: int) -> int:
    """Return how many examples to draw."""
    return few * _TIMES_AS_MANY if os.environ.get(THOROUGH) else few
