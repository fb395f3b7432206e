"""Adding an invoice over HTTP: its CPU beside a bare handler's that validates the same body, and how long callers wait.

CPU is counted in the server's process, its kernel time included. Both servers get the same requests in turns from the
same client, as many at once as keep them busy; beside that, one after the other.
"""

import http.client
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.rights import Role
from tests.benchmarks.figures import Figures
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoice
from tests.benchmarks.sandbox_process import running_sandbox

ROUNDS = 9
REQUESTS_A_ROUND = 400
CONNECTIONS = 16
PACED_ROUNDS = 3
PACED_SECONDS = 8

_ROOT = Path(__file__).parents[2]
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Server:
    """A server that is measured, and the API key that it wants."""

    process: "subprocess.Popen[str]"
    address: str
    key: str

    def cpu_seconds(self) -> float:
        """Return the CPU time that the process has taken so far (Linux gives every process a clock of it)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def connection(self) -> http.client.HTTPConnection:
        """Open a connection, which is kept."""
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)


def report(figures: Figures) -> None:
    """Measure both servers in turns, then how long callers of ours wait at half of what it can take."""
    figures.title("Adding an invoice over HTTP")
    with running_sandbox() as url, tempfile.TemporaryDirectory() as home:
        container = installation(url, Path(home))
        _, key = container.manage_api_keys().create("bench", business=BUSINESS, role=Role.SEND)
        container.storage().close()
        with _running("kvitt", home, key) as ours, _running("bare", home, key) as bare:
            for server in (ours, bare):
                _add(server, _bodies(REQUESTS_A_ROUND))
            _report_cpu(figures, ours, bare)
            _report_waits(figures, ours)


def _report_cpu(figures: Figures, ours: Server, bare: Server) -> None:
    for connections in (1, CONNECTIONS):
        rounds = [[_cpu_ms(one, connections) for one in (ours, bare)] for _ in range(ROUNDS)]
        our_ms, bare_ms = (statistics.median(one) for one in zip(*rounds, strict=True))
        ratio = statistics.median(ours / bare for ours, bare in rounds)
        load = "one after the other" if connections == 1 else f"at saturation, over {connections} connections"
        figures.say(
            f"- CPU of a PUT of a new invoice, {load}: {our_ms:.2f} ms; of a bare Litestar handler that validates the "
            f"same body: {bare_ms:.2f} ms; {ratio:.2f} x (medians of {ROUNDS} rounds of {REQUESTS_A_ROUND}, SQLite)"
        )
    figures.limit("CPU of a PUT at saturation, against the bare handler", ratio, 3, unit=" x")


def _report_waits(figures: Figures, server: Server) -> None:
    began = time.perf_counter()
    _add(server, _bodies(2 * REQUESTS_A_ROUND))
    saturation = 2 * REQUESTS_A_ROUND / (time.perf_counter() - began)
    rounds = [sorted(_paced(server, per_second=saturation / 2)) for _ in range(PACED_ROUNDS)]
    waits = [(statistics.median(waits), waits[int(len(waits) * 0.99)]) for waits in rounds]
    told = "; ".join(f"{median * 1000:.1f} and {p99 * 1000:.1f}" for median, p99 in waits)
    figures.say(
        f"- at half of saturation ({saturation / 2:.0f} of {saturation:.0f} a second, {PACED_ROUNDS} rounds of "
        f"{len(rounds[0])} requests): median and p99 in ms: {told}"
    )
    ratio = statistics.median(p99 / median for median, p99 in waits)
    figures.limit("p99 of a PUT at half of saturation, against the median", ratio, 5, unit=" x")


def _cpu_ms(server: Server, connections: int) -> float:
    bodies, before = _bodies(REQUESTS_A_ROUND), server.cpu_seconds()
    _add(server, bodies, connections)
    return (server.cpu_seconds() - before) * 1000 / len(bodies)


def _bodies(count: int) -> list[tuple[str, bytes]]:
    numbers = [f"put-{next(_NUMBERS):08}" for _ in range(count)]
    return [(one, invoice(one, customer=nth).model_dump_json().encode()) for nth, one in enumerate(numbers)]


def _add(server: Server, bodies: list[tuple[str, bytes]], connections: int = CONNECTIONS) -> None:
    """Add invoices over so many connections, each as fast as it is answered."""
    shares = [bodies[nth::connections] for nth in range(connections)]
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(lambda share: _add_share(server, share), shares))


def _add_share(server: Server, bodies: list[tuple[str, bytes]]) -> None:
    connection = server.connection()
    for number, body in bodies:
        _put(server, connection, number, body)
    connection.close()


def _paced(server: Server, *, per_second: float) -> list[float]:
    """Add invoices at a steady pace; how long each took from when it was due, so that no queue goes unseen."""
    bodies = _bodies(int(per_second * PACED_SECONDS))
    begin, waits, lock = time.perf_counter() + 0.1, [], threading.Lock()
    due = iter([(begin + nth / per_second, *body) for nth, body in enumerate(bodies)])

    def work() -> None:
        connection = server.connection()
        while True:
            with lock:
                one = next(due, None)
            if one is None:
                break
            at, number, body = one
            time.sleep(max(0.0, at - time.perf_counter()))
            _put(server, connection, number, body)
            waits.append(time.perf_counter() - at)
        connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for future in [threads.submit(work) for _ in range(CONNECTIONS)]:
            future.result()
    return waits


def _put(server: Server, connection: http.client.HTTPConnection, number: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.key}"}
    connection.request("PUT", f"/v1/businesses/{BUSINESS}/invoices/{number}", body, headers)
    answer = connection.getresponse()
    shown = answer.read()
    assert answer.status in (200, 201), shown


@contextmanager
def _running(kind: str, home: str, key: str) -> Iterator[Server]:
    """Run one of the two servers for the length of the block."""
    environment = {**os.environ, "KVITT_HOME": home, "KVITT_REQUESTS_PER_MINUTE": "1000000"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.put_servers", kind],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the log, which is written as it always is
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(process, process.stdout.readline().strip(), key)
        finally:
            process.terminate()
            process.wait(timeout=30)
