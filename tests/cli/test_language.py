"""The command line in Norwegian: sentences are, while names, codes and fields are the same in every language."""

import pytest

from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]


@pytest.fixture
def norsk(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> Kvitt:
    monkeypatch.setenv("KVITT_LANGUAGE", "nb")
    return fjell


def test_an_invoice_is_sent_and_asked_about(norsk: Kvitt, books: Books) -> None:
    norsk.add(an_invoice())

    sent = norsk("invoice", "send", "1001-1", *FJELL)
    asked = norsk("invoice", "status", "1001-1", *FJELL)
    story = norsk("transfer", "show", norsk("transfer", "list", "--json").json[0]["id"])

    assert sent.out.startswith("Faktura 1001-1: overført som ordre ")
    assert "ikke betalt: ordren er ikke publisert som faktura ennå" in asked.out
    assert "Steg for steg:" in story.out
    assert "Forsøk 1 begynte." in story.out
    assert "Leser mva-kodene: " in story.out
    assert "Oppretter ordren: ordre " in story.out


def test_a_rejection_is_stored_in_english_and_read_in_norwegian(
    fjell: Kvitt, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {**an_invoice()["rows"][0], "vat_percent": "13"}
    fjell.add(an_invoice(rows=[row]))
    rejected = fjell("invoice", "send", "1001-1", *FJELL, "--json")
    shown = fjell("transfer", "show", rejected.json["id"], "--json")

    monkeypatch.setenv("KVITT_LANGUAGE", "nb")
    norwegian = fjell("transfer", "show", rejected.json["id"], "--json")
    text = fjell("transfer", "show", rejected.json["id"])

    assert shown.json["error"]["message"].startswith("The account has no VAT code for a sale at 13 %.")
    assert norwegian.json["error"]["message"].startswith("Regnskapet har ingen mva-kode for salg med 13 %.")
    assert norwegian.json["error"]["code"] == shown.json["error"]["code"] == "unknown_vat_rate"
    assert norwegian.json["steps"][0]["text"] == "Forsøk 1 begynte."
    assert "Hva du gjør: Rett radens mva-prosent" in text.out
    assert "avvist" in text.out


def test_a_preview_is_norwegian(norsk: Kvitt) -> None:
    norsk.add(an_invoice())

    assert norsk("invoice", "preview", "1001-1", *FJELL).out.startswith("Faktura 1001-1: dette ville en sending gjøre")


def test_help_and_usage_are_norwegian(norsk: Kvitt) -> None:
    whole, of_send, wrong = norsk("--help"), norsk("invoice", "send", "--help"), norsk("invoice", "show")

    assert whole.out.startswith("Bruk: kvitt ")
    assert "Kommandoer:" in whole.out
    assert "Send fakturaer; sendt to ganger blir det fortsatt én ordre." in of_send.out
    assert "Vis denne hjelpen og avslutt." in of_send.out
    assert (wrong.code, "Feil: Mangler argumentet 'NUMBER'." in wrong.err) == (2, True)


def test_headings_are_norwegian_and_what_came_from_outside_is_not_touched(norsk: Kvitt) -> None:
    norsk.add(an_invoice(customer={"name": "Waiting", "email": "signe@prove.example"}))

    listed = norsk("invoice", "list", *FJELL)

    assert "Kunde" in listed.out.splitlines()[0]
    assert "Waiting" in listed.out


def test_a_language_that_kvitt_does_not_speak_is_named(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_LANGUAGE", "sv")

    refused = fjell("business", "list")

    assert refused.code == 1
    assert "KVITT_LANGUAGE: choose one of en, nb." in refused.err


def test_what_is_wrong_with_an_input_is_told_in_norwegian_all_of_it(norsk: Kvitt) -> None:
    listed = norsk.file("many.json", [7])
    added = norsk("invoice", "add", listed, *FJELL)
    unknown = norsk("business", "set", "fjell", "nonsense=1")
    norsk.add(an_invoice())
    norsk("invoice", "send", "1001-1", *FJELL)
    cancelled = norsk("transfer", "cancel", "1001-1", *FJELL)

    assert "many.json, element 1: Dette er ikke en faktura. Det er ikke et objekt med felt." in added.err
    assert "Feil: Ugyldig verdi: Det finnes ingen innstilling «nonsense». Disse finnes: product_name" in unknown.err
    assert "Transfer" not in cancelled.err
