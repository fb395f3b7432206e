"""What the demo works with: a business on the sandbox's demo account, and sample invoices."""

import json
from importlib.resources import files
from typing import Any

from core.invoice import Invoice
from entrypoints.parsing import invoice_from
from sandbox import DEMO_ACCOUNT
from sandbox.tripletex import DEMO_CONSUMER_TOKEN, DEMO_EMPLOYEE_TOKEN
from sandbox.twentyfour_seven_office import (
    DEMO_APPLICATION_ID,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_PASSWORD,
    DEMO_USERNAME,
)

BUSINESS = "fjell"


def demo_business() -> dict[str, Any]:
    """Return a business document that connects to the sandbox's demo account; its password opens nothing else."""
    return {
        "name": BUSINESS,
        "accounting": {
            "system": "24sevenoffice",
            "account_name": DEMO_ACCOUNT,
            "application_id": DEMO_APPLICATION_ID,
            "username": DEMO_USERNAME,
            "password": DEMO_PASSWORD,
        },
    }


def demo_rest_business(organization_id: str) -> dict[str, Any]:
    """Return the same business, connected to the sandbox's REST API; the organization is the demo account's."""
    return {
        "name": BUSINESS,
        "accounting": {
            "system": "24sevenoffice-rest",
            "account_name": DEMO_ACCOUNT,
            "client_id": DEMO_CLIENT_ID,
            "client_secret": DEMO_CLIENT_SECRET,
            "organization_id": organization_id,
        },
    }


def demo_tripletex_business() -> dict[str, Any]:
    """Return a business of this name in the sandbox's Tripletex: an accountant's client, in books of its own there."""
    return {
        "name": BUSINESS,
        "accounting": {
            "system": "tripletex",
            "account_name": DEMO_ACCOUNT,
            "employee_token": DEMO_EMPLOYEE_TOKEN,
            "consumer_token": DEMO_CONSUMER_TOKEN,
        },
    }


def sample_invoice(name: str) -> Invoice:
    """Return one of the sample invoices: `private-customer` or `company`."""
    text = files("entrypoints.demo").joinpath("invoices", f"{name}.json").read_text(encoding="utf-8")
    return invoice_from(json.loads(text))
