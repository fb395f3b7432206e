"""The courier on real sockets: what it posts, how it tells of every ending; and nothing of the inside is reached."""

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.webhooks.addresses import SystemLookUp
from adapters.webhooks.courier import LARGEST_ANSWER, LARGEST_HEAD, Courier
from core.endpoint_address import EndpointAddress, Reach, networks_in
from core.posting import LONGEST_EXCERPT, Posted, Posting, PostTrouble
from tests.adapters.hostile_server import CHUNKED, HEAD, Conduct, conducting, dripping, flooding, hanging, take_request
from tests.adapters.webhooks.certificates import Authority, new_authority

LOOPBACK = Reach(networks_in("127.0.0.0/8"))
SECONDS = 0.6
GRACE = 1.5  # of a machine that is busy; what hangs, hangs for good
HOST = "hooks.example.com"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("certificates"))


class Names:
    """What names mean, one answer after another; the last one stays."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str) -> Sequence[str]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def posting_to(url: str, *, host: str | None = None, target: str = "/hooks", endpoint: str = "e1") -> Posting:
    scheme, _, authority = url.partition("://")
    name, _, port = authority.rpartition(":")
    address = EndpointAddress(scheme=scheme, host=host or name, port=int(port), target=target)
    headers = {"Content-Type": "application/json", "webhook-id": "event-1"}
    return Posting(endpoint=endpoint, address=address, headers=headers, body=b'{"type":"invoice.paid"}')


def posted(*postings: Posting, **given: Any) -> list[Posted]:
    """Post one after the other with one courier."""

    async def run() -> list[Posted]:
        courier = Courier(**{"reach": LOOPBACK, "seconds": SECONDS, **given})
        try:
            return [await courier.post(posting) for posting in postings]
        finally:
            await courier.aclose()

    return asyncio.run(run())


def saying(answer: bytes, *, keeps: bool = True, heard: list[bytes] | None = None) -> Conduct:
    """Answer every request with this, and hang up after the first unless the connection is kept."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        while True:
            took = b""
            while b"\r\n\r\n" not in took or not took.endswith(b"}"):
                some = connection.recv(65536)
                if not some:
                    return
                took += some
            if heard is not None:
                heard.append(took)
            connection.sendall(answer)
            if not keeps:
                return

    return conduct


