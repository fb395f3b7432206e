"""Examples for the OpenAPI document: one story, of an invoice that the business "fjell" sends.

By the name of the schema that they are of. What a schema holds gets its example from the one that it is in, so only
what a route takes or answers needs one here; a test holds that, and that every example is what its schema says.
"""

from collections.abc import Mapping
from typing import Any

from core.event import EventType
from entrypoints.http.wording import worded

Example = dict[str, Any]

_TRANSFER_ID = "01a22700ba97919ecf7f8bfb8cb16f06"
_CREATED = "2026-06-02T08:00:00.120Z"
_ENDED = "2026-06-02T08:00:00.532Z"
_EMAIL = "faktura@solvang-bygg.example"

_API_KEY: Example = {
    "prefix": "affe37982f61",
    "name": "shop",
    "role": "send",
    "business": "fjell",
    "created_at": _CREATED,
    "last_used_at": _ENDED,
    "revoked_at": None,
}
_WEBHOOK: Example = {
    "id": "01a22700bc2d9a41e7f04d3c1b5a6978",
    "url": "https://shop.example.com/hooks/kvitt?...",
    "business": "fjell",
    "types": ["transfer.rejected", "invoice.paid"],
    "state": "enabled",
    "disabled_reason": None,
    "disabled_at": None,
    "created_at": _CREATED,
    "old_secret_until": None,
    "failures": 0,
    "failing_since": None,
    "paused_until": None,
}
_WEBHOOK_SECRET = "whsec_" + "MDAw" * 10 + "MDA="  # of zeros
_DELIVERY_OF_EVENT: Example = {
    "event": "01a22700bb91f0e2d3c4b5a697887766",
    "type": "invoice.paid",
    "business": "fjell",
    "invoice": "D-1002",
    "state": "delivered",
    "attempts": 2,
    "failed": False,
    "created_at": _CREATED,
    "next_attempt_at": None,
    "delivered_at": "2026-06-02T08:00:06.310Z",
}
_TRIED: list[Example] = [
    {"at": _ENDED, "status": None, "trouble": "timeout", "duration_ms": 15000, "answer": ""},
    {"at": "2026-06-02T08:00:06.280Z", "status": 204, "trouble": None, "duration_ms": 30, "answer": ""},
]
_BUSINESS: Example = {
    "name": "fjell",
    "accounting": {
        "system": "24sevenoffice",
        "account_name": "Fjellutleie AS",
        "application_id": "00000000-0000-0000-0000-000000000000",
        "username": "integration@example.com",
    },
    "product_name": "Sharefox rental",
    "category_name": "SharefoxRental",
    "order_status": "draft",
    "vat_codes": {"0": "52"},
    "customer_updates": "update",
    "products": {"excavator": {"product": "1100", "vat_code": "3"}},
    "department": "Oslo",
    "project": None,
    "notify": ["Slack"],
    "follow_up_seconds": None,
}
_ADDRESS: Example = {
    "street": "Verkstedveien 3",
    "additional_street": "Oppgang B",
    "postal_code": "2815",
    "city": "Gjøvik",
    "country": "NO",
}
_DELIVERY: Example = {"date": "2026-05-18", "name": "Byggeplass Nord", "address": _ADDRESS}
_ROW: Example = {
    "product": "Mini excavator",
    "product_code": "excavator",
    "period": {"start": "2026-05-18", "end": "2026-05-29"},
    "quantity": "10",
    "unit_price": "1490.00",
    "discount_percent": "12.5",
    "discount_amount": None,
    "net_amount": None,
    "vat_percent": "25",
    "department": None,
    "project": None,
}
_INVOICE: Example = {
    "number": "D-1002",
    "order_number": "1002",
    "type": "data_for_accounting",
    "issue_date": "2026-06-02",
    "due_date": "2026-06-16",
    "currency": "NOK",
    "prices_include_vat": False,
    "customer": {
        "name": "Jonas Bakke",
        "email": _EMAIL,
        "phone": "400 00 456",
        "organization_name": "Solvang Bygg AS",
        "organization_number": "999 000 010",
        "address": _ADDRESS,
    },
    "rows": [_ROW],
    "your_reference": "Project 17",
    "our_reference": "Ola Berg",
    "buyer_reference": None,
    "order_reference": None,
    "credits": None,
    "delivery": _DELIVERY,
    "paid_amount": None,
    "paid_date": None,
    "department": "Oslo",
    "project": None,
    "comment": None,
}
_AMOUNTS: Example = {"net": "13037.50", "vat": "3259.38", "gross": "16296.88"}
_OSLO: Example = {"id": "7", "name": "Oslo"}
_PREVIEW: Example = {
    "invoice": "D-1002",
    "customer": {
        "action": "update",
        "id": "20001",
        "name": "Solvang Bygg AS",
        "changes": {"phone": "400 00 456"},
        "before": {"phone": "22 00 01 23"},
    },
    "product": {"name": "Sharefox rental", "id": "23001"},
    "products": [{"name": "1100", "id": "23002"}],
    "order": {
        "reference": "D-1002",
        "customer_id": "20001",
        "status": "draft",
        "issue_date": "2026-06-02",
        "due_date": "2026-06-16",
        "currency": None,
        "prices_include_vat": False,
        "your_reference": "Project 17",
        "comment": "Jonas Bakke",
        "rows": [
            {
                "product_id": "23002",
                "text": "Mini excavator (2026-05-18 – 2026-05-29)",
                "quantity": "10",
                "unit_price": "1490.00",
                "discount_percent": "12.5",
                "vat_percent": "25",
                "vat_code": "3",
                "is_text": False,
                "department": _OSLO,
                "project": None,
            }
        ],
        "order_number": None,
        "our_reference": None,
        "buyer_reference": None,
        "order_reference": None,
        "credited": None,
        "delivery": None,
        "paid_amount": None,
        "paid_date": None,
        "department": _OSLO,
        "project": None,
    },
    "totals": {**_AMOUNTS, "rows": [_AMOUNTS]},
    "not_written": {"order_number": "the accounting system has no place for it"},
    "warnings": [],
    "already_sent": None,
}
_TRANSFER: Example = {
    "id": _TRANSFER_ID,
    "business": "fjell",
    "invoice": "D-1002",
    "state": "transferred",
    "order_id": "24001",
    "customer_id": "20001",
    "attempts": 1,
    "created_at": _CREATED,
    "finished_at": _ENDED,
    "next_attempt_at": None,
    "warnings": [],
    "error": None,
}
_RUNNING: Example = _TRANSFER | {"state": "running", "order_id": None, "customer_id": None, "finished_at": None}
_STEPS: list[Example] = [
    {"at": _CREATED, "text": "Attempt 1 began.", "duration_ms": None},
    {"at": _ENDED, "text": "Creating the order: order 24001 for customer 20001.", "duration_ms": 10},
]
_UNKNOWN: Example = {
    "code": "unknown_invoice",
    "message": 'The business "fjell" has no invoice "D-1003".',
    "hint": worded("Run invoice list for the numbers, or add it with invoice add."),
    "retriable": False,
    "outcome": "nothing_written",
    "faults": [],
}
_REASON: Example = {
    "verdict": "refused",
    "count": 1,
    "invoice": "D-1003",
    **{name: _UNKNOWN[name] for name in ("code", "message", "hint")},
}
_PAYMENT: Example = {
    "invoice": "D-1002",
    "status": "paid",
    "reason": "paid",
    "order_id": "24001",
    "invoice_number": "520001",
    "invoiced_at": "2026-06-03",
    "paid_at": "2026-06-15",
    "checked_at": "2026-06-16T07:30:00.000Z",
    "warnings": [],
}
_ALREADY_SENT: Example = {
    "transfer_id": _TRANSFER_ID,
    "order_id": "24001",
    "customer_id": "20001",
    "sent_at": _ENDED,
    "payment": _PAYMENT,
}
_BATCH: Example = {
    "next": None,
    "id": "01a22700bb4eb3af4f5c534ed492abe4",
    "business": "fjell",
    "created_at": _CREATED,
    "total": 2,
    "states": {
        "queued": 0,
        "running": 0,
        "waiting": 0,
        "transferred": 1,
        "rejected": 0,
        "withdrawing": 0,
        "withdrawn": 0,
        "cancelled": 0,
        "refused": 1,
    },
    "reasons": [_REASON],
    "left_out": {"printed": 0, "cancelled": 0},
    "finished": True,
    "items": [
        {"invoice": "D-1002", "transfer": _TRANSFER, "error": None},
        {
            "invoice": "D-1003",
            "transfer": None,
            "error": _UNKNOWN,
        },
    ],
}
_QUEUED: Example = _BATCH | {
    "states": {
        "queued": 1,
        "running": 0,
        "waiting": 0,
        "transferred": 0,
        "rejected": 0,
        "withdrawing": 0,
        "withdrawn": 0,
        "cancelled": 0,
        "refused": 0,
    },
    "total": 1,
    "reasons": [],
    "finished": False,
    "items": [{"invoice": "D-1002", "transfer": _RUNNING | {"state": "queued", "attempts": 0}, "error": None}],
}
_AUDITED: Example = {
    "id": "5",
    "at": _CREATED,
    "actor": {"kind": "api_key", "key": "affe37982f61", "name": "shop"},
    "action": "invoice.sent",
    "business": "fjell",
    "invoice": "D-1002",
    "subject": _TRANSFER_ID,
    "result": "done",
    "code": None,
}
_RECOVERY: Example = {
    "business": "fjell",
    "needed": False,
    "since": "2026-06-01T00:00:00.000Z",
    "ended_at": "2026-06-02T09:00:00.000Z",
    "orders": 12,
    "tied": 11,
    "findings": [
        {
            "kind": "unknown_invoice",
            "invoice": "D-0999",
            "order_ids": ["24000"],
            "message": "There is no such invoice here: add it again, and then adopt its order.",
        }
    ],
    "trouble": None,
}

