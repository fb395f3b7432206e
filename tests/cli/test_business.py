import json
import re

from entrypoints.demo.world import demo_business
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_PASSWORD
from tests.cli.conftest import Kvitt, an_invoice


def test_adding_shows_the_business_without_its_secrets_and_calls_nobody(kvitt: Kvitt, office: Sandbox) -> None:
    file = kvitt.file("fjell.json", demo_business())

    as_json = kvitt("business", "add", "fjell", "--file", file, "--json")
    plain = kvitt("business", "add", "fjell", "--file", file)

    assert as_json.code == plain.code == 0
    assert as_json.json["name"] == "fjell"
    assert as_json.json["accounting"]["account_name"] == DEMO_ACCOUNT
    assert DEMO_PASSWORD not in as_json.out + as_json.err + plain.out + plain.err
    assert office.journal.calls() == []


def test_the_name_may_be_left_to_the_command_line_and_the_file_to_standard_input(kvitt: Kvitt) -> None:
    document = demo_business()
    del document["name"]

    answer = kvitt("business", "add", "fjell", "--file", "-", "--json", stdin=json.dumps(document).encode())

    assert (answer.code, answer.json["name"]) == (0, "fjell")


def test_a_file_about_another_business_is_refused(kvitt: Kvitt) -> None:
    answer = kvitt("business", "add", "skog", "--file", kvitt.file("fjell.json", demo_business()), "--json")

    assert (answer.code, answer.json["code"]) == (1, "name_differs")


def test_what_is_not_a_business_is_refused_without_showing_what_it_holds(kvitt: Kvitt) -> None:
    broken = '{"accounting": {"system": "24sevenoffice", "password": "hunter2",}}'
    unknown = json.dumps({**demo_business(), "colour": "hunter2"})
    for content in (broken, unknown, "[]"):
        answer = kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", content), "--json")

        assert answer.code == 1
        assert answer.json["detail"]
        assert "hunter2" not in answer.out + answer.err


def test_listing_and_showing(kvitt: Kvitt) -> None:
    assert kvitt("business", "list", "--json").json == []
    assert kvitt("business", "list").out == ""
    for name in ("skog", "fjell"):
        file = kvitt.file("business.json", {**demo_business(), "name": name})
        kvitt("business", "add", name, "--file", file)

    listed = kvitt("business", "list", "--json")
    table = kvitt("business", "list")
    shown = kvitt("business", "show", "fjell", "--json")
    plain = kvitt("business", "show", "fjell")

    assert [one["name"] for one in listed.json] == ["fjell", "skog"]
    assert table.out.splitlines()[1].split("\t")[:3] == ["fjell", "24sevenoffice", DEMO_ACCOUNT]
    assert shown.json == listed.json[0]
    assert f"Account name: {DEMO_ACCOUNT}" in plain.out
    for answer in (listed, table, shown, plain):
        assert DEMO_PASSWORD not in answer.out + answer.err


def test_an_unknown_business_is_exit_1(kvitt: Kvitt) -> None:
    file = kvitt.file("one.json", an_invoice())
    for command in (
        ["business", "show", "nobody"],
        ["business", "verify", "nobody"],
        ["invoice", "add", str(file), "--business", "nobody"],
        ["invoice", "list", "--business", "nobody"],
        ["invoice", "show", "1", "--business", "nobody"],
        ["invoice", "preview", "1", "--business", "nobody"],
        ["invoice", "send", "1", "--business", "nobody"],
        ["invoice", "send", "--all", "--business", "nobody"],
        ["invoice", "status", "1", "--business", "nobody"],
        ["invoice", "status", "--all", "--business", "nobody"],
        ["customer", "link", "1", "2", "--business", "nobody"],
        ["transfer", "list", "--business", "nobody"],
    ):
        as_json, plain = kvitt(*command, "--json"), kvitt(*command)

        assert (as_json.code, as_json.json["code"]) == (1, "unknown_business"), command
        assert (plain.code, plain.out) == (1, ""), command
        assert 'There is no business "nobody".' in plain.err


def test_verifying_tells_what_was_found(fjell: Kvitt) -> None:
    as_json, plain = fjell("business", "verify", "fjell", "--json"), fjell("business", "verify", "fjell")

    assert as_json.code == plain.code == 0
    assert as_json.json["ok"] is True
    assert as_json.json["account"]["name"] == DEMO_ACCOUNT
    assert "Invoices can be sent." in plain.out


def test_verifying_tells_how_many_calls_are_left(fjell: Kvitt, office: Sandbox) -> None:
    as_json = fjell("business", "verify", "fjell", "--json").json["calls"]
    plain = fjell("business", "verify", "fjell").out

    assert (as_json["limit"], as_json["used"] + as_json["left"]) == (7200, 7200)
    assert re.search(r"^  Calls left this hour: 7,1\d\d of 7,200 \(until \d\d:00 UTC\)$", plain, re.MULTILINE)


def test_a_right_that_is_missing_is_exit_4(fjell: Kvitt, office: Sandbox) -> None:
    office.account(DEMO_ACCOUNT).invoicing_package = False

    as_json, plain = fjell("business", "verify", "fjell", "--json"), fjell("business", "verify", "fjell")

    assert as_json.code == plain.code == 4
    assert as_json.json["ok"] is False
    assert "REFUSED" in plain.out


def test_a_wrong_password_is_exit_4_and_not_shown(kvitt: Kvitt) -> None:
    document = demo_business()
    document["accounting"]["password"] = "hunter2-wrong"
    kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", document))

    as_json, plain = kvitt("business", "verify", "fjell", "--json"), kvitt("business", "verify", "fjell")

    assert as_json.code == plain.code == 4
    assert as_json.json["type"].startswith("urn:kvitt:problem:")
    assert plain.out == ""
    assert "hunter2" not in as_json.out + as_json.err + plain.err
