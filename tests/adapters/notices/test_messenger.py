"""Messages through apprise: by e-mail to a server on loopback; what has fixed hosts, up to where it would be posted."""

import logging
import smtplib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest
import requests

from adapters.notices.apprise_messenger import AppriseMessenger
from adapters.notices.judging import fault_for_business, fault_for_operator
from core.endpoint_address import Reach
from core.errors import InvalidInput, KvittError, TryAgain
from core.notice import Message
from tests.adapters.notices.smtp_sink import SmtpSink, smtp_sink

MESSAGE = Message(title="Kvitt: 300 fakturaer fra fjell ble avvist", lines=("Én linje.", "", "kvitt invoice show 1"))
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
LOOPBACK = Reach(allowed=(ip_network("127.0.0.0/8"),))
BOTH_WAYS = [(True, AppriseMessenger()), (False, AppriseMessenger(reach=LOOPBACK))]
"""For the operator, and for a business whose mail server is in reach."""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


def mailto(sink: SmtpSink, *, host: str = "127.0.0.1", login: str = "") -> str:
    return f"mailto://{login}{host}:{sink.port}?from=kvitt@fjell.example&to=kari@fjell.example,ola@fjell.example"


class _Answer:
    def __init__(self, status: int) -> None:
        self.status_code = status
        self.content = b"ok"
        self.text = "ok"
        self.headers: dict[str, str] = {}


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What apprise posts; nothing leaves the machine."""
    calls: list[tuple[str, Any]] = []

    def request(_session: requests.Session, method: str, url: str, **options: Any) -> _Answer:
        calls.append((url, options))
        return _Answer(200)

    monkeypatch.setattr(requests.Session, "request", request)
    return calls


@pytest.mark.parametrize(
    ("trusted", "messenger"), [(True, AppriseMessenger()), (False, AppriseMessenger(reach=LOOPBACK))]
)
def test_an_e_mail_arrives_with_its_title_and_lines(sink: SmtpSink, trusted: bool, messenger: AppriseMessenger) -> None:
    messenger.send(mailto(sink, login="kvitt:hunter2@"), MESSAGE, trusted=trusted)

    assert sorted(recipient for mail in sink.mails for recipient in mail.recipients) == [
        "kari@fjell.example",
        "ola@fjell.example",
    ]
    mail = sink.mails[0]
    assert mail.sender == "kvitt@fjell.example"
    assert mail.message["Subject"] == MESSAGE.title
    assert mail.text.strip() == "\n".join(MESSAGE.lines)
    assert len(sink.logins) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_business_reaches_no_mail_server_inside(sink: SmtpSink, host: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        AppriseMessenger().send(mailto(sink, host=host), MESSAGE, trusted=False)

    assert refusal.value.code == "bad_notice_address"
    assert sink.mails == []


@pytest.mark.parametrize("mode", ["starttls", "ssl", "insecure"])
def test_a_name_that_leads_inside_is_not_connected_to(
    sink: SmtpSink, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked up, it is judged; the port is one for e-mail, for the address itself is fine."""
    looked_up: list[Any] = []

    def lead_inside(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", sink.port)),
        ]

    def connect(*_: Any, **__: Any) -> socket.socket:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "getaddrinfo", lead_inside)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(InvalidInput, match="not on the public internet"):
        AppriseMessenger().send(f"mailtos://ola:x@mail.example.com?mode={mode}", MESSAGE, trusted=False)
    assert looked_up == ["mail.example.com"]


@pytest.mark.parametrize(
    ("trusted", "messenger"), [(True, AppriseMessenger()), (False, AppriseMessenger(reach=LOOPBACK))]
)
def test_a_mail_server_that_refuses_or_is_not_there_is_trouble_that_may_pass(
    sink: SmtpSink, trusted: bool, messenger: AppriseMessenger
) -> None:
    sink.refuses = True
    address = mailto(sink, login="kvitt:hunter2@")
    with pytest.raises(TryAgain) as refusal:
        messenger.send(address, MESSAGE, trusted=trusted)
    assert refusal.value.code == "notice_not_sent"
    assert_secret_free(refusal.value, "hunter2", "kari@fjell.example")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(TryAgain):
            messenger.send(address.replace(str(sink.port), str(port)), MESSAGE, trusted=trusted)


@pytest.mark.parametrize("mode", ["insecure", "ssl", "starttls"])
def test_a_mail_server_that_says_a_letter_at_a_time_is_cut_off(mode: str) -> None:
    """Each letter comes in time, and there would be no end of them: everybody else's messages would wait."""
    over = threading.Event()

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.sendall(b"220 " if mode == "insecure" else b"")
                while not over.wait(0.05):
                    self.request.sendall(b"2" if mode != "ssl" else bytes([22]))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        port = server.server_address[1]
        began = time.monotonic()
        try:
            with pytest.raises(TryAgain) as refusal:
                AppriseMessenger(reach=LOOPBACK, mail_seconds=0.5).send(
                    f"mailtos://ola:hunter2@127.0.0.1:{port}?from=kvitt@fjell.example&mode={mode}",
                    MESSAGE,
                    trusted=False,
                )
        finally:
            over.set()
            server.shutdown()

    assert refusal.value.code == "notice_not_sent"
    assert time.monotonic() - began < 5


