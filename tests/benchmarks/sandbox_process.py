"""The sandbox in a process of its own, so that its CPU time is not counted with what is measured."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.twentyfour_seven_office.sandbox import DEMO_ACCOUNT

_SERVE = """
import sys
from sandbox.twentyfour_seven_office import Sandbox
with Sandbox.demo(logins_per_minute=0, calls_per_hour=10_000_000) as sandbox:
    print(sandbox.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def running_sandbox() -> Iterator[str]:
    """Run the sandbox's demo world; its address for the length of the block."""
    process = subprocess.Popen([sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def calls_made(url: str) -> list[str]:
    """Return the operations called since the journal was last cleared."""
    with urllib.request.urlopen(f"{url}/control/journal") as answer:
        calls: list[dict[str, Any]] = json.load(answer)
    return [call["operation"] for call in calls]


def clear_journal(url: str) -> None:
    """Count from here."""
    with urllib.request.urlopen(urllib.request.Request(f"{url}/control/journal", method="DELETE")):
        pass


def set_latency(url: str, milliseconds: int) -> None:
    """Have every answer take so much longer."""
    _post(f"{url}/control/latency", {"milliseconds": milliseconds})


def add_customers(url: str, count: int) -> None:
    """Put so many customers into the demo account, a year ago."""
    _post(f"{url}/control/customers", {"account": DEMO_ACCOUNT, "count": count})


def _post(address: str, document: dict[str, Any]) -> None:
    request = urllib.request.Request(
        address, data=json.dumps(document).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request):
        pass
