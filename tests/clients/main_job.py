"""The main job with the generated Python client: from a connection to a paid invoice.

`KVITT_KEY=... python main_job.py KVITT SANDBOX`, the addresses of both; make clients copies it beside the client.
"""

import json
import os
import sys
import urllib.request
from datetime import date
from http import HTTPStatus

import httpx
from kvitt_client import AuthenticatedClient
from kvitt_client.api.businesses import store_business
from kvitt_client.api.invoices import add_invoice, check_status, get_invoice, preview_invoice, send_invoice
from kvitt_client.models import (
    BusinessBody,
    Connection,
    Customer,
    InvoicePreview,
    InvoiceRow,
    InvoiceType,
    PaymentReport,
    PaymentStatusValue,
    Problem,
    TransferState,
)
from kvitt_client.models import Invoice as InvoiceToAdd


def main(kvitt: str, sandbox: str) -> None:
    """Do it, and say what came of it."""
    client = AuthenticatedClient(base_url=kvitt, token=os.environ["KVITT_KEY"], timeout=httpx.Timeout(60))
    connection = Connection(system="24sevenoffice")
    connection.additional_properties = {
        "account_name": "Fjellutleie AS",
        "application_id": "5a0b3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
        "username": "integration@kvitt.example",
        "password": "correct-horse",
    }
    stored = store_business.sync_detailed("fjell", client=client, body=BusinessBody(accounting=connection))
    assert stored.status_code == HTTPStatus.CREATED, stored

    row = InvoiceRow(product="Tractor", quantity="1", unit_price="1200.00", vat_percent="25")
    invoice = InvoiceToAdd(
        number="D/1",
        type_=InvoiceType.DATA_FOR_ACCOUNTING,
        issue_date=date(2026, 6, 2),
        due_date=date(2026, 6, 16),
        customer=Customer(name="Signe Haugland", email="signe.haugland@post.example"),
        rows=[row],
    )
    added = add_invoice.sync_detailed("fjell", "D/1", client=client, body=invoice)
    assert added.status_code == HTTPStatus.CREATED, added

    preview = preview_invoice.sync("fjell", "D/1", client=client)
    assert isinstance(preview, InvoicePreview), preview
    assert preview.totals.gross == "1500.00", preview

    transfer = send_invoice.sync("fjell", "D/1", client=client, prefer="wait=30")
    assert transfer is not None, "no answer"
    assert not isinstance(transfer, Problem), transfer
    assert transfer.state is TransferState.TRANSFERRED, transfer
    assert transfer.order_id is not None, transfer

    for act in ("publish", "pay"):
        _as_accountant(f"{sandbox}/control/{act}", transfer.order_id)
    report = check_status.sync("fjell", "D/1", client=client)
    assert isinstance(report, PaymentReport), report
    assert report.status is PaymentStatusValue.PAID, report

    unknown = get_invoice.sync("fjell", "D/2", client=client)
    assert isinstance(unknown, Problem), unknown
    print(f"invoice D/1 of {preview.totals.gross} NOK is order {report.order_id}, and {report.status.value}.")


def _as_accountant(address: str, order_id: str) -> None:
    body = json.dumps({"account": "Fjellutleie AS", "order_id": order_id}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == HTTPStatus.OK


if __name__ == "__main__":
    main(*sys.argv[1:])
