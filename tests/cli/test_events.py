"""`kvitt events`: what happened is listed and followed, and posted to a program that is being written."""

import base64
import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from core.event import access_restored
from core.ports.storage import UnitOfWork
from entrypoints.cli import events as command
from entrypoints.container import make_container
from entrypoints.settings import read_settings
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice
from tests.processes import COMMAND

FJELL = ("--business", "fjell")


@pytest.fixture
def happened(fjell: Kvitt, books: Books) -> Kvitt:
    """One invoice has arrived and was paid since, and another was rejected."""
    fjell.add(an_invoice("1"), an_invoice("2", currency="XYZ"))
    order = fjell("invoice", "send", "1", *FJELL, "--json").json["order_id"]
    fjell("invoice", "send", "2", *FJELL)
    books.pay(books.publish(int(order)))
    for _ in range(2):
        fjell("invoice", "status", "1", *FJELL)
    return fjell


HAPPENED = [
    ("transfer.transferred", "1"),
    ("transfer.rejected", "2"),
    ("invoice.published", "1"),
    ("invoice.paid", "1"),
]


def told(documents: list[Any]) -> list[tuple[str, str | None]]:
    return [(one["type"], one["invoice"]) for one in documents]


def test_what_happened_is_listed_in_its_order(happened: Kvitt) -> None:
    answer = happened("events", "list", *FJELL, "--json")
    assert answer.code == 0
    assert told(answer.json) == HAPPENED
    assert answer.json[0].keys() == {"id", "type", "timestamp", "business", "invoice", "data"}
    shown = happened("events", "list", *FJELL)
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert rows[0] == ["Time", "Event", "Invoice", "About", "Id"]
    assert [(row[1], row[2]) for row in rows[1:]] == HAPPENED
    assert rows[1][3] == answer.json[0]["data"]["order_id"]
    assert rows[2][3] == answer.json[1]["data"]["error"]["code"]
    assert [row[4] for row in rows[1:]] == [one["id"] for one in answer.json]


def test_the_latest_are_listed_and_those_after_one_go_on_from_there(happened: Kvitt) -> None:
    latest = happened("events", "list", *FJELL, "--limit", "2", "--json")
    assert told(latest.json) == HAPPENED[2:]
    assert "There are earlier ones" in latest.err
    everything = happened("events", "list", *FJELL, "--json").json
    rest = happened("events", "list", *FJELL, "--after", everything[0]["id"], "--limit", "2", "--json")
    assert told(rest.json) == HAPPENED[1:3]
    assert f"--after {everything[2]['id']}" in rest.err
    assert told(happened("events", "list", *FJELL, "--since", "2021-01-01", "--json").json) == HAPPENED


def test_only_what_is_of_the_types_is_listed(happened: Kvitt) -> None:
    types = ("--type", "invoice.paid", "--type", "transfer.rejected")
    assert told(happened("events", "list", *FJELL, *types, "--json").json) == [HAPPENED[1], HAPPENED[3]]
    nothing = happened("events", "list", *FJELL, "--type", "invoice.deleted")
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err == "No events match.\n"


def test_what_can_not_be_used_is_refused(fjell: Kvitt) -> None:
    for subcommand in ("list", "tail"):
        wrong = fjell("events", subcommand, *FJELL, "--type", "invoice.lost")
        assert wrong.code == 2
        assert "invoice.paid" in wrong.err
        assert fjell("events", subcommand, "--business", "nobody").code == 1
    unknown = fjell("events", "list", *FJELL, "--after", "nope")
    assert unknown.code == 1
    assert "no event of this id" in unknown.err


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have these things done one after the other while `tail` waits, and then Ctrl-C pressed."""

    def planned(*acts: Callable[[], object]) -> None:
        left = iter(acts)

        def wait() -> None:
            act = next(left, None)
            if act is None:
                raise KeyboardInterrupt
            act()

        monkeypatch.setattr(command, "_wait", wait)

    return planned


def _elsewhere(act: Callable[[UnitOfWork], object]) -> None:
    """Have something done as another process would."""
    storage = make_container(read_settings()).storage()
    with closing(storage), storage.transaction() as work:
        act(work)


def _restored(business: str) -> Callable[[], None]:
    return lambda: _elsewhere(lambda work: work.events.add(access_restored(business)))


def test_what_happens_is_told_as_it_happens_until_it_is_stopped(
    happened: Kvitt, meanwhile: Callable[..., None]
) -> None:
    meanwhile(_restored("fjell"), lambda: None, _restored("fjell"))
    answer = happened("events", "tail", *FJELL, "--json")
    assert answer.code == 0
    assert told(answer.lines) == [("business.access_restored", None)] * 2
    assert "Ctrl-C" in answer.err


def test_it_can_begin_with_what_happened_before(happened: Kvitt, meanwhile: Callable[..., None]) -> None:
    meanwhile(_restored("fjell"))
    answer = happened("events", "tail", *FJELL, "--since", "2021-01-01")
    lines = answer.out.splitlines()
    assert [type_ for type_, _ in HAPPENED] + ["business.access_restored"] == [line.split("  ")[2] for line in lines]
    meanwhile()
    only = happened("events", "tail", *FJELL, "--since", "2021-01-01", "--type", "invoice.paid", "--json")
    assert told(only.lines) == HAPPENED[-1:]


def test_all_businesses_are_followed_those_too_that_come_later(fjell: Kvitt, meanwhile: Callable[..., None]) -> None:
    def connect(work: UnitOfWork) -> None:
        business = work.businesses.get("fjell")
        assert business is not None
        work.businesses.put(business.model_copy(update={"name": "dal"}))

    meanwhile(
        lambda: _elsewhere(connect),
        _restored("dal"),
        _restored("fjell"),
        lambda: _elsewhere(lambda work: work.forgetting.erase("dal", at=datetime.now(UTC))),
        _restored("fjell"),
    )
    answer = fjell("events", "tail", "--json")
    assert answer.code == 0
    assert [one["business"] for one in answer.lines] == ["dal", "fjell", "fjell"]


def test_it_goes_on_where_the_last_that_was_seen_is_no_longer_kept(
    happened: Kvitt, meanwhile: Callable[..., None]
) -> None:
    def forget(work: UnitOfWork) -> None:
        work.forgetting.events(before=datetime(2999, 1, 1, tzinfo=UTC), limit=99)

    meanwhile(lambda: _elsewhere(forget), _restored("fjell"))
    answer = happened("events", "tail", *FJELL, "--json")
    assert told(answer.lines) == [("business.access_restored", None)]


class _Program(HTTPServer):
    """A program that somebody is writing: it keeps what is posted to it, and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_address[1]}/hooks"


