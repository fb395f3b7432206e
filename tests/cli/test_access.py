"""API keys and the audit trail on the command line."""

import json
import os
import pwd
from typing import Any

import pytest

from core.api_key import prefix_in
from tests.cli.conftest import Kvitt, an_invoice
from tests.logging_kept import logging_kept


def created(kvitt: Kvitt, *arguments: str) -> dict[str, Any]:
    answer = kvitt("api-key", "create", "shop", *arguments, "--json")
    assert answer.code == 0, answer
    document: dict[str, Any] = answer.json
    return document


def test_a_key_is_shown_once_and_alone(kvitt: Kvitt) -> None:
    answer = kvitt("api-key", "create", "shop", "--administrator")

    text = answer.out.strip()
    assert answer.code == 0
    assert answer.out.count("\n") == 1
    assert prefix_in(text) is not None
    assert text not in answer.err
    assert text.rpartition("_")[2] not in kvitt("api-key", "list", "--json").out


def test_a_key_is_made_listed_and_revoked(fjell: Kvitt) -> None:
    made = created(fjell, "--business", "fjell", "--role", "read")
    text = made.pop("key")
    assert prefix_in(text) == made["prefix"]
    assert (made["name"], made["business"], made["role"]) == ("shop", "fjell", "read")
    assert (made["last_used_at"], made["revoked_at"]) == (None, None)
    assert fjell("api-key", "list", "--json").json == [made]

    revoked = fjell("api-key", "revoke", made["prefix"], "--json")

    assert revoked.code == 0
    assert revoked.json["revoked_at"]
    assert fjell("api-key", "list", "--json").json == [revoked.json]
    assert fjell("api-key", "revoke", text, "--json").json == revoked.json


def test_keys_are_told_to_a_person(fjell: Kvitt) -> None:
    assert "no API keys yet" in fjell("api-key", "list").err
    created(fjell, "--administrator")
    made = created(fjell, "--business", "fjell")

    lines = fjell("api-key", "list").out.splitlines()
    assert lines[0].split("\t") == ["Prefix", "Name", "Business", "Role", "Made", "Last used", "Revoked"]
    assert {line.split("\t")[2] for line in lines[1:]} == {"(administrator)", "fjell"}
    assert f'"shop" ({made["prefix"]}) is revoked' in fjell("api-key", "revoke", made["prefix"]).out


@pytest.mark.parametrize(
    "arguments",
    [(), ("--administrator", "--business", "fjell"), ("--administrator", "--role", "write")],
)
def test_a_key_is_for_one_business_or_an_administrator(fjell: Kvitt, arguments: tuple[str, ...]) -> None:
    assert fjell("api-key", "create", "shop", *arguments).code == 2


def test_what_there_is_not_is_refused(kvitt: Kvitt) -> None:
    unknown = kvitt("api-key", "create", "shop", "--business", "nobody", "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "unknown_business")
    cut = "kvitt_00000000000a_secret"
    revoked = kvitt("api-key", "revoke", cut, "--json")
    assert (revoked.code, revoked.json["code"]) == (1, "unknown_api_key")
    assert "secret" not in revoked.out + kvitt("audit", "--json").out


def test_the_trail_tells_what_the_command_line_did(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1"))
    assert fjell("invoice", "send", "1", "--business", "fjell").code == 0
    assert fjell("invoice", "send", "unknown", "--business", "fjell").code == 1

    entries = fjell("audit", "--business", "fjell", "--json").json[::-1]
    assert [one["action"] for one in entries] == [
        "business.stored",
        "invoice.added",
        "invoice.sent",
        "transfer.transferred",
        "invoice.sent",
    ]
    user = pwd.getpwuid(os.getuid()).pw_name
    assert {(one["actor"]["kind"], one["actor"]["name"]) for one in entries} == {("command_line", user)}
    assert (entries[-1]["result"], entries[-1]["code"]) == ("refused", "unknown_invoice")
    of_one = fjell("audit", "--business", "fjell", "--invoice", "1", "--json").json
    assert of_one == entries[3:0:-1]
    assert "(command line)" in fjell("audit").out


def test_who_acts_through_sudo_is_named(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setenv("SUDO_USER", "maria")
    fjell.add(an_invoice("1"))

    assert fjell("audit", "--json").json[0]["actor"]["name"] == f"maria as {user}"


def test_the_trail_is_told_to_a_person_a_part_at_a_time(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1"))
    first = fjell("audit", "--limit", "1")
    number = first.out.splitlines()[1].split("\t")[0]
    assert "invoice.added" in first.out
    assert f"--before {number}" in first.err

    rest = fjell("audit", "--before", number)
    assert rest.err == ""
    [line] = rest.out.splitlines()[1:]
    assert line.split("\t")[3:] == ["business.stored", "fjell", "", "", "done"]
    since = fjell("audit", "--after", line.split("\t")[0], "--json").json
    assert [one["id"] for one in since] == [number]
    assert fjell("audit", "--after", "1", "--before", "9").code == 2
    assert "No entries match" in fjell("audit", "--since", "2999-01-01").err


@pytest.mark.parametrize("option", ["--limit", "--after", "--before"])
def test_a_number_that_no_database_takes_is_refused(kvitt: Kvitt, option: str) -> None:
    answer = kvitt("audit", option, str(2**63), "--json")
    assert (answer.code, answer.json["code"]) == (2, "usage")
    assert option in answer.json["detail"]
    assert kvitt("audit", option, str(10**18 - 1), "--json").json == []


def test_a_time_is_a_date_or_an_instant(fjell: Kvitt) -> None:
    everything = fjell("audit", "--json").json
    for since in ("2021-01-01", "2021-01-01T12:00", "2021-01-01T12:00:00Z"):
        assert fjell("audit", "--since", since, "--json").json == everything
    for wrong in ("yesterday", "0001-01-01", ""):
        answer = fjell("audit", "--since", wrong, "--json")
        assert (answer.code, json.loads(answer.out)["code"]) == (2, "usage")
    assert fjell("audit", "--invoice", "1").code == 2
    unknown = fjell("audit", "--business", "nobody", "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "unknown_business")


def test_serving_others_needs_a_key_first(kvitt: Kvitt) -> None:
    with logging_kept():
        answer = kvitt("serve", "--host", "0.0.0.0", "--port", "0", "--json")

    assert (answer.code, answer.json["code"]) == (1, "no_api_key")
    assert "kvitt api-key create" in answer.json["hint"]
