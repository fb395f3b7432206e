"""What is made of callers' connections, spoken to byte by byte: framing, patience, room, and no needless wait."""

import asyncio
import errno
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from entrypoints.container import DURABLE, make_container
from entrypoints.http.server import answering
from entrypoints.installation_figures import figures_shown
from entrypoints.listening import connection as patience
from entrypoints.listening import server as door
from entrypoints.listening.connection import KNOWN_CALLER
from entrypoints.listening.server import CountedServer, connections_for, listen, quiet_config
from entrypoints.settings import Settings
from tests.homes import furnished

HOST = b"Host: 127.0.0.1\r\n"
WHOLE = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
LAST = b"Connection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
_PATIENCE_SECONDS = 10.0
HEAD_SECONDS, REQUEST_SECONDS = 0.25, 0.5


class Application:
    """Answers at once; where the path is "/slow" when it is let go, where it is "/known" as to somebody it knows.

    "/large" answers with more than any socket holds. A body is read before it is answered.
    """

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/known":
            scope["state"][KNOWN_CALLER] = True
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        while scope["path"] == "/slow" and not self.let_go.is_set():
            await asyncio.sleep(0.01)
        answer = b"x" * 30_000_000 if scope["path"] == "/large" else b"answered"
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]}
        )
        await send({"type": "http.response.body", "body": answer})


@contextmanager
def served(application: Any, *, most: int = 100, listener: socket.socket | None = None) -> Iterator[int]:
    with listener or listen("127.0.0.1", 0, hint="") as listening:
        port = listening.getsockname()[1]
        config = quiet_config(application, lifespan="off", timeout_graceful_shutdown=1)
        server = CountedServer(config, listening, most=most)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[int, Application]]:
    """One server for what only has to be told apart; the port, and what answers there."""
    application = Application()
    with served(application) as port:
        yield port, application


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def port(application: Application) -> Iterator[int]:
    with served(application) as port:
        yield port


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is waited for is waited for a moment."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", HEAD_SECONDS)
    monkeypatch.setattr(patience, "REQUEST_SECONDS", REQUEST_SECONDS)
    monkeypatch.setattr(patience, "STALL_SECONDS", REQUEST_SECONDS)
    monkeypatch.setattr(door, "_LOOK_SECONDS", 0.05)


def call(port: int, said: bytes = b"") -> socket.socket:
    caller = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS)
    caller.sendall(said)
    return caller


def ended(caller: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    answer = b""
    with closing(caller):
        try:
            while piece := caller.recv(1 << 20):
                answer += piece
        except ConnectionResetError:
            pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answer)]


def answered(caller: socket.socket) -> bool:
    """Whether one answer comes; the connection is left as it is."""
    answer = b""
    while not answer.endswith(b"answered"):
        piece = caller.recv(1000)
        if not piece:
            return False
        answer += piece
    return True


# Framing


@pytest.mark.parametrize(
    "request_sent",
    [
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5, 6\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length : 5\r\n\r\nabcde",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-One: a\r\n b\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-One: a\nX-Two: b\r\n\r\n",
        b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-One: a\rX-Two: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-One: a\0b\r\n\r\n",
        b"POST / HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n1;a\nx\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n1\r\nxyz0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n-1\r\nxyz0\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2.0\r\n" + HOST + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda sent: re.sub(r"[^A-Za-z0-9]+", "-", sent[:90].decode("latin-1").replace(HOST.decode(), "")),
)
def test_what_two_readers_may_understand_differently_is_refused_and_ends_the_connection(
    shared: tuple[int, Application], request_sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    port, application = shared
    application.bodies.clear()
    caller = call(port, request_sent + WHOLE)

    assert statuses(ended(caller)) == [400]
    assert not application.bodies
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("request_sent", "body"),
    [
        (
            b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b'\r\n5;a="b c";d\r\nhello\r\n0;e\r\nX-Trailer: 1\r\n\r\n',
            b"hello",
        ),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\n\n\r ", b"\n\r "),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Empty:\r\nX-Odd: \xe9 \t\r\n\r\n", b""),
    ],
)
def test_what_is_odd_but_clear_is_one_request_and_the_next_is_the_next(
    shared: tuple[int, Application], request_sent: bytes, body: bytes
) -> None:
    port, application = shared
    application.bodies.clear()
    caller = call(port, request_sent + b"GET / HTTP/1.1\r\n" + HOST + LAST)

    assert statuses(ended(caller)) == [200, 200]
    assert application.bodies == [body, b""]


