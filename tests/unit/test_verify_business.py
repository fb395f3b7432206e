from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.call_budget import CallBudget
from core.errors import AccessRefused, NotFound
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def test_verifying_reports_the_account_and_writes_nothing(gateway: Gateway) -> None:
    product = gateway.books.add_product("Sharefox rental")
    gateway.books.add_product("Sharefox rental, long")
    found = gateway.verify_business.verify("fjell")
    assert found.ok
    assert found.account.name == "Fjellutleie AS"
    assert (found.product.name, found.product.id) == ("Sharefox rental", product.id)
    assert found.category.id is not None
    assert [code.code for code in found.vat_rates] == ["3", "31", "33", "32", "5", "51", "52", "6"]
    assert gateway.system.calls
    assert gateway.system.writes == []


def test_the_calls_that_are_left_are_told_where_the_system_counts_them(gateway: Gateway) -> None:
    assert gateway.verify_business.verify("fjell").calls is None
    gateway.system.call_budget = CallBudget(limit=7200, used=12, resets_at=datetime(2026, 11, 23, 15, tzinfo=UTC))
    found = gateway.verify_business.verify("fjell")
    assert found.calls == gateway.system.call_budget
    gateway.system.missing_rights = ["orders"]
    assert gateway.verify_business.verify("fjell").calls == gateway.system.call_budget


def test_a_product_and_category_that_will_be_created_have_no_id(gateway: Gateway) -> None:
    found = gateway.verify_business.verify("fjell")
    assert found.ok
    assert (found.product.id, found.category.id) == (None, None)
    assert gateway.books.products == {}


def test_a_missing_right_is_named_and_nothing_is_asked_beyond_it(gateway: Gateway) -> None:
    gateway.system.missing_rights = ["orders"]
    found = gateway.verify_business.verify("fjell")
    assert not found.ok
    assert [right.name for right in found.rights if not right.allowed] == ["orders"]
    assert gateway.system.calls == ["account", "rights"]


def test_an_override_that_is_not_for_a_sale_is_warned_of(gateway: Gateway) -> None:
    stored = gateway.look_up.business("fjell")
    gateway.connect_business.store(stored.model_copy(update={"vat_codes": {Decimal(0): "86", Decimal(25): "3"}}))
    (warning,) = gateway.verify_business.verify("fjell").warnings
    assert "code 86 for 0 %" in warning


def test_no_way_in_is_an_error_and_leaves_parked_transfers_parked(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.down = AccessRefused("Wrong password.")
    gateway.send("2001-1")
    with pytest.raises(AccessRefused):
        gateway.verify_business.verify("fjell")
    assert gateway.transfer("2001-1").is_parked


@pytest.mark.parametrize(("missing", "state"), [([], TransferState.QUEUED), (["orders"], TransferState.WAITING)])
def test_parked_transfers_are_released_only_when_all_is_well(
    gateway: Gateway, missing: list[str], state: TransferState
) -> None:
    gateway.add(an_invoice())
    gateway.system.down = AccessRefused("Wrong password.")
    gateway.send("2001-1")
    gateway.system.down, gateway.system.missing_rights = None, missing
    gateway.verify_business.verify("fjell")
    assert gateway.transfer("2001-1").state is state


def test_an_unknown_business_is_not_found(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.verify_business.verify("vidde")