def answer_of(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def test_it_posts_what_it_is_given_and_tells_of_the_answer() -> None:
    heard: list[bytes] = []
    with conducting(saying(answer_of(200, "tatt imot ✓".encode()), heard=heard)) as url:
        (one,) = posted(posting_to(url, target="/a/b?c=d"))
    head, _, body = heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a/b?c=d HTTP/1.1"
    assert {line.split(":")[0].lower() for line in lines[1:]} == {
        "host", "user-agent", "accept", "accept-encoding", "content-length", "content-type", "webhook-id",
    }  # fmt: skip
    assert f"Host: {url.removeprefix('http://')}" in lines
    assert "Accept-Encoding: identity" in lines
    assert body == b'{"type":"invoice.paid"}'
    assert (one.status, one.trouble, one.answer, one.is_delivered) == (200, None, "tatt imot ✓", True)
    assert 0 <= one.duration_ms < SECONDS * 1000


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_taken(status: int) -> None:
    with conducting(saying(answer_of(status))) as url:
        (one,) = posted(posting_to(url))
    assert one.is_delivered
    assert not one.is_endpoint_down


@pytest.mark.parametrize(
    ("status", "is_down"),
    [(301, False), (400, False), (404, False), (410, False), (429, True), (500, False), (502, True), (503, True)],
)
def test_any_other_status_is_not(status: int, is_down: bool) -> None:
    with conducting(saying(answer_of(status))) as url:
        (one,) = posted(posting_to(url))
    assert (one.status, one.is_delivered, one.is_gone, one.is_endpoint_down) == (status, False, status == 410, is_down)


def test_a_redirect_is_not_followed() -> None:
    heard: list[bytes] = []
    with conducting(saying(answer_of(200), heard=heard)) as inside:
        for status in (301, 302, 303, 307, 308):
            with conducting(saying(answer_of(status, Location=f"{inside}/secret"))) as url:
                (one,) = posted(posting_to(url))
            assert (one.status, one.is_delivered) == (status, False)
            assert "redirect" in one.sentence
    assert heard == []


def test_cookies_are_not_kept() -> None:
    heard: list[bytes] = []
    with conducting(saying(answer_of(200, Set_Cookie="a=b; Path=/"), heard=heard)) as url:
        posted(posting_to(url), posting_to(url))
    assert len(heard) == 2
    assert b"cookie" not in heard[1].lower()


def test_the_environments_proxies_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with conducting(saying(answer_of(200))) as url:
        assert posted(posting_to(url))[0].is_delivered


def _counted(conduct: Conduct) -> tuple[Conduct, list[int]]:
    connections: list[int] = []

    def counted(connection: socket.socket, over: threading.Event) -> None:
        connections.append(1)
        conduct(connection, over)

    return counted, connections


def test_a_connection_is_kept_for_an_endpoint_and_shared_with_no_other() -> None:
    conduct, connections = _counted(saying(answer_of(200, b"taken")))
    with conducting(conduct) as url:
        posted(*[posting_to(url)] * 3)
        assert len(connections) == 1
        posted(posting_to(url), posting_to(url, endpoint="e2"))
        assert len(connections) == 3


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced_at_once() -> None:
    conduct, connections = _counted(saying(answer_of(200), keeps=False))
    with conducting(conduct) as url:
        assert [one.is_delivered for one in posted(*[posting_to(url)] * 4)] == [True] * 4
    assert len(connections) == 4


def test_a_kept_connection_that_breaks_under_the_request_is_replaced_at_once() -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(answer_of(200))
        take_request(connection)  # and hang up

    counted, connections = _counted(conduct)
    with conducting(counted) as url:
        assert [one.is_delivered for one in posted(*[posting_to(url)] * 4)] == [True] * 4
    assert len(connections) == 4


def test_a_connection_that_breaks_half_way_through_an_answer_is_not_posted_to_twice() -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(answer_of(200))
        take_request(connection)
        connection.sendall(b"HTTP/1.1 2")

    counted, connections = _counted(conduct)
    with conducting(counted) as url:
        first, second = posted(*[posting_to(url)] * 2)
    assert (first.is_delivered, second.status, second.is_endpoint_down) == (True, None, True)
    assert len(connections) == 1


def test_idle_connections_are_closed() -> None:
    ended = threading.Event()

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        saying(answer_of(200))(connection, over)
        ended.set()

    async def run(url: str) -> None:
        courier = Courier(LOOPBACK, seconds=SECONDS)
        await courier.post(posting_to(url))
        await courier.close_idle()
        assert not ended.is_set()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "monotonic", lambda now=time.monotonic: now() + 60)
            await courier.close_idle()
        await asyncio.to_thread(ended.wait, 5)
        assert ended.is_set()
        await courier.aclose()

    with conducting(conduct) as url:
        asyncio.run(run(url))


# How exchanges end that end badly.

