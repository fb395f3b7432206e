"""Whatever the API's JSON holds where something else is expected: it is read, or it is an error of ours."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http_api.json_values import json_from, value_from
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.twentyfour_seven_office.rest.answers import Answer, error_for
from adapters.twentyfour_seven_office.rest.customer_mapping import customer_entry, customer_record
from adapters.twentyfour_seven_office.rest.operations import CREATE_ORDER
from adapters.twentyfour_seven_office.rest.order_mapping import (
    completed_order,
    fitting,
    is_published,
    is_there,
    line_ids,
    lines_of,
    receipts_in,
)
from adapters.twentyfour_seven_office.rest.payments import ledger_search, order_state_in, settled
from adapters.twentyfour_seven_office.rest.products import categories_in, products_in
from adapters.twentyfour_seven_office.rest.session import account_in
from adapters.twentyfour_seven_office.rest.tables import currencies_in, vat_codes_in
from adapters.twentyfour_seven_office.rest.token import Token, token_in
from core.errors import KvittError
from tests.adapters.drafts import draft
from tests.fakes import FakeClock

NAMES = """
    id name number rate code status type customer isCompany isSupplier person firstName lastName email contact billing
    phone mobilePhone address postal street postalCode postalArea countryCode organizationNumber internalMemo memo
    grossAmount taxAmount currency yourReference invoice date transaction account amount product description quantity
    price discountRate tax error payload validationErrors errors path keyword message access_token token_type expires_in
""".split()  # noqa: SIM905 - as a list it is a page long
ASKED = draft("1001", customer_id="7", product_id="9")
NOW = FakeClock().now()

known = st.sampled_from(["Draft", "Invoice", "Inactive", "1001", "501", "product", "2026-04-01", "NOK", 1500, 501, 7])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**19) + 1, 10**19 - 1)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=6)
    | st.text(max_size=5)
    | known
)
keys = st.sampled_from(NAMES)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=8,
)
items = st.dictionaries(keys, values, max_size=12)


def payment(one: dict[str, Any]) -> object:
    state = order_state_in(one, order_id="5")
    return ledger_search(one, state, today=date(2026, 5, 2)), settled(state, one, [one, {**one, "amount": 1}])


def refusal(one: dict[str, Any]) -> object:
    with suppress(UnusableAnswer):
        return error_for(Answer(400, body=json_from(one).encode()), CREATE_ORDER, Context(now=NOW))
    return None


READERS: list[Callable[[dict[str, Any]], object]] = [
    customer_record,
    customer_entry,
    account_in,
    payment,
    refusal,
    is_there,
    is_published,
    lambda one: receipts_in(one, {"1001"}),
    lambda one: completed_order(ASKED, one, customer_name="x", where="there"),
    lambda one: (fitting(lines_of(ASKED, where="there"), [one]), line_ids([one])),
    lambda one: (products_in([one]), categories_in([one]), vat_codes_in([one]), currencies_in([one])),
    lambda one: token_in(one, fingerprint="x", asked_at=NOW),
    lambda one: Token.from_text(json_from(one)),
]


@given(one=items, reader=st.sampled_from(READERS))
def test_an_odd_document_breaks_nothing(one: dict[str, Any], reader: Callable[[dict[str, Any]], object]) -> None:
    with suppress(KvittError):
        reader(value_from(json_from(one).encode()))


@pytest.mark.parametrize("odd", [[], {}, [[]], "", -1, True], ids=repr)
def test_an_odd_value_in_any_place_breaks_nothing(odd: object) -> None:
    for name, reader in product(NAMES, READERS):
        with suppress(KvittError):
            reader({"id": 5, "internalMemo": "1001", "customer": {"id": 7}, name: odd})
