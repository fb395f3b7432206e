import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import (
    Likeness,
    NumberFault,
    email_spellings,
    emails_in,
    normal_email,
    normal_name,
    normal_organization_number,
    number_likeness,
    organization_number,
    search_number,
    search_numbers,
    tidy,
    written_organization_number,
)

NORWEGIAN = [
    "817404502",
    "817 404 502",
    " 817-404-502 ",
    "NO817404502MVA",
    "no 817 404 502 mva",
    "817404502 MVA",
    "Org.nr. 817 404 502",
    "Org. nr: NO 817 404 502 MVA",
    "Organisasjonsnummer 817404502",
    "Foretaksregisteret NO 817 404 502 MVA",
    "NO 817 404 502 MVA Foretaksregisteret",
    "817 404 502 i Foretaksregisteret",
]


@pytest.mark.parametrize("spelling", NORWEGIAN)
@pytest.mark.parametrize("country", [None, "NO", "no"])
def test_a_norwegian_number_is_one_number_however_it_is_written(spelling: str, country: str | None) -> None:
    assert normal_organization_number(spelling, country=country) == "817404502"
    assert written_organization_number(spelling, country=country) == "817404502"
    assert search_number(spelling) == "817404502"


@pytest.mark.parametrize(
    ("country", "spellings"),
    [
        ("SE", ["556012-5790", "SE556012579001", "556012579001", "Org.nr 556012-5790", "Momsreg.nr SE556012-579001"]),
        ("DK", ["13585628", "DK 13 58 56 28", "CVR-nr. 13585628", "DK13585628"]),
        ("FI", ["0112038-9", "FI01120389", "FI 0112038-9", "Y-tunnus 0112038-9"]),
        ("DE", ["DE 136,695 976", "136695976", "DE136695976", "USt-IdNr. DE 136 695 976"]),
        (
            "FR",
            [
                "303 265 045",
                "FR40303265045",
                "40303265045",
                "30326504500001",
                "SIREN 303 265 045",
                "SIRET 30326504500001",
            ],
        ),
        ("CH", ["CHE-107.787.577", "CHE-107.787.577 IVA", "CHE107787577", "UID CHE-107.787.577"]),
        ("GB", ["GB 980 7806 84", "980780684"]),
        ("BE", ["BE 0428.759.497", "0428759497", "BE428759497", "428759497", "BTW BE 0428.759.497"]),
        ("PL", ["PL8567346215", "856-734-62-15", "NIP 856-734-62-15", "NIP PL8567346215"]),
        ("NL", ["NL123456782B01", "123456782B01", "BTW-nr. NL 1234.56.782.B01"]),
        ("ES", ["ES54362315K", "54362315-K", "NIF 54362315K"]),
        ("NO", ["817404502", "MVA 817 404 502", "Bedriftsnr. 817404502", "MVA-nr. NO817404502MVA"]),
    ],
)
def test_a_foreign_number_is_one_number_with_and_without_its_prefix(country: str, spellings: list[str]) -> None:
    keys = {normal_organization_number(one, country=country) for one in spellings}
    assert len(keys) == 1
    assert all(number_likeness(spellings[0], one, stated_in=country) is Likeness.SAME for one in spellings)
    listed = search_numbers(spellings[0], country=country)
    assert all(search_number(one) in listed for one in spellings), "else the record is never looked at"
    assert all(listed[0] in one for one in listed)


def test_a_word_before_a_number_is_not_written_and_two_letters_are_no_word() -> None:
    assert written_organization_number("NIP PL 856-734-62-15", country="PL") == "PL8567346215"
    assert written_organization_number("UID ATU13585627", country="AT") == "ATU13585627"
    assert written_organization_number("HRB 12345", country="DE") == "HRB12345"
    assert normal_organization_number("XX13585628", country="DK") == "XX13585628"


@pytest.mark.parametrize(
    ("number", "normal"), [("DE 123.456.789", "DE123456789"), ("US-12", "US12"), ("NO817404502", "817404502")]
)
def test_what_was_remembered_under_the_letters_and_digits_of_a_number_is_found_again(number: str, normal: str) -> None:
    assert normal_organization_number(number, country=number[:2]) == normal


@pytest.mark.parametrize(
    ("stated", "stated_in", "recorded", "recorded_in", "likeness"),
    [
        ("817404502", None, "911000008", None, Likeness.DIFFERENT),
        ("817404502", None, "817404503", None, Likeness.UNDECIDED),  # none of Norway's: its check digit is wrong
        ("817404502", None, "12345", "NO", Likeness.UNDECIDED),
        ("817404502", None, "SE556012579001", None, Likeness.DIFFERENT),
        ("SE556012579001", "SE", "XX556012579001", None, Likeness.UNDECIDED),
        ("SE556012579001", "SE", "556012-5790", None, Likeness.SAME),
        ("556012-5790", "SE", "556012-5790", "NO", Likeness.SAME),  # the country was never looked after there
        ("DE923609016", "DE", "923609016", None, Likeness.UNDECIDED),  # or the Norwegian company of that number
        ("923609016", "DE", "923609016", None, Likeness.SAME),
        ("DE136695976", "DE", "DE136695977", None, Likeness.DIFFERENT),
        ("US12-3456789", "US", "EIN 12-3456789", "US", Likeness.UNDECIDED),  # nobody knows what is around those digits
        ("DE136695976", "DE", "Nr. 136695976", "DE", Likeness.UNDECIDED),
        ("DE136695976", "DE", "CHE136695976", "CH", Likeness.DIFFERENT),
        ("13585628", "DK", "13585628", "FI", Likeness.DIFFERENT),
        ("817404502", None, None, None, None),
        (None, None, "817404502", None, None),
    ],
)
def test_two_numbers_are_one_or_not_or_nobody_can_tell(
    stated: str | None, stated_in: str | None, recorded: str | None, recorded_in: str | None, likeness: Likeness | None
) -> None:
    assert number_likeness(stated, recorded, stated_in=stated_in, recorded_in=recorded_in) is likeness


