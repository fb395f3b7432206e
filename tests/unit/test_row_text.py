from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoice import Period
from core.order_draft import ELLIPSIS, row_text
from tests.unit.samples import a_row

_PERIOD = Period(start=date(2021, 1, 10), end=date(2021, 1, 12))
_PERIOD_TEXT = " (2021-01-10 – 2021-01-12)"
_SHORTEST_LIMIT = len(_PERIOD_TEXT) + len(ELLIPSIS)

products = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400)
limits = st.integers(min_value=_SHORTEST_LIMIT, max_value=350)


def test_a_row_says_its_product_and_its_period() -> None:
    assert row_text(a_row(), longest=300) == "Tractor (2021-01-10 – 2021-01-12)"


def test_a_row_without_a_period_says_just_the_product() -> None:
    assert row_text(a_row(period=None), longest=300) == "Tractor"


def test_line_breaks_and_runs_of_spaces_become_one_space() -> None:
    assert row_text(a_row(product="  Big\n\n red\tTractor ", period=None), longest=300) == "Big red Tractor"


@pytest.mark.parametrize("start", [date(1, 1, 1), date(999, 12, 31), date(9999, 12, 31)])
def test_every_year_has_four_digits(start: date) -> None:
    text = row_text(a_row(period=Period(start=start, end=start)), longest=300)
    assert len(text) == len("Tractor") + len(_PERIOD_TEXT)


@given(products, limits, st.booleans())
def test_a_text_is_never_longer_than_the_limit(product: str, longest: int, has_period: bool) -> None:
    text = row_text(a_row(product=product, period=_PERIOD if has_period else None), longest=longest)
    assert len(text) <= longest


@given(products, limits)
def test_the_period_is_always_kept(product: str, longest: int) -> None:
    assert row_text(a_row(product=product, period=_PERIOD), longest=longest).endswith(_PERIOD_TEXT)


@given(products, limits, st.booleans())
def test_a_product_that_fits_stays_whole_and_one_that_does_not_ends_in_an_ellipsis(
    product: str, longest: int, has_period: bool
) -> None:
    period = _PERIOD_TEXT if has_period else ""
    tidied = " ".join(product.split())
    text = row_text(a_row(product=product, period=_PERIOD if has_period else None), longest=longest)
    kept = text.removesuffix(period)
    if len(tidied) + len(period) <= longest:
        assert kept == tidied
    else:
        assert kept.endswith(ELLIPSIS)
        assert tidied.startswith(kept.removesuffix(ELLIPSIS))


def test_a_text_of_exactly_the_limit_is_not_shortened_and_one_more_is() -> None:
    fits = "x" * (300 - len(_PERIOD_TEXT))
    assert row_text(a_row(product=fits), longest=300) == fits + _PERIOD_TEXT
    assert row_text(a_row(product=fits + "y"), longest=300) == fits[:-1] + ELLIPSIS + _PERIOD_TEXT


def test_no_space_is_left_before_the_ellipsis() -> None:
    assert row_text(a_row(product="Big red Tractor", period=None), longest=9) == "Big red…"