DRIPS: dict[str, Conduct] = {
    "nothing": hanging,
    "the status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "a header": dripping(HEAD + b"X-Drip: ", b"x"),
    "headers": dripping(HEAD, b"X-Drip: x\r\n"),
    "100 Continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": dripping(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
}
BODY_DRIPS: dict[str, Conduct] = {
    "a chunk's size line": dripping(CHUNKED + b"5;", b"x"),
    "chunks": dripping(CHUNKED, b"1\r\n \r\n"),
    "trailers": dripping(CHUNKED + b"0\r\n", b"X-Drip: x\r\n"),
    "the body": dripping(HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("drips", DRIPS)
def test_whatever_drips_the_exchange_ends_in_time(drips: str) -> None:
    with conducting(DRIPS[drips]) as url:
        began = time.monotonic()
        (one,) = posted(posting_to(url))
        took = time.monotonic() - began
    assert (one.status, one.trouble) == (None, PostTrouble.TIMEOUT)
    assert SECONDS <= took < SECONDS + GRACE
    assert one.duration_ms >= SECONDS * 1000 - 1


@pytest.mark.parametrize("drips", BODY_DRIPS)
def test_what_drips_after_the_status_is_not_waited_for_either(drips: str) -> None:
    with conducting(BODY_DRIPS[drips]) as url:
        began = time.monotonic()
        (one,) = posted(posting_to(url))
        took = time.monotonic() - began
    assert (one.status, one.trouble, one.is_delivered) == (200, PostTrouble.TIMEOUT, True)
    assert took < SECONDS + GRACE


def test_a_request_that_is_taken_byte_by_byte_is_given_up() -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not over.wait(0.01) and connection.recv(64):
            continue

    with conducting(conduct) as url:
        large = posting_to(url)
        (one,) = posted(Posting(large.endpoint, large.address, large.headers, b"x" * 20_000_000))
    assert (one.status, one.trouble) == (None, PostTrouble.TIMEOUT)


def test_an_encryption_that_is_never_agreed_on_is_given_up() -> None:
    def conduct(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not over.wait(0.05):
            connection.sendall(b"\x02")

    with conducting(conduct) as url:
        (one,) = posted(posting_to(url.replace("http:", "https:")))
    assert one.trouble is PostTrouble.TIMEOUT


PIECE = b"x" * 16_000
FLOODS: dict[str, tuple[bytes, bytes, int | None]] = {
    "a body": (HEAD + b"Content-Length: 1000000000\r\n\r\n", PIECE, 200),
    "a body until it hangs up": (HEAD + b"\r\n", PIECE, 200),
    "chunks": (CHUNKED, b"%x\r\n" % len(PIECE) + PIECE + b"\r\n", 200),
    "tiny chunks": (CHUNKED, b"1\r\nx\r\n" * 2000, 200),
    "a header": (HEAD + b"X-Flood: ", PIECE, None),
    "headers": (HEAD, b"X-Flood: x\r\n" * 1000, None),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500, None),
    "an answer to a question that was not asked": (b"", b"HTTP/1.1 103 Hints\r\nX-A: b\r\n\r\n" * 500, None),
}


@pytest.mark.parametrize("floods", FLOODS)
def test_no_more_of_an_answer_is_read_than_the_bound(floods: str) -> None:
    at_once, endlessly, status = FLOODS[floods]
    sent = [0]

    def pieces() -> Iterator[bytes]:
        yield at_once
        while True:
            sent[0] += len(endlessly)
            yield endlessly

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        flooding(pieces())(connection, over)

    with conducting(conduct) as url:
        (one,) = posted(posting_to(url), seconds=5.0)
    assert one.status == status
    assert one.trouble in (PostTrouble.ANSWER_TOO_LARGE, PostTrouble.BROKEN_ANSWER)
    assert len(one.answer) <= LONGEST_EXCERPT
    assert one.duration_ms < 4000
    assert sent[0] < 8_000_000  # what the operating system buffers, and not all that came


@pytest.mark.parametrize("size", [LARGEST_ANSWER, LARGEST_ANSWER + 1])
def test_the_bound_is_what_it_says(size: int) -> None:
    with conducting(saying(answer_of(500, b"x" * size))) as url:
        (one,) = posted(posting_to(url), seconds=5.0)
    assert one.status == 500
    assert one.trouble == (PostTrouble.ANSWER_TOO_LARGE if size > LARGEST_ANSWER else None)
    assert one.answer == "x" * LONGEST_EXCERPT


def test_a_connection_with_half_an_answer_on_it_is_not_used_again() -> None:
    conduct, connections = _counted(saying(answer_of(200, b"x" * (LARGEST_ANSWER + LARGEST_HEAD))))
    with conducting(conduct) as url:
        posted(posting_to(url), posting_to(url), seconds=5.0)
    assert len(connections) == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_compressed_answer_is_not_unpacked(encoding: str) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)  # 50 kB that unpack to 50 MB
    with conducting(saying(answer_of(200, bomb, Content_Encoding=encoding))) as url:
        (one,) = posted(posting_to(url), seconds=5.0)
    assert (one.status, one.trouble, one.answer) == (200, None, "")


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (b"", PostTrouble.CONNECTION_LOST),
        (b"SSH-2.0-OpenSSH_9.2\r\n", PostTrouble.BROKEN_ANSWER),
        (b"HTTP/1.1 banana\r\n\r\n", PostTrouble.BROKEN_ANSWER),
        (b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n", PostTrouble.BROKEN_ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", PostTrouble.BROKEN_ANSWER),
        (b"\x00" * 100, PostTrouble.BROKEN_ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Le", PostTrouble.BROKEN_ANSWER),
    ],
)
def test_what_is_no_answer_is_told(said: bytes, trouble: PostTrouble) -> None:
    with conducting(saying(said, keeps=False)) as url:
        (one,) = posted(posting_to(url))
    assert (one.status, one.trouble) == (None, trouble)


def test_a_body_that_breaks_off_leaves_the_status() -> None:
    with conducting(saying(HEAD + b"Content-Length: 100\r\n\r\nhalf", keeps=False)) as url:
        (one,) = posted(posting_to(url))
    assert (one.status, one.answer, one.is_delivered) == (200, "half", True)


def test_switching_to_another_protocol_is_no_answer() -> None:
    said = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    with conducting(saying(said)) as url:
        (one,) = posted(posting_to(url))
    assert not one.is_delivered


def test_nobody_listening_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (one,) = posted(posting_to(f"http://127.0.0.1:{port}"))
    assert (one.status, one.trouble, one.is_endpoint_down) == (None, PostTrouble.UNREACHABLE, True)


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), OSError("broken"), UnicodeError("label")])
def test_a_name_that_nobody_knows_is_told(error: Exception) -> None:
    (one,) = posted(posting_to("https://x:443", host=HOST), look_up=Names(error))
    assert (one.status, one.trouble) == (None, PostTrouble.HOST_NOT_FOUND)
    assert posted(posting_to("https://x:443", host=HOST), look_up=Names([]))[0].trouble is PostTrouble.HOST_NOT_FOUND


