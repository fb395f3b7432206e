"""A single send through a warm `kvitt serve`: how long its caller waits beside the vendor's own time."""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.rights import Role
from tests.benchmarks.figures import Figures
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoice
from tests.benchmarks.sandbox_process import running_sandbox, set_latency

_LATENCY_MS = 120
_CALLS = 2
_SENDS = 20


def report(figures: Figures) -> None:
    """Send invoices one after the other, and time the answers."""
    with running_sandbox() as url, tempfile.TemporaryDirectory() as home:
        container = installation(url, Path(home))
        for nth in range(_SENDS + 1):
            container.add_invoice().add(BUSINESS, invoice(f"serve-{nth}", customer=1))
        _, key = container.manage_api_keys().create("bench", business=BUSINESS, role=Role.SEND)
        container.storage().close()
        with _serving(url, home) as address:
            _seconds_of_a_send(address, "serve-0", key)
            set_latency(url, _LATENCY_MS)
            waits = [_seconds_of_a_send(address, f"serve-{nth}", key) for nth in range(1, _SENDS + 1)]
    ours = [wait - _CALLS * _LATENCY_MS / 1000 for wait in waits]
    figures.title("A single send through kvitt serve")
    figures.say(
        f"{_SENDS} sends for a known customer at {_LATENCY_MS} ms a call; the vendor's own time, {_CALLS} calls, is "
        f"taken off. Median {statistics.median(ours):.2f} s.\n"
    )
    figures.limit("the longest wait beside the vendor's own time", max(ours), 0.5, unit=" s")


@contextmanager
def _serving(url: str, home: str) -> Iterator[str]:
    """Run `kvitt serve` for the length of the block; its address."""
    environment = {**os.environ, "KVITT_HOME": home, "KVITT_TFSO_API_URL": url}
    kvitt = str(Path(sys.executable).with_name("kvitt"))
    with subprocess.Popen(
        [kvitt, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            for line in server.stdout:
                if found := re.search(r"http://[\w.:]+", line):
                    yield found[0]
                    break
        finally:
            server.terminate()
            server.communicate(timeout=30)


def _seconds_of_a_send(address: str, number: str, key: str) -> float:
    request = urllib.request.Request(
        f"{address}/v1/businesses/{BUSINESS}/invoices/{number}/send",
        method="POST",
        headers={"Authorization": f"Bearer {key}", "Prefer": "wait=30"},
    )
    began = time.monotonic()
    with urllib.request.urlopen(request) as answer:
        state = json.load(answer)["state"]
    assert state == "transferred", state
    return time.monotonic() - began
