"""The HTTP API as a process of its own, spoken to over a socket."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.http.clients import bearing, key_for
from tests.http.documents import business_document, invoice_document

SERVE = """
from entrypoints.container import DURABLE, make_container
from entrypoints.http.server import serve
from entrypoints.settings import read_settings

container = make_container(read_settings(), queue=DURABLE)
serve("127.0.0.1", 0, container, announce=lambda address: print(address, flush=True))
"""


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as sandbox:
        yield sandbox


@pytest.fixture
def server(office: Sandbox, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"KVITT_HOME": str(tmp_path), "KVITT_TFSO_API_URL": office.url}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def key(tmp_path: Path) -> str:
    """An administrator's key, made as the operator makes it: beside the server, on the same home."""
    container = make_container(Settings(home=tmp_path))
    with closing(container.storage()):
        return key_for(container)


def _ask(
    address: str, method: str, path: str, document: object = None, *, key: str = ""
) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body=body, headers=headers | (bearing(key) if key else {}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_an_invoice_is_sent_over_a_socket(server: "subprocess.Popen[str]", key: str) -> None:
    assert server.stdout is not None
    assert server.stderr is not None
    address = server.stdout.readline().strip()

    checks = dict.fromkeys(["storage", "migrations", "disk", "recovery", "queue", "worker", "turns", "threads"], "ok")
    assert _ask(address, "GET", "/health/ready") == (200, {"status": "ready", "checks": checks})
    assert _ask(address, "PUT", "/v1/businesses/fjell", business_document())[0] == 401
    assert _ask(address, "PUT", "/v1/businesses/fjell", business_document(), key=key)[0] == 201
    for number, encoded in (("a/b", "a%2Fb"), ("..", ".."), ("what? 100%", "what%3F%20100%25")):
        path = f"/v1/businesses/fjell/invoices/{encoded}"
        assert _ask(address, "PUT", path, invoice_document(number), key=key)[0] == 201
        status, transfer = _ask(address, "POST", f"{path}/send", key=key)
        assert (status, transfer["invoice"], transfer["state"]) == (200, number, "transferred")
    status, problem = _ask(address, "PUT", "/v1/businesses/fjell", {"comment": "x" * 2_000_000}, key=key)
    assert (status, problem["code"]) == (413, "too_large")

    server.send_signal(signal.SIGINT)
    output, errors = server.communicate(timeout=20)
    assert server.returncode == 0
    assert (output, errors) == ("", "")


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.sampled(2)
def test_what_was_acknowledged_is_kept_however_the_server_ends(
    server: "subprocess.Popen[str]", key: str, tmp_path: Path, ending: signal.Signals
) -> None:
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    assert _ask(address, "PUT", "/v1/businesses/fjell", business_document(), key=key)[0] == 201
    numbers, acknowledged, enough = iter(range(10_000)), set[str](), threading.Event()

    def add_until_the_server_is_gone() -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        with closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            for number in map(str, numbers):
                body = json.dumps(invoice_document(number))
                headers = {"Content-Type": "application/json"} | bearing(key)
                connection.request("PUT", f"/v1/businesses/fjell/invoices/{number}", body=body, headers=headers)
                response = connection.getresponse()
                response.read()
                assert response.status == 201
                acknowledged.add(number)
                if len(acknowledged) > 100:
                    enough.set()

    with ThreadPoolExecutor(8) as callers:
        calls = [callers.submit(add_until_the_server_is_gone) for _ in range(8)]
        assert enough.wait(30)
        server.send_signal(ending)
        server.wait(30)
        for call in calls:
            call.result()

    container = make_container(Settings(home=tmp_path))
    with closing(container.storage()):
        kept = {one.number for one in container.look_up().invoices("fjell", limit=10_000)}
        noted = [one.invoice for one in container.look_up().audit(business="fjell", limit=10_000) if one.invoice]
    assert acknowledged <= kept
    assert sorted(noted) == sorted(kept)


@pytest.mark.attack
def test_a_port_that_is_taken_is_told(server: "subprocess.Popen[str]", tmp_path: Path) -> None:
    assert server.stdout is not None
    port = urlsplit(server.stdout.readline().strip()).port
    second = SERVE.replace('"127.0.0.1", 0', f'"127.0.0.1", {port}')

    ended = subprocess.run(
        [sys.executable, "-c", second],
        env=os.environ | {"KVITT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert ended.returncode == 1
    assert f"can't listen on 127.0.0.1, port {port}" in ended.stderr