_PATH = "/v1/businesses/fjell/invoices/D-1002"
_STANDING: Example = _INVOICE | {
    "state": "transferred",
    "transfer": _TRANSFER,
    "payment": _PAYMENT,
    "books": {"system": "24sevenoffice", "company_id": "100000000002", "company": "Fjellutleie AS"},
    "links": {
        "invoice": _PATH,
        "transfer": f"/v1/businesses/fjell/transfers/{_TRANSFER_ID}",
        "transfers": "/v1/businesses/fjell/transfers?invoice=D-1002",
        "history": f"{_PATH}/history",
        "preview": f"{_PATH}/preview",
    },
}

_TOLD_TRANSFER: Example = {name: value for name, value in _TRANSFER.items() if name != "warnings"}
_TOLD_REJECTED: Example = _TOLD_TRANSFER | {
    "state": "rejected",
    "order_id": None,
    "customer_id": None,
    "error": {"code": "unknown_vat_rate", "retriable": False, "outcome": "nothing_written"},
}
_TOLD_CHOICE: Example = _TOLD_REJECTED | {
    "error": {"code": "ambiguous_customer", "retriable": False, "outcome": "nothing_written"}
}
_TOLD_CREDIT: Example = _TOLD_TRANSFER | {
    "id": "01a22a3f3c1d8e2c1d5b0c4b7f6f9a10",
    "invoice": "D-1002-C",
    "order_id": "24007",
    "created_at": "2026-06-17T08:00:00.120Z",
    "finished_at": "2026-06-17T08:00:00.532Z",
}
_TOLD_OPEN: Example = {name: value for name, value in _PAYMENT.items() if name != "warnings"} | {
    "status": "not_paid",
    "reason": "open",
    "paid_at": None,
}
_TOLD_BATCH: Example = {name: value for name, value in _BATCH.items() if name not in ("next", "reasons", "items")}
_REFUSED_ACCESS: Example = {
    "business": "fjell",
    "error": {"code": "access_refused", "retriable": True, "outcome": "nothing_written"},
}


