from decimal import Decimal

import pytest

from core.currency import Currency, account_currency
from core.errors import Rejected

_EURO = Currency(code="EUR", rate=Decimal("11.50"))
_YEN = Currency(code="JPY", rate=Decimal("7.10"), unit=100)


def test_a_currency_of_the_account_is_found_with_its_rate_and_unit() -> None:
    assert account_currency("JPY", account=[_EURO, _YEN]) == _YEN


def test_a_currency_that_is_not_there_is_refused_naming_those_that_are() -> None:
    with pytest.raises(Rejected) as refused:
        account_currency("USD", account=[_YEN, _EURO])
    assert refused.value.code == "unknown_currency"
    assert "It has EUR, JPY." in refused.value.message


def test_an_account_without_currencies_has_none() -> None:
    with pytest.raises(Rejected, match="It has none"):
        account_currency("EUR", account=[])