def test_a_head_that_comes_byte_by_byte_is_a_request(shared: tuple[int, Application]) -> None:
    with closing(call(shared[0])) as caller:
        for byte in WHOLE:
            caller.sendall(bytes([byte]))
        assert answered(caller)


def test_the_api_itself_refuses_both_lengths_with_a_problem(tmp_path: Any) -> None:
    container = furnished(Settings(home=tmp_path / "home"))
    with closing(container.storage()), answering(container) as url:
        both = b"POST /v1/businesses HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n"
        answer = ended(call(int(url.rpartition(":")[2]), both + WHOLE))
    assert statuses(answer) == [400]
    assert b'"code": "not_http"' in answer
    assert b"application/problem+json" in answer


# Patience


@pytest.mark.parametrize(
    ("said", "then", "told"),
    [
        (b"", b"", []),
        (b"GET / HT", b"", [408]),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: ", b"a", [408]),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5000\r\n\r\n{", b"", [408]),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5000\r\n\r\n{", b"a", [408]),
        (b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n", b"1\r\na\r\n", [408]),
        (WHOLE + b"GET / HT", b"a", [200, 408]),
    ],
    ids=["silent", "half a head", "a dripping head", "half a body", "a dripping body", "dripping chunks", "a second"],
)
@pytest.mark.usefixtures("short")
def test_a_request_that_does_not_end_is_timed_out(port: int, said: bytes, then: bytes, told: list[int]) -> None:
    caller = call(port, said)
    began = time.monotonic()
    caller.settimeout(0.05)
    answer = b""
    while time.monotonic() - began < _PATIENCE_SECONDS:
        try:
            caller.sendall(then)
            piece = caller.recv(10_000)
        except TimeoutError:
            continue
        except OSError:
            break
        if not piece:
            break
        answer += piece
    caller.close()

    assert time.monotonic() - began < 3
    assert statuses(answer) == told


@pytest.mark.usefixtures("short")
def test_an_answer_that_nobody_takes_is_given_up(port: int) -> None:
    caller = call(port, WHOLE.replace(b"/health/live", b"/large"))
    time.sleep(3 * REQUEST_SECONDS)
    assert len(ended(caller)) < 30_000_000


@pytest.mark.usefixtures("short")
def test_an_answer_that_is_taken_slowly_arrives_whole(port: int) -> None:
    caller = call(
        port, WHOLE.replace(b"/health/live", b"/large").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    )
    size = 0
    while piece := caller.recv(1_000_000):
        size += len(piece)
        time.sleep(0.04)
    caller.close()
    assert size > 30_000_000


@pytest.mark.usefixtures("short")
def test_a_caller_who_waits_for_its_answer_is_let_wait(port: int, application: Application) -> None:
    with closing(call(port, WHOLE.replace(b"/health/live", b"/slow"))) as caller:
        time.sleep(2 * REQUEST_SECONDS)
        application.let_go.set()
        assert answered(caller)


# Room


def test_connections_are_capped_below_the_descriptors_there_are() -> None:
    import resource

    allowed, most_allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (900, most_allowed))
        assert connections_for(reserve=160) == 740
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most_allowed))
    assert connections_for(reserve=160) <= door.MOST_CONNECTIONS


def test_whoever_keeps_us_waiting_gives_way_and_the_oldest_first(application: Application) -> None:
    with served(application, most=8) as port:
        half = []
        for _ in range(8):
            half.append(call(port, b"GET / HT"))
            time.sleep(0.02)
        with closing(call(port, WHOLE)) as newcomer:
            assert answered(newcomer)
        standing = [_stands(caller) for caller in half]
        for caller in half:
            caller.close()
    assert standing == [False] + [True] * 7


def test_a_caller_whom_the_application_knows_gives_way_last(application: Application) -> None:
    with served(application, most=8) as port, closing(call(port, WHOLE.replace(b"/health/live", b"/known"))) as known:
        assert answered(known)
        crowd = [call(port, b"GET / HT") for _ in range(40)]
        assert _until(lambda: sum(map(_stands, crowd)) == 7)
        known.sendall(WHOLE)
        assert answered(known)
        for caller in crowd:
            caller.close()