def test_a_look_up_that_hangs_is_given_up_and_holds_up_neither_others_nor_the_end() -> None:
    released = threading.Event()

    def ask(host: str) -> Sequence[str]:
        if host == "hanging.example.com":
            released.wait(20)
        return ["127.0.0.1"]

    async def run(url: str) -> list[Posted]:
        courier = Courier(LOOPBACK, look_up=SystemLookUp(ask), seconds=SECONDS)
        hanging_ones = [courier.post(posting_to(url, host="hanging.example.com", endpoint=f"h{n}")) for n in range(40)]
        try:
            return await asyncio.gather(*hanging_ones, courier.post(posting_to(url, host=HOST)))
        finally:
            await courier.aclose()

    with conducting(saying(answer_of(200))) as url:
        began = time.monotonic()
        before = threading.active_count()
        *hung, good = asyncio.run(run(url))
        assert time.monotonic() - began < SECONDS + GRACE
        assert threading.active_count() <= before + 2  # one look-up for all forty
        released.set()
    assert {one.trouble for one in hung} == {PostTrouble.TIMEOUT}
    assert good.is_delivered
    assert good.duration_ms < SECONDS * 1000


def test_the_operating_systems_look_up_knows_this_machine() -> None:
    assert "127.0.0.1" in asyncio.run(SystemLookUp()("localhost"))
    assert asyncio.run(SystemLookUp()("127.0.0.1")) == ["127.0.0.1"]
    assert asyncio.run(SystemLookUp()("::1")) == ["::1"]
    with pytest.raises(socket.gaierror):
        asyncio.run(SystemLookUp()("nothing.invalid"))


# Nothing of the inside is reached.


