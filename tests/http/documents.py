"""What the tests send, and what they expect of every problem."""

from typing import Any
from urllib.parse import quote

from httpx import Response
from litestar.testing import TestClient

from entrypoints.http.app import Application
from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME
from tests.error_codes import in_the_docs

Api = TestClient[Application]
Json = dict[str, Any]


def business_document(**accounting: str) -> Json:
    """The sandbox's demo account as a business; the arguments change its connection."""
    connection = {
        "system": "24sevenoffice",
        "account_name": DEMO_ACCOUNT,
        "application_id": DEMO_APPLICATION_ID,
        "username": DEMO_USERNAME,
        "password": DEMO_PASSWORD,
    }
    return {"accounting": connection | accounting, "vat_codes": {"0": "52"}}


def invoice_document(number: str = "2001-1", **fields: object) -> Json:
    """A complete invoice."""
    document = {
        "number": number,
        "order_number": "2001",
        "type": "data_for_accounting",
        "issue_date": "2021-01-15",
        "due_date": "2021-01-29",
        "customer": {"name": "Signe Haugland", "email": "signe.haugland@post.example"},
        "rows": [
            {
                "product": "Tractor",
                "period": {"start": "2021-01-10", "end": "2021-01-12"},
                "quantity": "1",
                "unit_price": "1200.00",
                "vat_percent": "25",
            }
        ],
    }
    return document | fields


def path_of(number: str) -> str:
    """Where an invoice of the business "fjell" is."""
    encoded = quote(number, safe="").replace(".", "%2E")  # a client would take ".." away
    return f"/v1/businesses/fjell/invoices/{encoded}"


def add_invoice(api: Api, number: str = "2001-1", **fields: object) -> str:
    """Add an invoice to "fjell" and return its path."""
    response = api.put(path_of(number), json=invoice_document(number, **fields))
    assert response.status_code in (200, 201), response.text
    return path_of(number)


def problem_of(response: Response, status: int, code: str) -> Json:
    """Check that the response is this problem, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: Json = response.json()
    assert document["type"] == f"urn:kvitt:problem:{code}"
    assert document["status"] == status
    assert document["code"] == code
    assert document["title"]
    assert document["detail"].endswith(".")
    assert isinstance(document["hint"], str)
    told = in_the_docs()[code]
    assert document["retriable"] in told.retriable
    assert document["outcome"] in told.outcomes
    return document