@pytest.mark.parametrize("number", [None, "", "  ", "--"])
def test_no_number_is_none(number: str | None) -> None:
    assert normal_organization_number(number) is None
    assert search_number(number) is None


def test_a_number_says_what_is_wrong_with_it() -> None:
    faults = {text: organization_number(text, country="NO") for text in ("817404502", "817404503", "81740450")}
    assert [one and one.fault for one in faults.values()] == [None, NumberFault.CHECK_DIGIT, NumberFault.SHAPE]


@given(st.text(max_size=30), st.sampled_from([None, "NO", "SE", "DE", "ZZ", "!"]))
def test_any_text_is_read_and_is_like_itself(text: str, country: str | None) -> None:
    number = normal_organization_number(text, country=country)
    assert (search_number(text) is None) == (number is None) == (search_numbers(text, country=country) == ())
    if number:
        assert number_likeness(text, text, stated_in=country, recorded_in=country) is Likeness.SAME


def test_an_email_address_is_compared_whole_without_regard_to_case_and_spaces_around() -> None:
    assert normal_email(" Kari@Fjell.NO ") == "kari@fjell.no"
    assert normal_email("kari@fjell.no") != normal_email("okari@fjell.no")
    assert normal_email("  ") is None
    assert normal_email(None) is None


def test_the_domain_of_an_address_has_one_form() -> None:
    assert normal_email("Kari@XN--BLBR-ROAH.no") == normal_email("kari@blåbær.no") == "kari@blåbær.no"
    assert normal_email(unicodedata.normalize("NFD", "kari@blåbær.no")) == "kari@blåbær.no"
    assert email_spellings("kari@BLÅBÆR.no") == ("kari@blåbær.no", "kari@xn--blbr-roah.no")
    assert email_spellings("kari@fjell.no") == ("kari@fjell.no",)


@pytest.mark.parametrize("number", ["A" * 500_000 + "1", "1" * 500_000, "NIP" * 200_000 + "8567346215", "A1" * 200_000])
def test_a_number_of_any_length_is_read_at_once(number: str) -> None:
    began = time.process_time()

    assert number_likeness(number, number, stated_in="PL", recorded_in="PL") is Likeness.SAME
    assert written_organization_number(number, country="PL")
    assert time.process_time() - began < 5


def test_two_domains_are_not_one_because_a_name_would_be() -> None:
    """Else an invoice finds another's record, and a record that holds "k@straße.de" is not found again."""
    assert normal_email("K@STRAßE.de") == "k@straße.de" != normal_email("k@strasse.de")
    assert email_spellings("k@straße.de") == ("k@straße.de", "k@xn--strae-oqa.de")
    assert normal_email("k@xn--strae-oqa.de") == "k@straße.de"
    assert normal_email("groß@x.de") != normal_email("gross@x.de")
    assert normal_email("k@FJELL\u3002no") == "k@fjell.no"


@pytest.mark.parametrize("domain", ["xn--", "xn--a-.no", "xn--\u00e5.no", "xn--99999999999.no", "xn--BL-", "x" * 5000])
def test_a_domain_that_only_looks_like_a_coded_one_stays(domain: str) -> None:
    assert normal_email(f"k@{domain}") == f"k@{domain.lower()}"
    assert email_spellings(f"k@{domain}")[0] == f"k@{domain.lower()}"


@pytest.mark.parametrize(
    "text", ["A@x.no; b@x.no", "a@x.no,b@x.no", "a@x.no b@x.no", "Kari <a@x.no>; Per <b@x.no>;", "a@x.no;b@x.no;A@x.no"]
)
def test_a_field_may_hold_several_addresses(text: str) -> None:
    assert emails_in([text, None, "", "ring først"]) == ("a@x.no", "b@x.no")


@given(st.emails(), st.sampled_from(["Åse  Grønås", "STRASSE & Söhne", " a\u030ase "]))
def test_normalizing_again_changes_nothing(email: str, name: str) -> None:
    assert normal_email(normal_email(email)) == normal_email(email)
    assert normal_name(normal_name(name)) == normal_name(name)


def test_a_name_is_one_name_in_every_form_of_unicode() -> None:
    assert normal_name(unicodedata.normalize("NFD", "Åse  GRØNÅS")) == normal_name("åse grønås")


def test_tidy_folds_white_space() -> None:
    assert tidy(" a \n b\u00a0c ") == "a b c"