class Inside:
    """A server that nobody may reach, and whether somebody did."""

    def __init__(self) -> None:
        self.connections: list[int] = []

    def conduct(self, connection: socket.socket, over: threading.Event) -> None:
        self.connections.append(1)


FORBIDDEN = ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::1", "::", "169.254.169.254", "fd00:ec2::254", "100.64.0.1"]


@pytest.mark.parametrize("address", FORBIDDEN)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_to_the_inside_is_not_followed(address: str, scheme: str) -> None:
    inside = Inside()
    with conducting(inside.conduct) as url:
        (one,) = posted(
            posting_to(url.replace("http", scheme), host=HOST), reach=Reach(), look_up=Names([address]), seconds=5.0
        )
    assert (one.status, one.trouble) == (None, PostTrouble.FORBIDDEN_ADDRESS)
    assert inside.connections == []
    assert address not in one.sentence


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0", "localhost", "localhost.", "::ffff:127.0.0.1"],
)
def test_an_odd_spelling_that_came_past_the_first_look_is_caught_when_connecting(host: str) -> None:
    inside = Inside()
    with conducting(inside.conduct) as url:
        (one,) = posted(posting_to(url, host=host), reach=Reach(), seconds=5.0)
    assert one.trouble in (PostTrouble.FORBIDDEN_ADDRESS, PostTrouble.HOST_NOT_FOUND)
    assert inside.connections == []


@pytest.mark.parametrize("addresses", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]])
def test_a_name_that_means_both_is_not_followed_at_all(addresses: list[str]) -> None:
    inside = Inside()
    with conducting(inside.conduct) as url:
        (one,) = posted(posting_to(url, host=HOST), reach=Reach(networks_in("127.0.0.2/32")), look_up=Names(addresses))
    assert one.trouble is PostTrouble.FORBIDDEN_ADDRESS
    assert inside.connections == []


def _listening(host: str, port: int, answer: bytes) -> tuple[socket.socket, list[int]]:
    connections: list[int] = []
    listener = socket.create_server((host, port))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(1)
            with connection:
                take_request(connection)
                connection.sendall(answer)

    threading.Thread(target=accept, daemon=True).start()
    return listener, connections


def test_a_name_that_changes_its_meaning_reaches_nothing_inside() -> None:
    """The second look-up answers with the inside: it is neither made for the first connection, nor believed later."""
    said = answer_of(200, Connection="close")
    outside, reached = _listening("127.0.0.2", 0, said)
    port = outside.getsockname()[1]
    inside, reached_inside = _listening("127.0.0.1", port, said)
    names = Names(["127.0.0.2"], ["127.0.0.1"], ["127.0.0.2"])
    try:
        one, two, three = posted(
            *[posting_to(f"http://x:{port}", host=HOST)] * 3,
            reach=Reach(networks_in("127.0.0.2/32")),
            look_up=names,
        )
    finally:
        for listener in (outside, inside):
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
    assert (one.is_delivered, two.trouble, three.is_delivered) == (True, PostTrouble.FORBIDDEN_ADDRESS, True)
    assert (len(reached), len(reached_inside), names.asked) == (2, 0, 3)


def test_without_encryption_only_the_allowed_networks_are_reached() -> None:
    """A public address is not connected to: it would be seen to time out, or to be refused."""
    (one,) = posted(posting_to("http://x:80", host=HOST), look_up=Names(["8.8.8.8"]))
    assert one.trouble is PostTrouble.FORBIDDEN_ADDRESS


def test_a_silent_address_leaves_time_for_the_next() -> None:
    with socket.socket() as silent:  # its queue is full: it takes no connection, and refuses none
        silent.bind(("127.0.0.3", 0))
        silent.listen(0)
        port = silent.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.3", port))
        good, reached = _listening("127.0.0.2", port, answer_of(200))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adapters.webhooks.courier.CONNECT_SECONDS", 1.0)
            (answer,) = posted(
                posting_to(f"http://x:{port}", host=HOST), look_up=Names(["127.0.0.3", "127.0.0.2"]), seconds=5.0
            )
        good.shutdown(socket.SHUT_RDWR)
        good.close()
        for one in waiting:
            one.close()
    assert (answer.is_delivered, reached) == (True, [1])


