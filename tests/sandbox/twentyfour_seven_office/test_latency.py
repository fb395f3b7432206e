"""How long every answer takes."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.sandbox.twentyfour_seven_office.soap.caller import NAMESPACE, PATHS, Caller


def seconds_for_a_call(caller: Caller) -> float:
    began = time.monotonic()
    caller.call("HasSession")
    return time.monotonic() - began


def set_by_json(caller: Caller, content: object) -> int:
    return caller.request("POST", "/control/latency", json.dumps(content).encode()).status


def test_calls_at_the_same_time_wait_at_the_same_time(sandbox: Sandbox) -> None:
    sandbox.latency = 0.4

    def call(_number: int) -> float:
        own = Caller(sandbox.url)
        taken = seconds_for_a_call(own)
        own.close()
        return taken

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(call, range(8)))
    assert min(taken) >= 0.4
    assert time.monotonic() - began < 8 * 0.4 / 2  # one after the other would take twice as long


def test_it_is_set_and_shown_in_milliseconds(sandbox: Sandbox, caller: Caller) -> None:
    assert set_by_json(caller, {"milliseconds": 120}) == 200
    assert sandbox.latency == pytest.approx(0.12)
    assert json.loads(caller.request("GET", "/control/state").body)["latency"] == {"milliseconds": 120}
    assert b'size="8" required value="120"' in caller.request("GET", "/control/calls").body
    assert seconds_for_a_call(caller) >= 0.12
    assert set_by_json(caller, {"milliseconds": 0}) == 200
    assert sandbox.latency == 0


@pytest.mark.parametrize(
    "content", [{}, {"milliseconds": -1}, {"milliseconds": "soon"}, {"milliseconds": "inf"}, {"milliseconds": "nan"}]
)
def test_a_latency_that_makes_no_sense_is_refused(sandbox: Sandbox, caller: Caller, content: object) -> None:
    assert set_by_json(caller, content) == 400
    assert sandbox.latency == 0


def test_a_refusal_takes_as_long(sandbox: Sandbox, stranger: Caller) -> None:
    sandbox.latency = 0.1
    began = time.monotonic()
    headers = {"Content-Type": "text/xml", "SOAPAction": f"{NAMESPACE}/HasSession"}
    assert stranger.request("POST", PATHS["HasSession"], b"<oops", headers).status == 500
    assert time.monotonic() - began >= 0.1


def test_the_command_takes_milliseconds(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("kvitt")
    process = subprocess.Popen(
        [str(script), "sandbox", "--port", "0", "--latency", "25", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KVITT_HOME": str(tmp_path)},
    )
    with process:
        assert process.stdout is not None
        try:
            printed = ""
            while not printed.endswith("\n}\n"):
                printed += process.stdout.readline()
            with urllib.request.urlopen(f"{json.loads(printed)['url']}/control/state") as state:
                assert json.load(state)["latency"] == {"milliseconds": 25}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
