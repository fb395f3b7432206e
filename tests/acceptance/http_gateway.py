"""The gateway by its HTTP API."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from httpx import Response

from core.payment import PaymentReport
from core.transfer import Transfer
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.files import MEDIA_TYPES, Form
from tests.acceptance.gateway import Json, Refused
from tests.http.documents import Api

PROBLEM = "application/problem+json"


class HttpGateway:
    """Calls the application. Every answer has the status that belongs to it."""

    def __init__(self, client: Api) -> None:
        self._client = client

    def connect(self, business: Json) -> None:
        self._call("PUT", business["name"], body=business)

    def change_connection(self, business: str, setting: str, value: str) -> None:
        self._call("PATCH", business, body={"accounting": {setting: value}})

    def verify(self, business: str) -> Verification:
        return Verification.model_validate(self._call("POST", business, "verify"))

    def add(self, business: str, invoice: Json) -> None:
        self._call("PUT", business, "invoices", invoice["number"], body=invoice)

    def add_file(self, business: str, number: str, content: bytes, form: Form) -> Sequence[str]:
        media_type = next(name for name, known in MEDIA_TYPES.items() if known is form)
        path = f"/v1/businesses/{business}/invoices/{quote(number, safe='')}"
        status, document = _read(self._client.put(path, content=content, headers={"Content-Type": media_type}))
        assert status == HTTPStatus.CREATED
        warnings: Sequence[str] = document["warnings"]
        return warnings

    def preview(self, business: str, number: str) -> InvoicePreview:
        return InvoicePreview.model_validate(self._call("GET", business, "invoices", number, "preview"))

    def send(self, business: str, number: str) -> Transfer:
        return self._transfer(business, "invoices", number, "send")

    def withdraw(self, business: str, number: str) -> Transfer:
        return self._transfer(business, "invoices", number, "withdraw")

    def replace(self, business: str, invoice: Json) -> Transfer:
        return self._transfer(business, "invoices", invoice["number"], "replace", body={"invoice": invoice})

    def send_many(self, business: str, numbers: Sequence[str] | None) -> Mapping[str, Transfer | Refused]:
        body: Json = {"all": True} if numbers is None else {"invoices": list(numbers)}
        status, batch = self._answer("POST", business, "transfers", body=body)
        assert status == HTTPStatus.ACCEPTED
        assert self._call("GET", business, "batches", batch["id"]) == batch
        return {item["invoice"]: _outcome(item) for item in batch["items"]}

    def status(self, business: str, number: str) -> PaymentReport:
        return PaymentReport.model_validate(self._call("POST", business, "invoices", number, "status"))

    def history(self, business: str, number: str) -> Sequence[Json]:
        page: Json = self._call("GET", business, "invoices", number, "history")
        events: Sequence[Json] = page["items"]
        return events

    def events(self, business: str) -> Sequence[Json]:
        page: Json = self._call("GET", business, "events")
        events: Sequence[Json] = page["items"]
        return events

    def delete(self, business: str, number: str) -> None:
        self._call("DELETE", business, "invoices", number)

    def unlink(self, business: str, number: str) -> None:
        self._call("DELETE", business, "invoices", number, "customer")

    def link(self, business: str, number: str, customer_id: str) -> None:
        self._call("POST", business, "invoices", number, "customer", body={"customer_id": customer_id})

    def credit(self, business: str, number: str, rows: Mapping[int, str | None] | None) -> Json:
        asked = {"rows": [{"row": row, "quantity": quantity} for row, quantity in rows.items()]} if rows else {}
        credit: Json = self._call("POST", business, "invoices", number, "credit", body=asked)
        return credit

    def show(self, business: str, number: str) -> Json:
        shown: Json = self._call("GET", business, "invoices", number)
        return shown

    def numbers(self, business: str, filters: Mapping[str, str]) -> Sequence[str]:
        status, page = _read(self._client.get(f"/v1/businesses/{business}/invoices", params=dict(filters)))
        assert status == HTTPStatus.OK
        return [one["number"] for one in page["items"]]

    def retry(self, business: str, transfer_id: str) -> Transfer:
        return self._transfer(business, "transfers", transfer_id, "retry")

    def _transfer(self, *path: str, body: Json | None = None) -> Transfer:
        status, document = self._answer("POST", *path, body=body)
        transfer = _transfer_from(document)
        assert status == (HTTPStatus.OK if transfer.state.is_final else HTTPStatus.ACCEPTED)
        return transfer

    def _call(self, method: str, *path: str, body: Json | None = None) -> Any:
        status, document = self._answer(method, *path, body=body)
        assert status in (HTTPStatus.OK, HTTPStatus.CREATED)
        return document

    def _answer(self, method: str, *path: str, body: Json | None = None) -> tuple[int, Any]:
        place = "/".join(quote(part, safe="") for part in path)
        # Nobody works on what waits while a scenario's clock stands still, so waiting for it makes no sense.
        response = self._client.request(method, f"/v1/businesses/{place}", json=body, headers={"Prefer": "wait=0"})
        return _read(response)


def _read(response: Response) -> tuple[int, Any]:
    if response.headers["content-type"].startswith(PROBLEM):
        problem: Json = response.json()
        assert problem["status"] == response.status_code >= HTTPStatus.BAD_REQUEST
        raise Refused(problem)
    return response.status_code, response.json()


def _transfer_from(document: Json) -> Transfer:
    stored = {name: value for name, value in document.items() if name != "already_sent"}
    return Transfer.model_validate({**stored, "trying_since": document["created_at"]})


def _outcome(item: Json) -> Transfer | Refused:
    if item["transfer"]:
        return _transfer_from(item["transfer"])
    return Refused({**item["error"], "title": "", "detail": item["error"]["message"]})
