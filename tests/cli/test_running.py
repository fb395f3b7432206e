import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from entrypoints.demo.world import demo_business, demo_rest_business, demo_tripletex_business
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.records import Order, Row
from tests.cli.conftest import Kvitt, an_invoice


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the `kvitt` script until the block ends, then tell it to end and see it end well."""
    script = Path(sys.executable).with_name("kvitt")
    process = subprocess.Popen(
        [str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KVITT_HOME": str(home)},
    )
    with process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()


def test_the_sandbox_tells_how_to_reach_it(tmp_path: Path, kvitt: Kvitt) -> None:
    with running(tmp_path, "sandbox", "--port", "0", "--json") as process:
        assert process.stdout is not None
        printed = ""
        while not printed.endswith("\n}\n"):
            printed += process.stdout.readline()
        told = json.loads(printed)

        assert told["business"] == demo_business()
        assert told["rest_business"] == demo_rest_business("100000000002")
        assert told["rest_url"] == f"{told['url']}/v1"
        assert told["tripletex_business"] == demo_tripletex_business()
        assert told["tripletex_url"] == f"{told['url']}/tripletex/v2"
        with urllib.request.urlopen(told["control_url"]) as page:
            assert "sandbox" in page.read().decode()


def test_the_sandbox_connects_a_business_to_the_system_that_is_named(tmp_path: Path, kvitt: Kvitt) -> None:
    with running(tmp_path, "sandbox", "--port", "0", "--connect", "utleie", "--system", "tripletex") as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(3)]

    assert "Business utleie is connected to it" in told[2]
    settings = (tmp_path / "kvitt.toml").read_text(encoding="utf-8")
    assert settings.startswith('tripletex_url = "http://127.0.0.1:')
    assert "tfso" not in settings


def test_a_system_goes_with_a_business_to_connect(kvitt: Kvitt) -> None:
    assert kvitt("sandbox", "--system", "tripletex").code == 2


def test_the_sandbox_tells_it_to_a_person_too(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(8)]

        assert lines[0].startswith("The sandbox listens on http://127.0.0.1:")
        assert "/control" in lines[1]
        assert [line.split("=")[0].strip() for line in lines[3:7]] == [
            "export KVITT_TFSO_API_URL",
            "export KVITT_TFSO_REST_URL",
            "export KVITT_TFSO_LOGIN_URL",
            "export KVITT_TRIPLETEX_URL",
        ]


def test_a_lively_sandbox_publishes_and_pays_what_is_sent_to_it(
    tmp_path: Path, kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over both APIs of 24SevenOffice, which share the books, and at Tripletex, in books of its own."""
    with running(tmp_path, "sandbox", "--port", "0", "--lively", "--pace", "0.02", "--seed", "17", "--json") as process:
        assert process.stdout is not None
        announced = ""
        while not announced.endswith("\n}\n"):
            announced += process.stdout.readline()
        told = json.loads(announced)
        for variable, address in (("API", "url"), ("REST", "rest_url"), ("LOGIN", "url")):
            monkeypatch.setenv(f"KVITT_TFSO_{variable}_URL", told[address])
        monkeypatch.setenv("KVITT_TRIPLETEX_URL", told["tripletex_url"])
        for business in (
            told["business"],
            {**told["rest_business"], "name": "over-rest"},
            {**told["tripletex_business"], "name": "in-tripletex"},
        ):
            name, number = business["name"], f"L-{business['name']}"
            kvitt("business", "add", name, "--file", kvitt.file("business.json", business))
            kvitt("invoice", "add", kvitt.file("invoice.json", an_invoice(number)), "--business", name)
            assert kvitt("invoice", "send", number, "--business", name).code == 0
            acts = [json.loads(process.stdout.readline()) for _ in range(2)]
            assert [(act["act"], act["reference"]) for act in acts] == [("publish", number), ("pay", number)]
            assert acts[1]["amount"] == "1500.00"
            status = kvitt("invoice", "status", number, "--business", name, "--json").json
            assert (status["reason"], status["invoice_number"]) == ("paid", acts[1]["invoice_number"])


def test_a_script_is_told_to_a_person_in_their_language(
    tmp_path: Path, kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_LANGUAGE", "nb")
    lines = ["publish 7", "part 7", "pay 7", "take_back 7", "pay 7", "pay 7", "credit 7", "delete 7"]
    script = kvitt.file("script.txt", "\n".join(lines))
    books = tmp_path / "books.json"
    office = Sandbox.demo()
    row = Row(id=0, name="Traktor", quantity=Decimal(1), price=Decimal(100), vat_rate=Decimal(25))
    office.account(DEMO_ACCOUNT).books.keep_order(Order(id=0, customer_id=1, reference="7", rows=[row]))
    office.keep_in(books)
    with running(
        tmp_path, "sandbox", "--port", "0", "--keep", str(books), "--script", str(script), "--pace", "0.02"
    ) as process:
        assert process.stdout is not None
        told = list(islice((line.rstrip() for line in process.stdout if "(7)" in line), len(lines)))
    assert told == [
        "Ordre 24001 (7) ble publisert som faktura 520001.",
        "Faktura 520001 (7) ble delvis betalt: 62.50 NOK av 125.00.",
        "Faktura 520001 (7) ble betalt: 62.50 NOK.",
        "Betalingen av faktura 520001 (7) ble trukket tilbake: 125.00 NOK.",
        "Faktura 520001 (7) ble betalt: 125.00 NOK.",
        "Ordre 24001 (7) ble stående som den er: Linje 6 i manuset er ikke mulig nå.",
        "Faktura 520001 (7) ble kreditert med faktura 520002: 125.00 NOK.",
        "Ordre 24001 (7) ble slettet.",
    ]


@pytest.mark.parametrize(
    ("script", "said"), [("sell 7", "Line 1 of"), (b"\xff", "is no text"), (None, "can't be read")]
)
def test_what_is_no_script_is_refused(kvitt: Kvitt, tmp_path: Path, script: str | bytes | None, said: str) -> None:
    file = tmp_path / "missing" if script is None else kvitt.file("script.txt", script)
    answer = kvitt("sandbox", "--port", "0", "--script", file, "--json")
    assert (answer.code, answer.json["code"]) == (1, "unreadable_file")
    assert said in answer.json["detail"]


def test_a_pace_or_a_seed_without_liveliness_is_a_mistake(kvitt: Kvitt) -> None:
    for option in ("--pace", "--seed"):
        assert kvitt("sandbox", "--port", "0", option, "1").code == 2


def test_a_port_that_is_taken_is_refused(kvitt: Kvitt, office: Sandbox) -> None:
    port = office.url.rpartition(":")[2]

    answer = kvitt("sandbox", "--port", port, "--json")

    assert (answer.code, answer.json["code"]) == (1, "port_unavailable")


def test_serving_answers_until_it_is_told_to_end(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        told = json.loads("".join(process.stdout.readline() for _ in range(3)))

        with urllib.request.urlopen(f"{told['url']}/health/live") as answer:
            assert answer.status == 200