class _Receiver(BaseHTTPRequestHandler):
    server: _Program

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_told: object) -> None:
        """Say nothing."""


@pytest.fixture
def program() -> Iterator[_Program]:
    with _Program() as program:
        thread = threading.Thread(target=program.serve_forever)
        thread.start()
        yield program
        program.shutdown()
        thread.join()


def test_each_event_is_posted_as_a_webhook_once_and_how_it_ended_is_told(
    happened: Kvitt, meanwhile: Callable[..., None], program: _Program
) -> None:
    meanwhile()
    program.answers = [204, 500]
    answer = happened("events", "tail", *FJELL, "--since", "2021-01-01", "--forward-to", program.url)
    assert answer.code == 0
    assert ["-> " + line.partition("-> ")[2][:3] for line in answer.out.splitlines()] == [
        "-> 204",
        "-> 500",
        "-> 204",
        "-> 204",
    ]
    secret = next(word for word in answer.err.replace(";", " ").split() if word.startswith("whsec_"))
    listed = happened("events", "list", *FJELL, "--json").json
    assert [Webhook(secret).verify(body, headers) for headers, body in program.got] == listed
    assert [headers["webhook-id"] for headers, _ in program.got] == [one["id"] for one in listed]


def test_the_secret_can_be_chosen_and_is_not_told_then(
    happened: Kvitt, meanwhile: Callable[..., None], program: _Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile()
    secret = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
    monkeypatch.setenv("KVITT_FORWARD_SECRET", secret)
    forward = ("--since", "2021-01-01", "--type", "invoice.paid", "--forward-to", program.url)
    answer = happened("events", "tail", *FJELL, *forward, "--json")
    assert secret not in answer.out + answer.err
    ((headers, body),) = program.got
    assert json.loads(body) == Webhook(secret).verify(body, headers)
    (line,) = answer.lines
    assert line["forwarded"]["status"] == 204
    monkeypatch.setenv("KVITT_FORWARD_SECRET", "hunter2")
    refused = happened("events", "tail", *FJELL, *forward)
    assert refused.code == 1
    assert "hunter2" not in refused.out + refused.err


def test_where_nobody_listens_that_is_told(happened: Kvitt, meanwhile: Callable[..., None]) -> None:
    meanwhile()
    forward = ("--since", "2021-01-01", "--forward-to", "http://127.0.0.1:1/hooks", "--json")
    answer = happened("events", "tail", *FJELL, *forward)
    assert answer.code == 0
    assert {line["forwarded"]["status"] for line in answer.lines} == {None}
    assert all(line["forwarded"]["trouble"] for line in answer.lines)
    refused = happened("events", "tail", *FJELL, "--forward-to", "http://10.0.0.1/hooks")
    assert refused.code == 1


def test_a_process_that_follows_ends_well_on_ctrl_c(happened: Kvitt) -> None:
    program = [*COMMAND, "events", "tail", *FJELL, "--since", "2021-01-01", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        first = [json.loads(tail.stdout.readline()) for _ in HAPPENED]
        tail.send_signal(signal.SIGINT)
        assert tail.wait(timeout=30) == 0
        assert tail.stdout.read() == ""
        assert "Traceback" not in tail.stderr.read()
    assert told(first) == HAPPENED
