"""The whole load test: `kvitt serve`, two workers, PostgreSQL and the sandbox, each in a process of its own."""

import json
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from core.rights import Role
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.sandbox_process import running_sandbox
from tests.load.saturation import Told, saturate
from tests.postgres import temporary_database
from tests.processes import running, serving

WORKERS = 2
MOST_INVOICES = 60_000
LONGEST_P99_SECONDS = 1.0
"""For every kind of request, on a machine that callers, servers, workers and database share."""

MOST_GROWTH_MB = 20
"""How much the server's memory may grow from the warm-up to the end. What is lost with each request would be more."""

DRAIN_SECONDS = 300
_WARM_SHARE = 0.4
_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Outcome:
    """What a load test has shown. Memory is the server's, in MB; `orders` counts the orders of each number."""

    told: Told
    orders: Counter[str]
    warm_mb: float
    end_mb: float
    drain_seconds: float

    def faults(self, *, memory: bool) -> list[str]:
        """Name what is not as it must be."""
        found = [f"unexpected answer: {one}" for one in self.told.unexpected[:5]]
        lost = sorted(one for one in self.told.sent if not self.orders[one])
        found += [f"{len(lost)} of {len(self.told.sent)} invoices have no order, such as {lost[0]}"] if lost else []
        found += [f"{number} has {count} orders" for number, count in self.orders.items() if count > 1]
        for kind in self.told.waits:
            if (p99 := self.p99(kind)) > LONGEST_P99_SECONDS:
                found.append(f"p99 of {kind} is {p99:.2f} s, more than {LONGEST_P99_SECONDS:g} s")
        if memory and self.end_mb - self.warm_mb > MOST_GROWTH_MB:
            found.append(f"memory grew from {self.warm_mb:.0f} to {self.end_mb:.0f} MB, by more than {MOST_GROWTH_MB}")
        return found

    def p99(self, kind: str) -> float:
        """Return how long 99 of 100 requests of a kind waited at most, in seconds."""
        waits = sorted(self.told.waits[kind])
        return waits[int(len(waits) * 0.99)]

    def lines(self) -> list[str]:
        """Tell the figures."""
        told = self.told
        requests = sum(told.statuses.values())
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(told.statuses.items()))
        return [
            f"{requests:,} requests in {told.seconds:.0f} s, {requests / told.seconds:.0f} a second ({statuses})",
            f"{len(told.sent):,} invoices sent, {len(self.orders):,} orders; done {self.drain_seconds:.0f} s later",
            f"the server's memory: {self.warm_mb:.0f} MB warm, {self.end_mb:.0f} MB at the end",
            *(
                f"{kind}: median {sorted(waits)[len(waits) // 2] * 1000:.0f} ms, p99 {self.p99(kind) * 1000:.0f} ms"
                for kind, waits in told.waits.items()
            ),
        ]


def load(seconds: float) -> Outcome:
    """Hold an installation at saturation for so long, let it work off what was sent, and look at the books."""
    with ExitStack() as stack:
        url = stack.enter_context(running_sandbox())
        database = stack.enter_context(temporary_database())
        home = stack.enter_context(tempfile.TemporaryDirectory())
        container = installation(url, Path(home), database_url=database)
        stack.callback(container.storage().close)
        _, key = container.manage_api_keys().create("load", business=BUSINESS, role=Role.SEND)
        environment = {
            "KVITT_HOME": home,
            "KVITT_DATABASE_URL": database,
            "KVITT_TFSO_API_URL": url,
            "KVITT_TFSO_CALLS_PER_HOUR": "10000000",
            "KVITT_REQUESTS_PER_MINUTE": "0",
            "KVITT_SWEEP_SECONDS": "0.5",
            "KVITT_STOP_SECONDS": "20",
        }
        address, server = stack.enter_context(serving(environment))
        for _ in range(WORKERS):
            stack.enter_context(running(environment, "worker"))
        hold = partial(saturate, address, business=BUSINESS, key=key, most_invoices=MOST_INVOICES)
        told = hold(seconds=seconds * _WARM_SHARE, prefix="warm")
        warm_mb = _memory_mb(server.pid)
        told.add(hold(seconds=seconds * (1 - _WARM_SHARE), prefix="load"))
        end_mb = _memory_mb(server.pid)
        drain_seconds = _drained(address, key)
        return Outcome(told, _orders(url), warm_mb, end_mb, drain_seconds)


def _memory_mb(process_id: int) -> float:
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the server is gone")


def _drained(address: str, key: str) -> float:
    """Wait until nothing is left to transfer; how long that took. Errors: AssertionError, when it takes too long."""
    began = time.monotonic()
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False
    ) as client:
        while any(
            client.get(f"/v1/businesses/{BUSINESS}/transfers?state={state}&limit=1").json()["items"]
            for state in ("queued", "running", "waiting")
        ):
            assert time.monotonic() - began < DRAIN_SECONDS, "what was sent is not worked off"
            time.sleep(_BETWEEN_LOOKS)
    return time.monotonic() - began


def _orders(url: str) -> Counter[str]:
    with urllib.request.urlopen(f"{url}/control/state") as answer:
        accounts = json.load(answer)["accounts"]
    return Counter(order["reference"] for account in accounts for order in account["orders"] if order["reference"])
