"""A finished sentence is known again by its template, and what came from outside stays as it is."""

import pytest

from entrypoints.language.at_hand import Language, language_for, speaking, translated, translated_document
from entrypoints.language.catalogue import Catalogue

CATALOGUE = Catalogue(
    {
        "There is no invoice {number}.": "Det finnes ingen faktura {number}.",
        "There is no invoice {number} of {business}.": "{business} har ingen faktura {number}.",
        "Invoice {number} can't be sent. {named}.": "Faktura {number} kan ikke sendes. {named}.",
        "is missing": "mangler",
        "is longer than {most} signs": "er lengre enn {most} tegn",
        "Try again.": "Prøv igjen.",
        "waiting": "venter",
        "Looking for the customer": "Søker etter kunden",
        "nothing found": "ingen funnet",
        "{percent} % (code {code})": "{percent} % (kode {code})",
        "Rates: {rates}": "Satser: {rates}",
        "Error: {message}": "Feil: {message}",
        "Invoice {number}: {step}": "Faktura {number}: {step}",
        "Creating the {kind}": "Oppretter {kind}",
        "customer": "kunde",
        "Invalid value for {name}: {message}": "Ugyldig verdi for {name}: {message}",
        "choose one of {invoice_states}.": "velg blant {invoice_states}.",
        "{count} invoices": "{count} fakturaer",
        "Calls left: {left} of {limit}": "Kall igjen: {left} av {limit}",
        "row {row}": "rad {row}",
        "This is not {what}. {named}.": "Dette er ikke {what}. {named}.",
        "what to credit": "hva som krediteres",
        "row {row}, column {shown} ({cell})": "rad {row}, kolonne {shown} ({cell})",
        "is not a number; write it like 1234,50": "er ikke et tall; skriv det som 1234,50",
        "{failed} failed (such as invoice {number}: {message}).": "{failed} feilet (som faktura {number}: {message}).",
        "its transfer is {state}": "overføringen er {state}",
        "{records} customers match, and Kvitt picked none: {named}.": "{records} kunder passer, Kvitt valgte: {named}.",
        "{id} {name} (no organization number)": "{id} {name} (uten organisasjonsnummer)",
        "{count} for {code} (such as invoice {invoice}: {message})": "{count} av {code} (som {invoice}: {message})",
        "Write {{number}} there.": "Skriv {{number}} der.",
    }
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("There is no invoice 7.", "Det finnes ingen faktura 7."),
        ("There is no invoice 7 of fjell.", "fjell har ingen faktura 7."),
        (
            "Invoice 7 can't be sent. name: is missing; rows[0].text: is longer than 50 signs.",
            "Faktura 7 kan ikke sendes. name: mangler; rows[0].text: er lengre enn 50 tegn.",
        ),
        ("There is no invoice 7. Try again.", "Det finnes ingen faktura 7. Prøv igjen."),
        ("  Try again.", "  Prøv igjen."),
        ("its transfer is waiting", "overføringen er venter"),
        ("Write {number} there.", "Skriv {number} der."),
        (
            "  12:27:57 UTC  Looking for the customer: nothing found. (2.4 s)",
            "  12:27:57 UTC  Søker etter kunden: ingen funnet. (2.4 s)",
        ),
        ("Rates: 25 % (code 3), 0 % (code 5), 0 % (code 6)", "Satser: 25 % (kode 3), 0 % (kode 5), 0 % (kode 6)"),
        ("1,200 invoices", "1\u00a0200 fakturaer"),
        (
            "2 failed (such as invoice 7: There is no invoice 7).",
            "2 feilet (som faktura 7: Det finnes ingen faktura 7).",
        ),
        (
            "1 for x (such as invoice 7: 2 customers match, and Kvitt picked none: 5 A (no organization number); "
            "6 B (no organization number)); 1 for y (such as invoice 8: Try again).",
            "1 av x (som 7: 2 kunder passer, Kvitt valgte: 5 A (uten organisasjonsnummer); "
            "6 B (uten organisasjonsnummer)); 1 av y (som 8: Prøv igjen).",
        ),
        ("This is not what to credit. rows: is missing.", "Dette er ikke hva som krediteres. rows: mangler."),
        ("row 1, customer: is missing", "rad 1, customer: mangler"),
        ("row 1, column customer (A1)", "rad 1, kolonne customer (A1)"),
        ("Calls left: 7,142 of 7,200", "Kall igjen: 7\u00a0142 av 7\u00a0200"),
        ("There is no invoice 7,142.", "Det finnes ingen faktura 7,142."),
        (
            "row 3, column Antall (F3): is not a number; write it like 1234,50.",
            "rad 3, kolonne Antall (F3): er ikke et tall; skriv det som 1234,50.",
        ),
        ("Creating the customer: 20001. (0.1 s)", "Oppretter kunde: 20001. (0.1 s)"),
        ("Invoice 7: Creating the customer: 20001. (0.1 s)", "Faktura 7: Oppretter kunde: 20001. (0.1 s)"),
        (
            "Error: Invalid value for --state: choose one of unsent, waiting.",
            "Feil: Ugyldig verdi for --state: velg blant unsent, waiting.",
        ),
        (
            "Invoice 7 can't be sent. waiting: is missing; name: is missing.",
            "Faktura 7 kan ikke sendes. waiting: mangler; name: mangler.",
        ),
        ("Feil 17: Kunden er sperret. Try again.", "Feil 17: Kunden er sperret. Prøv igjen."),
    ],
)
def test_a_sentence_is_known_again(said: str, meant: str) -> None:
    assert CATALOGUE.translated(said) == meant


@pytest.mark.parametrize(
    "said", ["", " ", "Tractor (2026-05-28 – 2026-05-30)", "Is Missing Ltd.", "a. b. c; d: e", "Two invoices"]
)
def test_what_is_not_kvitts_stays_as_it_is(said: str) -> None:
    assert CATALOGUE.translated(said) == said


def test_english_is_given_back_as_it_is() -> None:
    document = {"detail": "Try again."}

    assert translated("Correct the input and try again.") == "Correct the input and try again."
    assert translated_document(document) is document


def test_of_a_document_only_sentences_are_translated() -> None:
    hint = "Correct the input and try again."
    document = {"code": hint, "hint": hint, "warnings": [hint], "steps": [{"text": hint}], "rows": [{"text": hint}]}

    with speaking(Language.NORWEGIAN):
        said = translated_document(document)

    norwegian = "Rett opp det du ga inn, og prøv igjen."
    assert said == {
        "code": hint,
        "hint": norwegian,
        "warnings": [norwegian],
        "steps": [{"text": norwegian}],
        "rows": [{"text": hint}],
    }


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nb", "nb"),
        ("nb-NO, en;q=0.8", "nb"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("en-GB, nb;q=0.9", "en"),
        ("nb;q=0.1, en;q=0.2", "en"),
        ("sv, nb;q=0.5", "nb"),
        ("nb;q=0", "en"),
        ("sv", "en"),
        ("*", "en"),
        ("nb;q=much", "en"),
        (";;,,", "en"),
    ],
)
def test_a_reader_gets_what_suits_best(accepted: str, language: str) -> None:
    assert language_for(accepted, otherwise=Language.ENGLISH) == language