# Encryption.


def _over_tls(authority: Authority, certificate: Path, **given: Any) -> Posted:
    with conducting(saying(answer_of(200)), certificate) as url:
        (one,) = posted(
            posting_to(url, host=HOST),
            **{"trust": authority.trust, "look_up": Names(["127.0.0.1"]), "seconds": 5.0, **given},
        )
    return one


def test_an_endpoint_shows_a_certificate_with_its_name(authority: Authority) -> None:
    assert _over_tls(authority, authority.certificate_for(HOST)).is_delivered


@pytest.mark.parametrize("name", ["other.example.com", "127.0.0.1", "example.com"])
def test_a_certificate_of_another_name_is_refused(authority: Authority, name: str) -> None:
    """That of the IP address, too: it is the name that was given."""
    one = _over_tls(authority, authority.certificate_for(name))
    assert (one.status, one.trouble) == (None, PostTrouble.TLS_FAILED)
    assert "certificate" in one.sentence


def test_a_certificate_that_has_run_out_is_refused(authority: Authority) -> None:
    assert _over_tls(authority, authority.certificate_for(HOST, days=-1)).trouble is PostTrouble.TLS_FAILED


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = new_authority(tmp_path)
    assert _over_tls(authority, stranger.certificate_for(HOST)).trouble is PostTrouble.TLS_FAILED
    assert _over_tls(authority, authority.certificate_for(HOST), trust=None).trouble is PostTrouble.TLS_FAILED


def test_what_is_not_encrypted_is_not_spoken_to(authority: Authority) -> None:
    heard: list[bytes] = []
    with conducting(saying(answer_of(200), heard=heard)) as url:
        (one,) = posted(
            posting_to(url.replace("http:", "https:"), host=HOST), look_up=Names(["127.0.0.1"]), trust=authority.trust
        )
    assert not one.is_delivered
    assert heard == []


# What is told of an answer.

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta()),
        ("Sat, 31 Jan 2026 12:01:00 GMT", timedelta(seconds=60)),
        ("Sat, 31 Jan 2026 11:00:00 GMT", timedelta()),
        ("9" * 500, timedelta(seconds=10**8)),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("²", None),
        ("Sat, 99 Jan 2026 12:01:00 GMT", None),
    ],
)
def test_what_the_endpoint_asks_for_is_read(header: str, wait: timedelta | None) -> None:
    said = answer_of(503).replace(b"\r\n\r\n", f"\r\nRetry-After: {header}\r\n\r\n".encode())
    with conducting(saying(said)) as url:
        (one,) = posted(posting_to(url), wall=lambda: NOW)
    assert one.retry_after == wait


@pytest.mark.parametrize(
    ("body", "text"),
    [(b"a\0b\x1bc", "abc"), (b"\xff\xfe", "\ufffd\ufffd"), ("å".encode() * 3000, "å" * LONGEST_EXCERPT)],
)
def test_the_beginning_of_an_answer_can_be_kept_whatever_it_is(body: bytes, text: str) -> None:
    with conducting(saying(answer_of(500, body))) as url:
        (one,) = posted(posting_to(url))
    assert one.answer == text


@pytest.mark.parametrize("trouble", PostTrouble)
def test_every_trouble_has_a_sentence(trouble: PostTrouble) -> None:
    one = Posted(trouble=trouble, duration_ms=1)
    assert one.sentence.endswith(".")
    assert not one.is_delivered


def test_a_bug_of_ours_surfaces() -> None:
    def broken() -> datetime:
        raise ZeroDivisionError

    said = answer_of(503, Retry_After="Sat, 31 Jan 2026 12:01:00 GMT")
    wall: Callable[[], datetime] = broken
    with conducting(saying(said)) as url, pytest.raises(ZeroDivisionError):
        posted(posting_to(url), wall=wall)
