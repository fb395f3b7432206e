"""More half-made connections than there are descriptors: who has a key, and who asks after health, still gets in."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.e2e import flood
from tests.homes import furnish
from tests.http.clients import bearing, key_for
from tests.http.documents import business_document, invoice_document
from tests.processes import running

DESCRIPTORS = 256
LONGEST_WAIT_SECONDS = 2.0
LONGEST_LOG_BYTES = 1_000_000
PATHS = ("/health/live", "/health/ready", "/v1/businesses")
_CALLERS = 2 * DESCRIPTORS
_PATIENCE_SECONDS = 20.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")


class Served:
    """A `kvitt` process that may have few descriptors, and what it said."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path, key: str) -> None:
        self._process = process
        self._log = log
        self._key = key
        self.address = urlsplit(_said(log, r"http://[\w.:]+"))

    def ask(self, method: str, path: str, document: object = None) -> tuple[int, bytes]:
        """Ask over a connection of its own; the status and what was answered."""
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"} | bearing(self._key)
        connection = http.client.HTTPConnection(self.address.netloc, timeout=_PATIENCE_SECONDS)
        with closing(connection):
            connection.request(method, path, body=body, headers=headers if path.startswith("/v1") else {})
            response = connection.getresponse()
            return response.status, response.read()

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    @property
    def log_bytes(self) -> int:
        return self._log.stat().st_size


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as sandbox:
        yield sandbox


@contextmanager
def served(home: Path, office: Sandbox, *arguments: str, **environment: str) -> Iterator[Served]:
    furnish(home)
    container = make_container(Settings(home=home))
    with closing(container.storage()):
        key = key_for(container)
    log = home / "said"
    settings = {
        "KVITT_HOME": str(home),
        "KVITT_REQUESTS_PER_MINUTE": "0",  # a fast machine asks more often than a key may
        "KVITT_SWEEP_SECONDS": "0.2",
        "KVITT_TFSO_API_URL": office.url,
    }
    with log.open("w") as said, running(settings | environment, *arguments, said=said, descriptors=DESCRIPTORS) as one:
        yield Served(one, log, key)


@contextmanager
def flooded(host: str, port: int) -> Iterator[None]:
    command = [sys.executable, str(Path(flood.__file__)), host, str(port), str(_CALLERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as crowd:
        assert crowd.stdout is not None
        try:
            assert crowd.stdout.readline() == "flooding\n"
            yield
        finally:
            crowd.kill()


@pytest.mark.parametrize("seconds", [2.0, pytest.param(20.0, marks=pytest.mark.attack)])
@pytest.mark.attack
def test_half_sent_requests_keep_nobody_out(office: Sandbox, tmp_path: Path, seconds: float) -> None:
    with served(tmp_path, office, "serve", "--port", "0") as kvitt:
        assert kvitt.ask("PUT", "/v1/businesses/fjell", business_document())[0] == 201
        quiet = kvitt.descriptors

        with flooded("127.0.0.1", kvitt.address.port or 0):
            waits = []
            ends = time.monotonic() + seconds
            for nth in range(10_000):
                if time.monotonic() > ends:
                    break
                waits += [(_seconds_for(kvitt, path), path) for path in PATHS]
                if nth % 10 == 0:
                    _send(kvitt, f"meanwhile-{nth}", office)
            assert kvitt.descriptors < DESCRIPTORS
        assert len(waits) >= 3
        assert max(waits)[0] < LONGEST_WAIT_SECONDS
        assert kvitt.log_bytes < LONGEST_LOG_BYTES

        _send(kvitt, "afterwards", office)
        _until(lambda: kvitt.descriptors <= quiet + 5, "as few descriptors as before the flood")


def _seconds_for(kvitt: Served, path: str) -> float:
    began = time.monotonic()
    status, answer = kvitt.ask("GET", path)
    assert status == 200, answer
    return time.monotonic() - began


def _send(kvitt: Served, number: str, office: Sandbox) -> None:
    path = f"/v1/businesses/fjell/invoices/{number}"
    assert kvitt.ask("PUT", path, invoice_document(number))[0] == 201
    assert kvitt.ask("POST", f"{path}/send")[0] in (200, 202)
    _until(lambda: number in _references(office), f"the order of {number}")


def _references(office: Sandbox) -> set[str]:
    return {order.reference for order in list(office.account(DEMO_ACCOUNT).books.orders.values())}


def _until(holds: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends, f"{what}: not within {_PATIENCE_SECONDS} s"
        time.sleep(0.05)


def _said(log: Path, pattern: str) -> str:
    found: list[str] = []

    def is_said() -> bool:
        with contextlib.suppress(OSError):
            found.extend(re.findall(pattern, log.read_text()))
        return bool(found)

    _until(is_said, f"{pattern} in the log")
    return found[0]
