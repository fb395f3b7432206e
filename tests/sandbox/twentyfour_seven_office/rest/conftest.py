from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.users import Account
from tests.openapi.vendor_contract import assert_kept_where_known
from tests.sandbox.twentyfour_seven_office.rest.api import CLIENT_ID, CLIENT_SECRET, Api
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox whose every call is held against the vendor's file afterwards, where that file is."""
    with Sandbox(clock=clock, keep_rest_exchanges=1_000) as sandbox:
        yield sandbox
    assert_kept_where_known(sandbox.rest_exchanges)


@pytest.fixture
def api(sandbox: Sandbox, account: Account, other_account: Account) -> Iterator[Api]:
    sandbox.add_client(CLIENT_ID, CLIENT_SECRET, accounts=[account, other_account])
    with Api(sandbox, account) as api:
        yield api


@pytest.fixture
def customer_id(books: Books) -> int:
    return books.add_customer("Fjell & Fjord AS", organization_number="817404502")


@pytest.fixture
def product_id(books: Books) -> int:
    return books.add_product("Traktor", books.add_category("Utleie"))


@pytest.fixture
def order_id(api: Api, customer_id: int) -> int:
    order = api.post("/salesorders", {"customer": {"id": customer_id, "name": "Fjell & Fjord AS"}, "status": "Draft"})
    return int(order["id"])
