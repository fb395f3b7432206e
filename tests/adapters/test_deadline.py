"""Servers that never come to an end: every call ends within its timeout, whatever they do and however they drip."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import KvittError, OutcomeUnknown, TryAgain
from tests.adapters.calls import CALLS, TIMEOUT, WRITES, Call, kept_client, rest_read, rest_write, soap_read, soap_write
from tests.adapters.hostile_server import (
    CHUNKED,
    HEAD,
    Conduct,
    conducting,
    drip,
    dripping,
    hanging,
    take_request,
    whole,
)
from tests.adapters.odd_server import untrusted_certificate
from tests.adapters.soap.test_channel import categories

GRACE = 1.5  # of a machine that is busy; what hangs, hangs for good
HANGS_SECONDS = 6.0
LARGE = "x" * 8_000_000

DRIPS: dict[str, Conduct] = {
    "nothing": hanging,
    "the status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "a header": dripping(HEAD + b"X-Drip: ", b"x"),
    "headers": dripping(HEAD, b"X-Drip: x\r\n"),
    "100 Continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": dripping(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "a chunk's size line": dripping(CHUNKED + b"5;", b"x"),
    "chunks": dripping(CHUNKED, b"1\r\n \r\n"),
    "trailers": dripping(CHUNKED + b"0\r\n", b"X-Drip: x\r\n"),
    "the body": dripping(HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
}


SAMPLE = ("a header", "100 Continue", "a chunk's size line", "the body")
"""Of each API's writes; what else there is is left to make attack."""


def _cases() -> list[Any]:
    return [
        pytest.param(
            drips, call, id=f"{drips}-{name}", marks=() if drips in SAMPLE and call in WRITES else pytest.mark.attack
        )
        for drips in DRIPS
        for name, call in CALLS.items()
    ]


def given_up(call: Call, url: str) -> tuple[KvittError, float]:
    """Make a call that can't end well; what it ended with, and after how many seconds."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            call(url)
        except Exception as error:  # noqa: BLE001 - looked at below
            raised.append(error)

    began = time.monotonic()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HANGS_SECONDS)
    took = time.monotonic() - began
    assert not thread.is_alive(), f"it still hangs after {took:.1f} s, and its timeout is {TIMEOUT} s"
    (error,) = raised
    assert isinstance(error, KvittError), error
    return error, took


@pytest.mark.parametrize(("drips", "call"), _cases())
def test_whatever_drips_the_call_ends_in_time(drips: str, call: Call) -> None:
    with conducting(DRIPS[drips]) as url:
        error, took = given_up(call, url)
    assert took < TIMEOUT + GRACE
    assert error.code in ("timeout", "broken_answer" if drips == "103 Early Hints" else "timeout")
    assert isinstance(error, OutcomeUnknown if call in WRITES else TryAgain)


def test_a_word_before_the_answer_leaves_the_answer_to_nobody_else() -> None:
    """Over SOAP the library takes it for the answer: what comes after it must not be the next call's."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        take_request(connection)
        connection.sendall(whole(categories(_one("of the first call")).encode(), media_type="text/xml"))
        over.wait()

    with conducting(conduct) as url:
        call = kept_client("soap", url)
        for _ in range(2):
            with pytest.raises(TryAgain):
                call()


@pytest.mark.parametrize("call", [soap_write, rest_write])
def test_a_request_that_is_taken_byte_by_byte_is_given_up(call: Call) -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        while not over.wait(0.01) and connection.recv(20_000):
            continue

    with conducting(conduct) as url:
        error, took = given_up(lambda url: call(url, name=LARGE), url)
    assert took < TIMEOUT + GRACE
    assert error.code == "timeout"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_encryption_that_is_never_agreed_on_wrote_nothing(call: Call) -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        drip(connection, over, b"\x16\x03\x03\x40\x00", b"\x02", every=0.05)

    with conducting(conduct) as url:
        error, took = given_up(call, url.replace("http:", "https:"))
    assert took < TIMEOUT + GRACE
    assert isinstance(error, TryAgain)
    assert error.code == "unreachable"


@pytest.mark.parametrize("call", [soap_write, rest_write])
@pytest.mark.parametrize("drips", ["a header", "the body"])
def test_a_drip_through_encryption_is_given_up(
    call: Call, drips: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = untrusted_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with conducting(DRIPS[drips], certificate) as url:
        error, took = given_up(call, url)
    assert took < TIMEOUT + GRACE
    assert error.code == "timeout"


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("call", [soap_read, rest_read])
def test_a_proxy_that_drips_is_given_up(
    call: Call, is_encrypted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = untrusted_certificate(tmp_path) if is_encrypted else None
    if certificate:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with conducting(dripping(b"HTTP/1.1 200 Connection est", b"a"), certificate) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        error, took = given_up(call, "https://office.example")
    assert took < TIMEOUT + GRACE
    assert isinstance(error, TryAgain)


@pytest.mark.parametrize("api", ["soap", "rest"])
@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_kept_connection_is_timed_anew_for_each_call(
    api: str, is_encrypted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good answers, each in its time though not all together, and then one that drips on the same connection."""
    certificate = untrusted_certificate(tmp_path) if is_encrypted else None
    if certificate:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    good = whole(b"[]") if api == "rest" else whole(categories("").encode(), media_type="text/xml")
    connections: list[int] = []

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        connections.append(1)
        for _ in range(4):
            take_request(connection)
            over.wait(TIMEOUT / 3)
            connection.sendall(good)
        take_request(connection)
        drip(connection, over, HEAD, b"X-Drip: x\r\n", every=0.05)

    with conducting(conduct, certificate) as url:
        call = kept_client(api, url)
        for _ in range(4):
            assert not call()
        error, took = given_up(lambda _url: call(), url)
    assert took < TIMEOUT + GRACE
    assert error.code == "timeout"
    assert len(connections) == 1


def _one(name: str) -> str:
    return f"<GetCategoriesResult><Category><Id>5</Id><Name>{name}</Name></Category></GetCategoriesResult>"
