"""The page's languages: which one a reader gets, and that all it says is translated."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.page.words import LANGUAGES, language_for, words_of
from tests.messages.catalogues import compiled, written
from tests.messages.sandbox_page import OTHERS, brought_up_to_date, po_of, read

_PLACE = re.compile(r"\{\w+\}|%\(\w+\)s")


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        (None, "no", "nb"),
        (None, "nn;q=0.9, en-US;q=0.4", "nb"),
        (None, "de, en;q=0.3, nb;q=0.5", "nb"),
        (None, "nb;q=0, en;q=0.1", "en"),
        (None, "de, *;q=0.5", "en"),
        (None, ";;q=,nb;q=x", "en"),
        ("en", "nb", "en"),
        ("nb", "en", "nb"),
        ("xx", "nb", "nb"),
    ],
)
def test_a_reader_gets_the_language_they_chose_or_would_rather_have(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert language_for(chosen, accepted) == language


def test_money_and_times_are_written_as_the_language_does_and_in_norwegian_time() -> None:
    moment = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    norwegian, english = words_of("nb"), words_of("en")
    assert [one.money(Decimal("9003.75"), "NOK") for one in (norwegian, english)] == [
        "9\N{NO-BREAK SPACE}003,75\N{NO-BREAK SPACE}kr",
        "NOK\N{NO-BREAK SPACE}9,003.75",
    ]
    assert [one.entered(Decimal("-9003.5")) for one in (norwegian, english)] == ["-9003,50", "-9003.50"]
    assert [one.day(moment) for one in (norwegian, english)] == ["1. juli 2026", "1 Jul 2026"]
    assert english.clock(moment) == "00:30:00"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_page_says_now_all_of_it_translated(language: str) -> None:
    catalogue = brought_up_to_date(language)
    assert po_of(language).read_bytes() == written(catalogue), "make messages"
    assert po_of(language).with_suffix(".mo").read_bytes() == compiled(read(language)), "make messages"
    for message in catalogue:
        said, meant = ((one,) if isinstance(one, str) else tuple(one or ()) for one in (message.id, message.string))
        if any(said):
            assert all(meant), f"not translated: {message.id}"
            assert all(set(_PLACE.findall(one)) <= set(_PLACE.findall(" ".join(said))) for one in meant), message.id
            assert set(_PLACE.findall(said[-1])) == set(_PLACE.findall(meant[-1])), message.id


def test_every_language_has_a_catalogue_but_the_one_that_is_written() -> None:
    assert set(LANGUAGES) - set(OTHERS) == {"en"}
