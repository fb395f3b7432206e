from collections.abc import Iterator

import pytest

from sandbox.twentyfour_seven_office import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for all tests of a plugin; each bench empties its books."""
    with Sandbox.demo(logins_per_minute=0) as sandbox:
        yield sandbox