def test_the_largest_crowd_gives_way_before_a_caller_from_elsewhere(application: Application) -> None:
    with served(application, most=8) as port:
        elsewhere = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0), timeout=10)
        crowd = [call(port, b"GET / HT") for _ in range(40)]
        assert _until(lambda: sum(map(_stands, crowd)) == 7)
        elsewhere.sendall(WHOLE)
        assert answered(elsewhere)
        for caller in [elsewhere, *crowd]:
            caller.close()


def test_a_request_in_hand_is_never_given_up_and_newcomers_are_answered_after_it(application: Application) -> None:
    with served(application, most=4) as port:
        slow = [call(port, WHOLE.replace(b"/health/live", b"/slow")) for _ in range(4)]
        assert _until(lambda: len(application.bodies) == 4)
        newcomer = call(port, WHOLE)
        time.sleep(0.3)
        assert len(application.bodies) == 4
        application.let_go.set()
        assert all(map(answered, [*slow, newcomer]))
        for caller in [*slow, newcomer]:
            caller.close()


def test_trouble_with_accepting_is_told_once_an_interval_and_passes(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "_LOOK_SECONDS", 0.05)
    fails = threading.Event()
    fails.set()

    class Exhausted(socket.socket):
        def accept(self) -> tuple[socket.socket, Any]:
            if fails.is_set():
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    inner = listen("127.0.0.1", 0, hint="")
    listener = Exhausted(inner.family, inner.type, fileno=inner.detach())
    listener.setblocking(False)
    with served(application, listener=listener) as port, closing(call(port, WHOLE)) as caller:
        assert _until(lambda: "could not be accepted" in caplog.text)
        time.sleep(0.5)
        fails.clear()
        assert answered(caller)
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1
    assert "Traceback" not in caplog.text


# No needless wait


@pytest.mark.parametrize("pieces", [1, 2])
def test_every_request_of_a_connection_is_answered_without_waiting_for_an_acknowledgement(
    tmp_path: Any, pieces: int
) -> None:
    container = furnished(Settings(home=tmp_path / "home"))
    with closing(container.storage()), answering(container) as url:
        port = int(url.rpartition(":")[2])
        assert _seconds_each(port, b"POST /health/live HTTP/1.1\r\n" + HOST, pieces) < 0.02


@pytest.mark.parametrize("pieces", [1, 2])
def test_figures_are_shown_without_waiting_for_an_acknowledgement(tmp_path: Any, pieces: int) -> None:
    container = make_container(Settings(home=tmp_path, metrics_port=0), queue=DURABLE)
    with closing(container.storage()), figures_shown(container) as port:
        assert port is not None
        assert _seconds_each(port, b"POST /elsewhere HTTP/1.1\r\n" + HOST, pieces) < 0.02


def test_figures_are_shown_however_many_half_sent_requests_there_are(tmp_path: Any) -> None:
    container = make_container(Settings(home=tmp_path, metrics_port=0), queue=DURABLE)
    with closing(container.storage()), figures_shown(container) as port:
        assert port is not None
        before = threading.active_count()
        half = [call(port, b"GET /metrics HT") for _ in range(100)]
        asked = b"GET /metrics HTTP/1.1\r\n" + HOST + LAST
        answer = ended(call(port, asked))
        assert threading.active_count() - before < 10
        for caller in half:
            caller.close()
    assert statuses(answer) == [200]
    assert b"kvitt_ready" in answer


def _seconds_each(port: int, head: bytes, pieces: int) -> float:
    """The median of what a request takes, of many on one connection."""
    waits = []
    sent = [head + b"Content-Length: 2\r\n\r\n", b"{}"]
    with closing(call(port)) as caller:
        for _ in range(30):
            began = time.perf_counter()
            for piece in sent if pieces == len(sent) else [b"".join(sent)]:
                caller.sendall(piece)
            assert _whole_answer(caller)
            waits.append(time.perf_counter() - began)
    return sorted(waits)[len(waits) // 2]


def _whole_answer(caller: socket.socket) -> bytes:
    answer = b""
    while True:
        head, blank, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if blank and length and len(body) == int(length[1]):
            return answer
        piece = caller.recv(10_000)
        assert piece, "it hung up"
        answer += piece


def _stands(caller: socket.socket) -> bool:
    caller.setblocking(False)
    try:
        return bool(caller.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _until(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not (held := holds()) and time.monotonic() < ends:
        time.sleep(0.02)
    return held
