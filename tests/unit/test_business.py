from decimal import Decimal

import pytest
from pydantic import ValidationError

from core.business import Business, Connection, NewOrderStatus

_ACCOUNTING = {"system": "fake", "account_name": "Fjellutleie AS", "password": "open sesame"}


def test_a_business_has_the_documented_defaults() -> None:
    business = Business.model_validate({"name": "fjell", "accounting": _ACCOUNTING})
    assert (business.product_name, business.category_name) == ("Sharefox rental", "SharefoxRental")
    assert business.order_status is NewOrderStatus.DRAFT
    assert business.vat_codes == {}


def test_no_setting_of_a_connection_shows_in_a_repr_or_in_json() -> None:
    business = Business.model_validate({"name": "fjell", "accounting": _ACCOUNTING})
    for shown in (repr(business), str(business.accounting), business.model_dump_json()):
        assert "open sesame" not in shown


def test_the_plugin_reads_the_settings_in_the_clear() -> None:
    connection = Connection.of("fake", {"password": "open sesame"})
    assert (connection.system, connection.settings) == ("fake", {"password": "open sesame"})


def test_two_connections_with_the_same_settings_are_equal_and_a_new_password_is_a_change() -> None:
    assert Connection.of("fake", {"password": "a"}) == Connection.of("fake", {"password": "a"})
    assert Connection.of("fake", {"password": "a"}) != Connection.of("fake", {"password": "b"})


def test_vat_codes_are_kept_by_percent_and_written_plainly() -> None:
    business = Business.model_validate({"name": "fjell", "accounting": _ACCOUNTING, "vat_codes": {"0": "52"}})
    assert business.vat_codes == {Decimal(0): "52"}
    assert business.model_dump(mode="json")["vat_codes"] == {"0": "52"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "fjell/1"},
        {"product_name": "  "},
        {"category_name": ""},
        {"order_status": "invoiced"},
        {"vat_codes": {"zero": "52"}},
        {"colour": "red"},
        {"accounting": {"account_name": "x"}},
        {"accounting": {"system": "fake", "password": 5}},
    ],
)
def test_what_is_not_a_business_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Business.model_validate({"name": "fjell", "accounting": _ACCOUNTING, **wrong})
