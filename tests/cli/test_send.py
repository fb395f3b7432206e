from collections.abc import Callable

import pytest

from entrypoints.demo.world import demo_business
from sandbox import Sandbox
from sandbox.twentyfour_seven_office import DEMO_PASSWORD
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let temporary trouble be over soon."""
    monkeypatch.setenv("KVITT_RETRY_FIRST_SECONDS", "0.3")
    monkeypatch.setenv("KVITT_RETRY_LONGEST_SECONDS", "0.3")


def test_one_invoice_is_one_object_and_sending_it_again_is_the_same_transfer(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())

    first = fjell("invoice", "send", "1001-1", *FJELL, "--json")
    again = fjell("invoice", "send", "1001-1", *FJELL, "--json")
    plain = fjell("invoice", "send", "1001-1", *FJELL)

    assert first.code == again.code == plain.code == 0
    assert first.json["state"] == "transferred"
    assert {**again.json, "already_sent": None} == first.json
    assert f"sent already, as order {first.json['order_id']}" in plain.out
    assert first.err == again.err == ""
    assert len(books.orders) == 1


def test_several_are_one_transfer_a_line_and_a_bad_one_keeps_none_from_going(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice("1"), an_invoice("2", type="printed"), an_invoice("3"))

    as_json = fjell("invoice", "send", "1", "2", "3", "nix", "1", *FJELL, "--json")
    plain = fjell("invoice", "send", "1", "2", *FJELL)

    assert as_json.code == plain.code == 1
    assert [line.get("state", line.get("code")) for line in as_json.lines] == [
        "transferred",
        "not_data_for_accounting",
        "transferred",
        "unknown_invoice",
    ]
    assert [line["invoice"] for line in as_json.lines] == ["1", "2", "3", "nix"]
    assert plain.out.splitlines()[1:5] == [
        "Transferred\t1\t",
        "Waiting\t0\t",
        "Rejected\t0\t",
        "Refused\t1\tnot_data_for_accounting",
    ]
    assert plain.out.splitlines()[5].startswith("Invoice 1 was sent already")
    assert plain.err.startswith("Invoice 2 can't be sent.")
    assert len(books.orders) == 2


def test_all_sends_what_has_not_arrived_and_leaves_printed_and_cancelled_ones_out(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice("1"), an_invoice("2", type="printed"), an_invoice("3"), an_invoice("4", due_date=None))
    fjell("invoice", "send", "1", *FJELL)

    first = fjell("invoice", "send", "--all", *FJELL, "--json")
    fjell.add(an_invoice("4"))
    second = fjell("invoice", "send", "--all", *FJELL, "--json")
    third = fjell("invoice", "send", "--all", *FJELL, "--json")

    assert (first.code, [line["invoice"] for line in first.lines]) == (1, ["3", "4"])
    assert first.err == 'Skipped: 1 invoice of type "printed".\n'
    assert (second.code, [line["invoice"] for line in second.lines]) == (0, ["4"])
    assert (third.code, third.out) == (0, "")
    assert len(books.orders) == 3


def test_a_refused_connection_waits_and_the_next_send_goes_through(
    fjell: Kvitt, office: Sandbox, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    fjell.add(an_invoice())
    url = office.url
    office.stop()

    refused = fjell("invoice", "send", "1001-1", *FJELL, "--wait", "0", "--json")
    plain = fjell("invoice", "send", "1001-1", *FJELL, "--wait", "0")
    office.start()
    monkeypatch.setenv("KVITT_TFSO_API_URL", office.url)
    sent = fjell("invoice", "send", "1001-1", *FJELL, "--json")

    assert refused.code == plain.code == 3
    assert refused.json["state"] == "waiting"
    assert refused.json["next_attempt_at"]
    assert "it can be retried from" in plain.out
    assert url not in plain.out
    assert (sent.code, sent.json["id"]) == (0, refused.json["id"])
    assert len(books.orders) == 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("which", [["1"], ["1", "2"], ["--all"]])
def test_a_waiting_transfer_is_followed_until_it_arrives(
    fjell: Kvitt, office: Sandbox, books: Books, which: list[str]
) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"))
    office.inject("GetCompanies", "http_502", times=2)

    answer = fjell("invoice", "send", *which, *FJELL, "--json")

    assert answer.code == 0
    assert all(line["state"] == "transferred" for line in answer.lines)


@pytest.mark.usefixtures("hasty")
def test_waiting_ends_when_the_time_is_up(fjell: Kvitt, office: Sandbox) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"))
    office.stop()

    one = fjell("invoice", "send", "1", *FJELL, "--wait", "0.7", "--json")
    everything = fjell("invoice", "send", "--all", *FJELL, "--wait", "0.7", "--json")

    assert one.code == everything.code == 3
    assert one.json["attempts"] > 1
    assert [line["state"] for line in everything.lines] == ["waiting", "waiting"]


def test_a_wrong_password_parks_all_after_one_try_and_a_mended_one_releases_them(
    kvitt: Kvitt, office: Sandbox, books: Books
) -> None:
    document = demo_business()
    document["accounting"]["password"] = "hunter2-wrong"
    kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", document))
    kvitt.add(an_invoice("1"), an_invoice("2"), an_invoice("3", type="printed"))

    parked = kvitt("invoice", "send", "1", "2", "3", *FJELL, "--json")
    tries = len(office.journal.calls())
    plain = kvitt("invoice", "send", "1", *FJELL)
    kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", demo_business()))
    sent = kvitt("invoice", "send", "--all", *FJELL, "--json")

    assert parked.code == plain.code == 4
    assert [line["error"]["code"] for line in parked.lines[:2]] == ["access_refused"] * 2
    assert tries <= 2
    assert "waiting for the connection to be fixed" in plain.out
    for answer in (parked, plain, sent):
        assert "hunter2" not in answer.out + answer.err
        assert DEMO_PASSWORD not in answer.out + answer.err
    assert sent.code == 0
    assert len(books.orders) == 2


def test_a_rejected_invoice_is_mended_and_sent_as_the_same_transfer(fjell: Kvitt, books: Books) -> None:
    bad = an_invoice()
    bad["rows"][0]["vat_percent"] = "13"
    fjell.add(bad)

    rejected = fjell("invoice", "send", "1001-1", *FJELL, "--json")
    plain = fjell("invoice", "send", "1001-1", *FJELL)
    fjell.add(an_invoice())
    sent = fjell("invoice", "send", "1001-1", *FJELL, "--json")

    assert (rejected.code, rejected.json["error"]["code"]) == (1, "unknown_vat_rate")
    assert rejected.json["error"]["hint"] in plain.out
    assert (sent.code, sent.json["id"]) == (0, rejected.json["id"])


def test_the_transfer_commands_tell_try_again_and_take_back(fjell: Kvitt, office: Sandbox, books: Books) -> None:
    assert fjell("transfer", "list", "--json").json == []
    fjell.add(an_invoice("1"), an_invoice("2"), an_invoice("3"))
    fjell("invoice", "send", "1", *FJELL)
    office.inject("*", "http_502", times=None)
    fjell("invoice", "send", "2", "3", *FJELL, "--wait", "0")

    listed = fjell("transfer", "list", *FJELL, "--json")
    ids = [transfer["id"] for transfer in listed.json]
    waiting = fjell("transfer", "list", "--state", "waiting", "--json")
    table = fjell("transfer", "list")
    shown = fjell("transfer", "show", ids[1], "--json")
    story = fjell("transfer", "show", ids[1])
    still = fjell("transfer", "retry", ids[1], "--json")
    office.clear_faults()
    cancelled = fjell("transfer", "cancel", ids[2], "--json")
    too_late = fjell("transfer", "cancel", ids[0], "nix", "--json")
    retried = fjell("transfer", "retry", ids[1], "--json")
    left = fjell("invoice", "send", "--all", *FJELL, "--json")

    assert [one["state"] for one in listed.json] == ["transferred", "waiting", "waiting"]
    assert [one["id"] for one in waiting.json] == ids[1:]
    assert len(table.out.splitlines()) == 4
    assert shown.json["id"] == ids[1]
    assert "What to do" in story.out
    assert (still.code, still.json["state"]) == (3, "waiting")
    assert (cancelled.code, cancelled.json["state"], cancelled.json["error"]["code"]) == (0, "cancelled", "cancelled")
    assert (too_late.code, [one["code"] for one in too_late.lines]) == (1, ["not_cancellable", "unknown_transfer"])
    assert (retried.code, retried.json["state"]) == (0, "transferred")
    assert (left.code, left.out) == (0, "")
    assert "cancelled: 1 invoice." in left.err
    assert len(books.orders) == 2
    assert fjell("transfer", "show", "nix", "--json").json["code"] == "unknown_transfer"


@pytest.mark.usefixtures("hasty")
def test_all_goes_on_while_others_hold_the_business(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.sending.turn import TakeTurn

    take: Callable[[TakeTurn, str], None] = TakeTurn.take
    held = iter([True, True, True])

    def held_at_first(turn: TakeTurn, business: str) -> None:
        if not next(held, False):
            take(turn, business)

    monkeypatch.setattr(TakeTurn, "take", held_at_first)
    fjell.add(an_invoice())

    at_once = fjell("invoice", "send", "1001-1", *FJELL, "--wait", "0", "--json")
    answer = fjell("invoice", "send", "--all", *FJELL, "--wait", "0.1", "--json")

    assert (at_once.code, at_once.json["state"]) == (3, "queued")
    assert (answer.code, answer.json["state"]) == (0, "transferred")


def test_json_says_what_a_program_may_do(fjell: Kvitt, office: Sandbox) -> None:
    fjell.add(an_invoice(), an_invoice("2", type="printed"))
    office.stop()

    waiting = fjell("invoice", "send", "1001-1", *FJELL, "--wait", "0", "--json").json
    (refused,) = fjell("invoice", "send", "2", "--json", *FJELL).lines
    unknown = fjell("transfer", "show", "nix", "--json").json

    assert (waiting["error"]["retriable"], waiting["error"]["outcome"]) == (True, "nothing_written")
    for problem in (refused, unknown):
        assert (problem["retriable"], problem["outcome"]) == (False, "nothing_written")
