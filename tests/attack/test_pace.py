"""An accounting system that takes five calls a second and refuses the others: nothing is lost or doubled, or slow."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.transfer import TransferState
from tests.attack.installation import REST, Installation, installed
from tests.attack.month_end import invoices, queued, see_exactly_one_of_each

CALLS_PER_SECOND = 5
PARALLEL_CALLS = 8
_TO_LEARN = 2.0
"""In seconds: what the first pauses take that the server asks for, before its limit is known."""


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=REST, database_url=database_url, call_seconds=20) as installation:
        yield installation


@pytest.mark.parametrize("unknown", [5, pytest.param(60, marks=pytest.mark.attack)])
@pytest.mark.parametrize("tells_reset", [True, pytest.param(False, marks=pytest.mark.attack)])
def test_a_month_end_goes_nearly_as_fast_as_it_may(installation: Installation, unknown: int, tells_reset: bool) -> None:
    limit, given = installation.sandbox.rest_pace, invoices(unknown)
    limit.limit, limit.tells_reset = CALLS_PER_SECOND, tells_reset
    transfers = queued(installation, given)
    installation.sandbox.latency = 0.05
    before = [call.outcome for call in installation.sandbox.journal.calls()]
    began = time.monotonic()
    ended = installation.drive(*transfers, patience=300)
    took = time.monotonic() - began
    outcomes = [call.outcome for call in installation.sandbox.journal.calls()]
    taken = outcomes.count("ok") - before.count("ok")
    refused = len(outcomes) - outcomes.count("ok")
    assert refused, "nothing was refused"
    assert {one.state for one in ended} == {TransferState.TRANSFERRED}
    assert {one.attempts for one in ended} == {1}, "what was refused was asked again within the attempt"
    see_exactly_one_of_each(installation, given)
    ideal, learning = taken / CALLS_PER_SECOND, _TO_LEARN if unknown < 10 else 0.0
    assert took <= 1.3 * ideal + learning, f"{taken} taken and {refused} refused"
    assert refused <= taken / 4 + PARALLEL_CALLS
