from collections.abc import Iterator

import pytest

from tests.adapters.notices.smtp_sink import SmtpSink, smtp_sink
from tests.cli.conftest import Kvitt

SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


def mailto(sink: SmtpSink) -> str:
    return f"mailto://127.0.0.1:{sink.port}?from=kvitt@fjell.example&to=kari@fjell.example"


def test_a_try_out_goes_to_whoever_the_operator_names(
    fjell: Kvitt, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_NOTIFY", mailto(sink))

    told, as_json = fjell("notify", "test"), fjell("notify", "test", "--json")

    assert (told.code, told.out) == (0, "e-mail: sent\n")
    assert as_json.json == [{"service": "e-mail", "sent": True, "code": None, "message": None}]
    assert [mail.message["Subject"] for mail in sink.mails] == ["Kvitt: a try-out", "Kvitt: a try-out"]


def test_a_try_out_is_in_the_language_of_the_messages(
    fjell: Kvitt, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_NOTIFY", mailto(sink))
    monkeypatch.setenv("KVITT_LANGUAGE", "nb")

    assert fjell("notify", "test").out == "e-post: sendt\n"

    assert sink.mails[0].message["Subject"] == "Kvitt: en prøve"
    assert "alle virksomheter" in sink.mails[0].text


def test_who_does_not_take_it_is_told_by_the_service_and_is_exit_3(
    fjell: Kvitt, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.refuses = True
    monkeypatch.setenv("KVITT_NOTIFY", f"{mailto(sink)}\nodd://{SECRET}")

    answer = fjell("notify", "test")

    assert answer.code == 3
    assert answer.out.splitlines() == [
        "e-mail: e-mail could not be reached, or did not take the message.",
        "another service: Nothing can be sent to this address of another service: it can't be read: "
        "something is missing in it, or is not of its form.",
    ]


def test_nobody_to_tell_is_refused(fjell: Kvitt) -> None:
    for arguments in ((), ("--business", "fjell")):
        answer = fjell("notify", "test", *arguments, "--json")
        assert (answer.code, answer.json["code"]) == (1, "nobody_to_tell")
    assert fjell("notify", "test", "--business", "nobody", "--json").json["code"] == "unknown_business"


def test_a_business_s_addresses_are_read_from_a_file_and_shown_by_name(fjell: Kvitt) -> None:
    file = fjell.file("addresses", f"{SLACK}\nmailtos://ola:hunter2@mail.fjell.no\n")

    on_the_line = fjell("business", "set", "fjell", f"notify={SLACK}")
    stored = fjell("business", "set", "fjell", "--from-file", f"notify={file}")

    assert on_the_line.code == 2
    assert stored.code == 0, stored
    assert "notify: changed" in stored.out
    assert fjell("business", "show", "fjell", "--json").json["notify"] == ["Slack", "e-mail"]
    assert "People are told by: Slack, e-mail" in fjell("business", "show", "fjell").out
    removed = fjell("business", "set", "fjell", "notify=", "--json")
    assert removed.json["notify"] == []


def test_an_address_that_businesses_may_not_name_is_refused_by_its_place(fjell: Kvitt) -> None:
    file = fjell.file("addresses", f"{SLACK} json://10.0.0.1/{SECRET}")

    answer = fjell("business", "set", "fjell", "--from-file", f"notify={file}")

    assert answer.code == 1
    assert "notify 2: is of a service that is not for businesses" in answer.err
    assert SECRET not in answer.err
