"""What the core says is read in the console as its language writes it: decimals with a comma in Norwegian."""

import pytest

from entrypoints.console.rendering import environment
from entrypoints.console.wording import said, said_document
from entrypoints.language.at_hand import Language, speaking

TOTAL = "The accounting system's total with VAT is 1562.50 NOK; the invoice says 1500.00 NOK."


def test_amounts_have_their_comma_in_norwegian_and_their_point_in_english() -> None:
    with speaking(Language.ENGLISH):
        assert said(TOTAL) == TOTAL
    with speaking(Language.NORWEGIAN):
        assert "1562,50 NOK" in said(TOTAL)
        assert "1500,00 NOK" in said(TOTAL)


def test_percentages_have_it_too() -> None:
    with speaking(Language.NORWEGIAN):
        assert "11,11 %" in said("The account has no VAT code for a sale at 11.11 %. It has 25, 15, 12 and 0 %.")
        assert said("at 7.5 % VAT") == "at 7,5 % VAT"


def test_the_faults_of_a_problem_have_it() -> None:
    fault = {"field": "rows", "message": TOTAL}
    with speaking(Language.NORWEGIAN):
        document = said_document({"detail": TOTAL, "faults": [fault]})
    assert "1562,50 NOK" in document["detail"]
    assert "1562,50 NOK" in document["faults"][0]["message"]


def test_the_table_to_fill_in_is_named_as_the_page_names_it() -> None:
    assert said("Write one with kvitt invoice template.") == "Write one with “CSV template”."


@pytest.mark.parametrize(
    "text",
    [
        "Version 2.72.00 of the API",
        "It listens on 127.0.0.1 and at 10.20.30.40.",
        'The row "Rabatt 10.50 NOK" is too long.',
        'Write it like "1234,50" or "1234.50"',
        "Set vat_codes.25 to 3",
        "File kvitt-1.00.zip",
        "Sent at 2026-11-29 21:09:12 UTC.",
    ],
)
def test_what_is_no_amount_stays_as_it_is(text: str) -> None:
    with speaking(Language.NORWEGIAN):
        assert said(text) == text


def test_a_template_s_texts_are_in_the_language_for_which_it_is_compiled() -> None:
    told = """<b title="{{ _('Name') }}">{{ _("Discount, %%") }} {{ name or _("Everything") }}</b>"""
    norwegian = environment(Language.NORWEGIAN).from_string(told)
    english = environment(Language.ENGLISH).from_string(told)
    assert english.render(name="") == '<b title="Name">Discount, % Everything</b>'
    assert norwegian.render(name="<i>") == '<b title="Navn">Rabatt, % &lt;i&gt;</b>'


def test_what_is_filled_in_to_a_text_is_escaped() -> None:
    template = environment(Language.NORWEGIAN).from_string("""{{ _("%(business)s is connected", business=name) }}""")
    with speaking(Language.NORWEGIAN):
        assert template.render(name="<i>") == "&lt;i&gt; er koblet til"
