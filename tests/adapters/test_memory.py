"""Answers that are made to use up memory: whatever comes, the process stays small, and the call ends."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.hostile_answers import JSON, XML, json_answer, of_any_kind, xml_answer
from tests.adapters.hostile_server import conducting, flooding

MOST_MEGABYTES = 300
_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60
_SIZE = 23_000_000  # bytes: a little less than what is refused

SAMPLE = {
    ("soap_read", "half a gigabyte in two layers"),
    ("rest_read", "half a gigabyte in two layers"),
    ("rest_login", "an endless body"),
    ("soap_read", "attributes"),
    ("rest_read", "small objects"),
}
CASES = [
    *[(call, kind) for call in ("soap_read", "rest_read") for kind in of_any_kind()],
    ("rest_login", "an endless body"),
    *[("soap_read", kind) for kind in XML],
    *[("rest_read", kind) for kind in JSON],
]


@pytest.mark.parametrize(
    ("call", "kind"),
    [pytest.param(*case, marks=() if case in SAMPLE else pytest.mark.attack) for case in CASES],
)
@pytest.mark.sampled(3)
def test_no_answer_uses_up_the_memory(call: str, kind: str) -> None:
    with conducting(flooding(_answer(call, kind))) as url:
        told = _made_in_a_process(call, url)
    assert told["peak"] < MOST_MEGABYTES, told
    assert told["ended"] in ("answer_too_large", "broken_answer", "connection_lost", "timeout", "well")


@pytest.mark.attack
@pytest.mark.parametrize(
    ("call", "kind"), [*[("soap_read", kind) for kind in XML], *[("rest_read", kind) for kind in JSON]]
)
def test_no_answer_within_the_limits_does_either(call: str, kind: str) -> None:
    """The largest that are taken: what is read from them must fit as well."""
    answer = xml_answer(kind, size=_SIZE) if call == "soap_read" else json_answer(kind, size=_SIZE)
    with conducting(flooding(answer)) as url:
        told = _made_in_a_process(call, url)
    assert told["peak"] < MOST_MEGABYTES, told


def _answer(call: str, kind: str) -> Iterator[bytes]:
    if (answer := of_any_kind().get(kind)) is not None:
        return answer
    return xml_answer(kind) if call == "soap_read" else json_answer(kind)


def _made_in_a_process(call: str, url: str) -> dict[str, Any]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.adapters.one_call", call, url],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=True,
    )
    told: dict[str, Any] = json.loads(made.stdout)
    return told