def _event(type_: EventType, data: Example, *, nth: int, invoice: str | None = None) -> Example:
    return {
        "id": f"01a2a1b3d0{nth:02}4e7a9c0d1e2f3a4b5c6d",
        "timestamp": "2026-06-17T08:00:00.532Z",
        "business": "fjell",
        "type": type_.value,
        "invoice": invoice,
        "data": data,
    }


EVENTS: Mapping[EventType, Example] = {
    type_: _event(type_, data, nth=nth, invoice="D-1002" if "invoice" in data else None)
    for nth, (type_, data) in enumerate(
        {
            EventType.TRANSFER_TRANSFERRED: _TOLD_TRANSFER,
            EventType.TRANSFER_REJECTED: _TOLD_REJECTED,
            EventType.TRANSFER_NEEDS_CHOICE: _TOLD_CHOICE,
            EventType.ACCESS_REFUSED: _REFUSED_ACCESS,
            EventType.ACCESS_RESTORED: _REFUSED_ACCESS | {"error": None},
            EventType.INVOICE_PUBLISHED: _TOLD_OPEN,
            EventType.INVOICE_PARTLY_PAID: _TOLD_OPEN | {"reason": "partly_paid"},
            EventType.INVOICE_PAID: _TOLD_OPEN | {name: _PAYMENT[name] for name in ("status", "reason", "paid_at")},
            EventType.INVOICE_REOPENED: _TOLD_OPEN,
            EventType.INVOICE_CREDITED: _TOLD_CREDIT,
            EventType.INVOICE_DELETED: _TOLD_OPEN | {"reason": "deleted", "invoice_number": None, "invoiced_at": None},
            EventType.BATCH_FINISHED: _TOLD_BATCH,
            EventType.RECOVERY_NEEDED: {"business": "fjell", "needed": True, "since": "2026-06-01T00:00:00.000Z"},
        }.items(),
        start=1,
    )
}
"""An example of each type of event."""

