"""A few seconds of the load test: the whole is `make load`."""

import pytest

from tests.load.load import load
from tests.postgres import require_server

SECONDS = 5


@pytest.mark.attack
def test_at_saturation_nothing_is_lost_and_nobody_waits_long() -> None:
    require_server()

    outcome = load(SECONDS)

    assert not outcome.faults(memory=False), "\n".join(outcome.lines())
    assert outcome.told.sent
