"""The sandbox in a process of its own, so that its CPU time is not counted with what is measured."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from sandbox import DEMO_ACCOUNT

_SERVE = """
import json, sys
from sandbox import Sandbox
from tests.systems import SYSTEMS
with Sandbox.demo(logins_per_minute=0, calls_per_hour=10_000_000) as sandbox:
    ways = {}
    for name, system in SYSTEMS.items():
        own = system.companies(sandbox)[0]
        ways[name] = {"connection": system.connection(own.company, own), "environment": system.environment(sandbox)}
    print(json.dumps({"url": sandbox.url, "ways": ways}), flush=True)
    sys.stdin.read()
"""


class Way(NamedTuple):
    """How one plugin reaches the sandbox: what a business says, and what the operator sets."""

    connection: Mapping[str, str]
    environment: Mapping[str, str]


class RunningSandbox(NamedTuple):
    """The sandbox's address, and the way of each plugin to the company that its login is of, by the plugin's name."""

    url: str
    ways: Mapping[str, Way]


@contextmanager
def running_sandbox() -> Iterator[str]:
    """Run the sandbox's demo world; its address for the length of the block."""
    with running_for_all() as sandbox:
        yield sandbox.url


@contextmanager
def running_for_all() -> Iterator[RunningSandbox]:
    """The same, with how each plugin reaches it."""
    process = subprocess.Popen([sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield RunningSandbox(told["url"], {name: Way(**way) for name, way in told["ways"].items()})
        finally:
            process.stdin.close()
            process.wait(timeout=120)


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
