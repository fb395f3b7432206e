from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from core.vat_code import VatCode, sale_rates, vat_code_for
from tests.fakes import norwegian_vat_codes

_FOR_SALE = {"3", "31", "32", "33", "5", "6", "51", "52"}
_ACCOUNT = norwegian_vat_codes()


def code_for(percent: str, **overrides: str) -> str:
    named = {Decimal(rate.removeprefix("at").replace("_", ".")): code for rate, code in overrides.items()}
    return vat_code_for(Decimal(percent), account=_ACCOUNT, overrides=named).code.code


@pytest.mark.parametrize(
    ("percent", "code"), [("25", "3"), ("15", "31"), ("11.11", "32"), ("12", "33"), ("0", "5"), ("25.00", "3")]
)
def test_a_rate_means_the_code_of_a_sale(percent: str, code: str) -> None:
    assert code_for(percent) == code


def test_the_order_of_the_accounts_codes_does_not_matter() -> None:
    choice = vat_code_for(Decimal(25), account=list(reversed(_ACCOUNT)), overrides={})
    assert choice.code.code == "3"


@pytest.mark.parametrize("code", ["5", "6", "51", "52"])
def test_an_override_decides_what_zero_means_and_takes_the_warning_away(code: str) -> None:
    choice = vat_code_for(Decimal("0.00"), account=_ACCOUNT, overrides={Decimal(0): code})
    assert choice.code.code == code
    assert choice.warning is None


def test_zero_without_an_override_carries_a_warning_and_other_rates_none() -> None:
    warning = vat_code_for(Decimal(0), account=_ACCOUNT, overrides={}).warning
    assert warning is not None
    assert "vat_codes" in warning
    assert vat_code_for(Decimal(25), account=_ACCOUNT, overrides={}).warning is None


def test_an_override_of_another_rate_changes_nothing() -> None:
    assert code_for("25", at0="52") == "3"


@pytest.mark.parametrize(("percent", "code"), [("25", "1"), ("25", "86"), ("0", "3"), ("12", "3"), ("0", "999")])
def test_an_override_that_is_no_code_for_a_sale_at_that_rate_is_refused(percent: str, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        vat_code_for(Decimal(percent), account=_ACCOUNT, overrides={Decimal(percent): code})
    assert refused.value.code == "vat_code_not_for_sale"
    assert f"{percent} %" in refused.value.message
    assert code in refused.value.message


def test_an_override_that_the_account_lacks_is_refused() -> None:
    account = [code for code in _ACCOUNT if code.code != "52"]
    with pytest.raises(Rejected, match="code 52"):
        vat_code_for(Decimal(0), account=account, overrides={Decimal(0): "52"})


def test_an_unknown_rate_is_refused_naming_the_rates_for_a_sale() -> None:
    with pytest.raises(Rejected) as refused:
        code_for("8")
    assert refused.value.code == "unknown_vat_rate"
    assert "8 %" in refused.value.message
    assert "It has 25 %, 15 %, 12 %, 11.11 %, 0 %." in refused.value.message


def test_an_account_without_sale_codes_says_so() -> None:
    with pytest.raises(Rejected, match="none for a sale"):
        vat_code_for(Decimal(25), account=[VatCode(code="1", percent=Decimal(25))], overrides={})


def test_a_rate_is_not_taken_from_a_code_that_has_another_rate_in_the_account() -> None:
    with pytest.raises(Rejected):
        vat_code_for(Decimal(25), account=[VatCode(code="3", percent=Decimal(24))], overrides={})


percents = st.sampled_from(["25", "15", "12", "11.11", "0", "0.00", "8", "100"]).map(Decimal)
codes = st.sampled_from(["0", "1", "3", "5", "6", "11", "14", "31", "32", "33", "51", "52", "81", "86", "91"])
accounts = st.lists(st.builds(VatCode, code=codes, percent=percents), max_size=20)


@given(percents, accounts, st.dictionaries(percents, codes, max_size=3))
def test_a_code_that_is_not_for_a_sale_is_never_chosen_nor_one_of_another_rate(
    percent: Decimal, account: list[VatCode], overrides: dict[Decimal, str]
) -> None:
    try:
        chosen = vat_code_for(percent, account=account, overrides=overrides).code
    except Rejected:
        return
    assert chosen.code in _FOR_SALE
    assert chosen.percent == percent
    assert chosen in account


def test_sale_rates_are_the_accounts_codes_for_a_sale_by_falling_rate() -> None:
    assert [code.code for code in sale_rates(_ACCOUNT)] == ["3", "31", "33", "32", "5", "51", "52", "6"]