def test_no_more_addresses_of_a_mail_server_are_tried_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def silent(place: Any, timeout: float) -> socket.socket:
        tried.append(place)
        time.sleep(min(timeout, 0.1))
        raise TimeoutError

    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"93.184.215.{last}", 587)) for last in range(1, 200)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    monkeypatch.setattr(socket, "create_connection", silent)

    with pytest.raises(TryAgain):
        AppriseMessenger(mail_seconds=0.5).send("mailtos://ola:x@mail.example.com", MESSAGE, trusted=False)

    assert 0 < len(tried) < 10


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    ("address", "host"),
    [
        (SLACK, "https://hooks.slack.com/"),
        (SLACK.replace("slack://", "https://hooks.slack.com/services/"), "https://hooks.slack.com/"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "https://discord.com/"),
        ("gchat://space/key/token", "https://chat.googleapis.com/"),
        (
            "https://prod-161.westeurope.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/invoke"
            "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu",
            "https://prod-161.westeurope.logic.azure.com:443/",
        ),
    ],
)
def test_a_service_is_posted_to_at_its_own_host_and_led_nowhere_else(
    address: str, host: str, trusted: bool, posted: list[tuple[str, Any]]
) -> None:
    AppriseMessenger().send(address, MESSAGE, trusted=trusted)

    ((url, options),) = posted
    assert url.startswith(host)
    assert options["allow_redirects"] is False
    assert options["verify"] is True
    assert "300 fakturaer" in f"{options.get('data')}{options.get('json')}".encode().decode("unicode_escape")


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:1/x",
        "workflows://127.0.0.1/id/signature",
        "syslog://",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?verify=no",
        "file:///etc/passwd",
        "slack://nonsense",
    ],
)
def test_what_was_stored_under_other_rules_is_judged_again_when_it_is_sent_to(
    address: str, posted: list[tuple[str, Any]]
) -> None:
    with pytest.raises(KvittError) as refusal:
        AppriseMessenger().send(address, MESSAGE, trusted=False)

    assert refusal.value.code == "bad_notice_address"
    assert posted == []


def test_a_failure_tells_the_service_and_nothing_of_the_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(1)

    def request(_session: requests.Session, method: str, url: str, **_: Any) -> _Answer:
        raise requests.ConnectionError(f"can't reach {url}")

    monkeypatch.setattr(requests.Session, "request", request)
    with pytest.raises(TryAgain) as refusal:
        AppriseMessenger().send(SLACK, MESSAGE, trusted=True)

    assert refusal.value.message.startswith("Slack")
    assert_secret_free(refusal.value, SECRET)
    assert SECRET not in caplog.text


def test_what_a_service_raises_is_told_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPException(SECRET)

    monkeypatch.setattr("adapters.notices.apprise_messenger._notify", fail)
    with pytest.raises(TryAgain) as refusal:
        AppriseMessenger().send(SLACK, MESSAGE, trusted=True)
    assert_secret_free(refusal.value, SECRET)
    assert str(refusal.value.__cause__) == "SMTPException"


def test_apprise_is_imported_only_when_something_is_sent() -> None:
    """It brings two hundred services along, which no other command should wait for."""
    code = "import sys, entrypoints.container, entrypoints.worker; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def assert_secret_free(error: BaseException, *secrets: str) -> None:
    """Neither it nor what it came from holds any, as a traceback would show it."""
    seen: BaseException | None = error
    while seen is not None:
        for secret in secrets:
            assert secret not in f"{seen!r} {seen}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


@pytest.mark.parametrize(
    "address",
    [
        "slack://hunter2",
        "mailtos://smtp.fjell.example?to=kari@fjell.example&name=hunter2",
        "mailtos://ola:hunter2@fjell.example?to=kari",
        "mailtos://ola:hunter2@fjell.example?to=,",
        "discord://hunter2",
        "gchat://hunter2",
        "pagerduty://hunter2",
        "twilio://hunter2",
        "workflows://prod-1.westeurope.logic.azure.com/hunter2",
    ],
)
def test_an_address_that_reaches_nobody_is_judged_before_anything_is_sent(address: str) -> None:
    for judge in (fault_for_business, fault_for_operator):
        assert judge(address)
        assert "hunter2" not in judge(address)
    for trusted, messenger in BOTH_WAYS:
        with pytest.raises(InvalidInput) as refusal:
            messenger.send(address, MESSAGE, trusted=trusted)
        assert refusal.value.code == "bad_notice_address"


@pytest.mark.parametrize("address", ["nosuch://hunter2", "hunter2", "sendgrid://apikey:kvitt@fjell.example/hunter2"])
def test_the_operators_addresses_are_judged_too(address: str) -> None:
    assert fault_for_operator(address)
    assert "hunter2" not in fault_for_operator(address)


@pytest.mark.parametrize(
    "address",
    [
        SLACK,
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "workflows://prod-1.westeurope.logic.azure.com/id/signature",
        "mailtos://ola:hunter2@fjell.example",
        "mailtos://ola:hunter2@fjell.example?to=kari@fjell.example",
        "mailtos://_?smtp=mail.fjell.example&from=kvitt@fjell.example&to=kari@fjell.example",
        "tgram://123456789:abcdefg_hijklmnop",
        "opsgenie://apikey?region=eu",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "pover://user@token",
    ],
)
def test_an_address_at_which_somebody_may_be_told_is_not_found_fault_with(address: str) -> None:
    assert fault_for_business(address) == ""
    assert fault_for_operator(address) == ""


def test_nothing_of_apprise_is_loaded_before_an_address_is_judged() -> None:
    program = """
import sys
import plugins.wiring
import entrypoints.worker
sys.exit("apprise" in sys.modules or "adapters.notices.apprise_messenger" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
