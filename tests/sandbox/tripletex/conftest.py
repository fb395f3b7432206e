from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.tripletex import Company
from sandbox.tripletex.books import Books
from tests.openapi.tripletex_contract import assert_kept_where_known
from tests.sandbox.tripletex.api import EMPLOYEE_TOKEN, Api
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox whose every call is held against the vendor's file afterwards, where that file is."""
    with Sandbox(clock=clock, keep_rest_exchanges=1_000) as sandbox:
        yield sandbox
    assert_kept_where_known(sandbox.tripletex.exchanges)


@pytest.fixture
def company(sandbox: Sandbox) -> Company:
    return sandbox.tripletex.add_company("Fjellutleie AS", organization_number="817404502")


@pytest.fixture
def client_company(sandbox: Sandbox, company: Company) -> Company:
    return sandbox.tripletex.add_company("Demo Annet AS", has_logistics=False)


@pytest.fixture
def books(company: Company) -> Books:
    return company.books


@pytest.fixture
def api(sandbox: Sandbox, company: Company, client_company: Company) -> Iterator[Api]:
    sandbox.tripletex.add_login(EMPLOYEE_TOKEN, companies=[company, client_company])
    with Api(sandbox) as api:
        yield api


@pytest.fixture
def customer_id(books: Books) -> int:
    return books.add_customer("Fjell & Fjord AS", organization_number="817404502", email="post@fjell.example")


@pytest.fixture
def product_id(books: Books) -> int:
    return books.add_product("Traktor", group_id=books.add_product_group("Utleie"))


@pytest.fixture
def asked(customer_id: int, product_id: int) -> dict[str, Any]:
    """An order of 2 x 100.00 and VAT."""
    day = date(2026, 11, 23)
    return {
        "customer": {"id": customer_id},
        "reference": "kvitt-1",
        "orderDate": day.isoformat(),
        "deliveryDate": (day + timedelta(days=1)).isoformat(),
        "orderLines": [
            {
                "product": {"id": product_id},
                "description": "Traktor",
                "count": 2,
                "unitPriceExcludingVatCurrency": 100,
                "vatType": {"id": 3},
            }
        ],
    }


@pytest.fixture
def order_id(api: Api, asked: dict[str, Any]) -> int:
    return int(api.post("/order", asked)["id"])