EXAMPLES: Mapping[str, Any] = {
    "TransferEvent": EVENTS[EventType.TRANSFER_REJECTED],
    "CreditEvent": EVENTS[EventType.INVOICE_CREDITED],
    "PaymentEvent": EVENTS[EventType.INVOICE_PAID],
    "AccessEvent": EVENTS[EventType.ACCESS_REFUSED],
    "BatchEvent": EVENTS[EventType.BATCH_FINISHED],
    "RecoveryEvent": EVENTS[EventType.RECOVERY_NEEDED],
    "EventDocument": EVENTS[EventType.INVOICE_PAID],
    "EventPage": {
        "next": None,
        "items": [EVENTS[EventType.TRANSFER_TRANSFERRED], EVENTS[EventType.INVOICE_PUBLISHED]],
    },
    "AddedInvoices": {
        "added": 1,
        "replaced": 0,
        "unchanged": 0,
        "refused": 1,
        "items": [
            {"row": 1, "invoice": "D-1002", "result": "added", "warnings": [], "error": None},
            {
                "row": 2,
                "invoice": "D-1003",
                "result": None,
                "warnings": [],
                "error": {
                    "code": "not_an_invoice",
                    "message": "This is not an invoice that can be taken. rows[0].quantity: write it as a decimal "
                    'string, such as "1200.00".',
                    "hint": "Correct the input and try again.",
                    "retriable": False,
                    "outcome": "nothing_written",
                    "faults": [
                        {"field": "rows[0].quantity", "message": 'write it as a decimal string, such as "1200.00"'}
                    ],
                },
            },
        ],
    },
    "Address": _ADDRESS,
    "AlreadySent": _ALREADY_SENT,
    "AuditPage": {"next": None, "items": [_AUDITED]},
    "BatchDocument": _BATCH,
    "BusinessBody": {
        "accounting": {
            "system": "24sevenoffice",
            "account_name": "Fjellutleie AS",
            "application_id": "00000000-0000-0000-0000-000000000000",
            "username": "integration@example.com",
            "password": "the password of that user",
        },
        "product_name": "Sharefox rental",
        "category_name": "SharefoxRental",
    },
    "BusinessDocument": _BUSINESS,
    "ApiKeyDocument": _API_KEY,
    "ApiKeyPage": {"next": None, "items": [_API_KEY]},
    "KeyRequest": {"name": "shop", "business": "fjell", "role": "send"},
    "NewApiKey": _API_KEY | {"last_used_at": None, "key": f"kvitt_affe37982f61_{'0' * 64}"},
    "NewWebhook": _WEBHOOK | {"secret": _WEBHOOK_SECRET},
    "WebhookDocument": _WEBHOOK,
    "WebhookPage": {"next": None, "items": [_WEBHOOK]},
    "WebhookPatch": {"types": ["invoice.paid"]},
    "WebhookRequest": {
        "url": "https://shop.example.com/hooks/kvitt?token=secret",
        "types": ["transfer.rejected", "invoice.paid"],
    },
    "WebhookTest": {
        "delivered": True,
        "attempt": _TRIED[1],
        "event": {
            "id": "example_01a22700bd0c5f1a2b3c4d5e6f708192",
            "type": "business.access_restored",
            "timestamp": _ENDED,
            "business": "fjell",
            "invoice": None,
            "data": {"business": "fjell", "error": None},
        },
    },
    "DeliveryPage": {"next": None, "items": [_DELIVERY_OF_EVENT]},
    "DeliveryStory": _DELIVERY_OF_EVENT | {"tried": _TRIED},
    "ResendRequest": {"since": "2026-06-01T00:00:00Z"},
    "Resent": {"events": 12},
    "Rotation": {"at_once": False},
    "TestRequest": {"type": "invoice.paid"},
    "BusinessPatch": {
        "accounting": {"password": "the new password"},
        "vat_codes": {"25": None},
        "products": {"excavator": {"vat_code": "3"}},
    },
    "StoredBusinessDocument": _BUSINESS
    | {
        "changes": [
            {"setting": "accounting.password", "before": None, "after": None, "secret": True},
            {"setting": "vat_codes.25", "before": "3", "after": None, "secret": False},
        ]
    },
    "BusinessPage": {"next": None, "items": [_BUSINESS]},
    "CreditRequest": {"rows": [{"row": 1, "quantity": "4"}], "number": "D-1002-K1"},
    "CreditableInvoice": _STANDING
    | {
        "credited_by": [{"invoice": "D-1002-K1", "gross": "-6518.75", "order_id": "24002"}],
        "left_to_credit": {
            "rows": [{"row": 1, "product": "Mini excavator", "quantity": "6", "amount": "7822.50"}],
            "gross": "9778.13",
        },
    },
    "CreditedOrder": {"order_id": "24001", "invoice_number": "520001"},
    "Currency": {"code": "EUR", "rate": "11.24", "unit": 1},
    "CustomerChoice": {"customer_id": "20001"},
    "CustomerDocument": {
        "id": "20001",
        "name": "Solvang Bygg AS",
        "kind": "business",
        "organization_number": "999000010",
        "emails": [_EMAIL],
        "contact_email": _EMAIL,
        "invoice_email": _EMAIL,
        "phones": ["400 00 456"],
        "addresses": [_ADDRESS],
    },
    "DeletedInvoice": {"invoice": "D-1002", "result": "deleted"},
    "Health": {"status": "alive"},
    "HistoryPage": {
        "next": None,
        "items": [
            {
                "at": _ENDED,
                "kind": "step",
                "text": "Creating the order: order 24001 for customer 20001.",
                "details": {"transfer": _TRANSFER_ID},
            }
        ],
    },
    "Invoice": _INVOICE,
    "InvoiceFromFile": _INVOICE | {"warnings": ["PaymentMeans was left out: an invoice here has no place for it."]},
    "InvoicePage": {"next": None, "items": [_STANDING]},
    "InvoicePreview": _PREVIEW,
    "InvoiceStatuses": {
        "next": None,
        "items": [
            {"invoice": "D-1002", "status": _PAYMENT, "error": None},
            {"invoice": "D-1003", "status": None, "error": _UNKNOWN},
        ],
    },
    "InvoicesToAdd": [_INVOICE, _INVOICE | {"number": "D-1003"}],
    "InvoicesToCheck": {"invoices": ["D-1002", "D-1003"]},
    "InvoicesToSend": {"invoices": ["D-1002", "D-1003"]},
    "OrderChoice": {"order_id": "24001", "accept_differences": False},
    "PaymentReport": _PAYMENT,
    "Ready": {
        "status": "ready",
        "checks": {"storage": "ok", "migrations": "ok", "disk": "ok", "recovery": "ok", "threads": "ok"},
    },
    "ProblemFault": {"field": "rows[0].quantity", "message": "is missing"},
    "RecoveryDocument": {"needed": False, "not_before": None, "left": [], "businesses": [_RECOVERY]},
    "RecoveryStart": {"since": "2026-06-01T00:00:00Z"},
    "Replacement": {"invoice": _INVOICE},
    "SentTransfer": _TRANSFER | {"already_sent": None},
    "TakenInvoice": _INVOICE,
    "TransferDocument": _TRANSFER,
    "TransferPage": {"next": None, "items": [_TRANSFER]},
    "TransferStory": {**_TRANSFER, "steps": _STEPS},
    "UnlinkedCustomer": {"invoice": "D-1002", "forgotten": ["20001"]},
    "Verification": {
        "business": "fjell",
        "ok": True,
        "account": {"name": "Fjellutleie AS", "id": "100000000002"},
        "rights": [{"name": "customers", "allowed": True, "message": None}],
        "product": {"name": "Sharefox rental", "id": "23001"},
        "category": {"name": "SharefoxRental", "id": "22001"},
        "vat_rates": [{"code": "3", "percent": "25", "name": "Utgående avgift, høy sats"}],
        "calls": {"limit": 7200, "used": 11, "resets_at": "2026-06-02T09:00:00.000Z", "left": 7189},
        "warnings": [],
    },
}
"""What is taken and answered, by the name of its schema."""

UNFINISHED: Mapping[str, Example] = {
    "TransferDocument": _RUNNING,
    "SentTransfer": _RUNNING | {"already_sent": None},
    "BatchDocument": _QUEUED,
}
"""What is answered with 202, while it is being carried out."""
