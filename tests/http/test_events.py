"""What happened, over HTTP; and that what is told is what the document says."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from core.batch import Batch, BatchCounts
from core.customer_candidates import AmbiguousCustomer
from core.errors import AccessRefused, Rejected
from core.event import (
    Event,
    EventType,
    Happening,
    Seen,
    access_refused,
    access_restored,
    batch_finished,
    credits_told,
    ends_told,
    payments_told,
    recoveries_told,
)
from core.payment import PaymentReason
from core.recovery import Recovery
from core.transfer import Receipt, RetryPolicy, arrived, failed, started
from entrypoints.container import Container
from entrypoints.event_documents import EventDocument
from entrypoints.http.examples import EVENTS
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import Api, Json, add_invoice, business_document, path_of, problem_of
from tests.storage_contract.samples import NOW, a_report, a_transfer

FJELL = "/v1/businesses/fjell"
WRITTEN_AT = datetime(2021, 1, 16, tzinfo=UTC)


def _all_kinds() -> Iterator[Happening]:
    """What the core tells, of every type."""
    done = arrived(
        started(a_transfer()), Receipt(order_id="9", customer_id="7"), warnings=("Kari",), books="b", now=NOW
    )
    refused, unclear = (
        failed(started(a_transfer()), error, policy=RetryPolicy(), now=NOW)
        for error in (Rejected("Kari has none."), AmbiguousCustomer("Kari or Kari?", candidates=[]))
    )
    yield from ends_told([done, refused, unclear])
    yield from credits_told([done], {"1001": "1000"})
    looks = [PaymentReason(reason) for reason in ("open", "partly_paid", "paid", "open", "deleted")]
    reports = [a_report(reason=reason, warnings=("Kari",), books="b") for reason in looks]
    for before, report in zip([None, *reports], reports, strict=False):
        yield from payments_told("fjell", [Seen(before=before.reason if before else None, report=report)])
    yield access_refused("fjell", AccessRefused("Kari's password."))
    yield access_restored("fjell")
    yield batch_finished(Batch(id="b1", business="fjell", created_at=NOW), BatchCounts(transferred=2, refused=1))
    yield from recoveries_told([Recovery(business="fjell"), Recovery(business="fjell", since=NOW)])


def test_what_the_core_tells_is_told_whole_in_the_form_of_its_type(shared_fjell: Api) -> None:
    document = shared_fjell.get("/schema/openapi.json").json()
    happened = list(_all_kinds())
    assert {one.type for one in happened} == set(EventType)
    for one in happened:
        event = Event(id="e1", timestamp=WRITTEN_AT, **dict(one))
        told = EventDocument.of(event).document()
        assert told == json.loads(event.model_dump_json()), "what is listed is what is posted"
        assert "Kari" not in json.dumps(told)
        _require_valid(told, {"$ref": "#/components/schemas/EventDocument"}, document)
        _require_valid(told, _posted(document, one.type)["schema"], document)


def test_every_type_is_described_as_a_webhook_with_an_example(shared_fjell: Api) -> None:
    document = shared_fjell.get("/schema/openapi.json").json()
    assert list(document["webhooks"]) == [type_.value for type_ in EventType]
    (parameter,) = [one for one in _listing(document)["parameters"] if one["name"] == "type"]
    assert parameter["schema"]["type"] == "array"
    assert parameter["schema"]["items"] == {"type": "string", "enum": [type_.value for type_ in EventType]}
    mapping = document["components"]["schemas"]["EventDocument"]["discriminator"]["mapping"]
    for type_ in EventType:
        body = _posted(document, type_)
        assert body["example"] == EVENTS[type_]
        assert body["schema"]["$ref"] == mapping[type_.value]
        _require_valid(body["example"], body["schema"], document)
        headers = document["webhooks"][type_.value]["post"]["parameters"]
        assert [one["name"] for one in headers] == ["webhook-id", "webhook-timestamp", "webhook-signature"]


def _listing(document: Json) -> Json:
    operation: Json = document["paths"]["/v1/businesses/{business}/events"]["get"]
    return operation


def _posted(document: Json, type_: EventType) -> Json:
    body: Json = document["webhooks"][type_.value]["post"]["requestBody"]["content"]["application/json"]
    return body


def _require_valid(told: object, schema: Json, document: Json) -> None:
    rules = {"components": document["components"], **schema}
    faults = list(Draft202012Validator(rules, format_checker=FormatChecker()).iter_errors(told))
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def told(api: Api, query: str = "") -> list[tuple[str, str | None]]:
    return [(one["type"], one["invoice"]) for one in listed(api, query)["items"]]


def listed(api: Api, query: str = "") -> Json:
    answer = api.get(f"{FJELL}/events{query}")
    assert answer.status_code == 200, answer.text
    page: Json = answer.json()
    return page


@pytest.fixture
def happened(fjell: Api, office: Sandbox) -> Api:
    """Two invoices have arrived, and one of them was paid since; another is incomplete, and all are in a batch."""
    for number in ("1", "2"):
        add_invoice(fjell, number)
    assert fjell.post(f"{path_of('1')}/send").status_code == 200
    assert fjell.post(f"{FJELL}/transfers", json={"invoices": ["2", "nope"]}).status_code == 202
    order = fjell.get(path_of("1")).json()["transfer"]["order_id"]
    books = office.account(DEMO_ACCOUNT).books
    books.pay(books.publish(int(order)))
    for _ in range(2):
        assert fjell.post(f"{path_of('1')}/status").status_code == 200
    return fjell


HAPPENED = [
    ("transfer.transferred", "1"),
    ("transfer.transferred", "2"),
    ("batch.finished", None),
    ("invoice.published", "1"),
    ("invoice.paid", "1"),
]


def test_what_happened_is_listed_in_its_order_each_once(happened: Api) -> None:
    assert told(happened) == HAPPENED
    first, *_ = listed(happened)["items"]
    assert first.keys() == {"id", "type", "timestamp", "business", "invoice", "data"}
    assert first["data"]["order_id"]
    assert listed(happened)["next"] is None


def test_it_is_listed_page_by_page_and_on_after_the_last_that_was_seen(happened: Api) -> None:
    everything = listed(happened)["items"]
    found, after = [], ""
    while True:
        page = listed(happened, f"?limit=2{after}")
        found += page["items"]
        if page["next"] is None:
            break
        assert page["next"] == found[-1]["id"]
        after = f"&after={page['next']}"
    assert found == everything
    assert listed(happened, f"?after={found[-1]['id']}") == {"items": [], "next": None}
    add_invoice(happened, "3")
    happened.post(f"{path_of('3')}/send")
    assert told(happened, f"?after={found[-1]['id']}") == [("transfer.transferred", "3")]


def test_it_is_listed_by_type_and_time(happened: Api) -> None:
    assert told(happened, "?type=invoice.paid") == HAPPENED[-1:]
    assert told(happened, "?type=invoice.paid&type=batch.finished") == [HAPPENED[2], HAPPENED[4]]
    assert told(happened, "?type=invoice.deleted") == []
    last = listed(happened)["items"][-1]
    assert HAPPENED[-1] in told(happened, f"?since={last['timestamp']}")
    assert told(happened, "?since=2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize("query", ["after=nope", "type=nope", "type=invoice.paid&type=x", "since=nope", "limit=0"])
def test_what_can_not_be_used_is_refused(shared_fjell: Api, query: str) -> None:
    problem = problem_of(shared_fjell.get(f"{FJELL}/events?{query}"), 400, "bad_parameter")
    assert [fault["field"] for fault in problem["faults"]] == [query.partition("=")[0]]


def test_of_a_business_that_is_not_there_nothing_is_told(shared_fjell: Api) -> None:
    problem_of(shared_fjell.get("/v1/businesses/nobody/events"), 404, "unknown_business")


def test_another_business_s_event_is_no_place_to_go_on_after(fjell: Api, container: Container) -> None:
    assert fjell.put("/v1/businesses/vidde", json=business_document()).status_code == 201
    with container.storage().transaction() as work:
        work.events.add(access_restored("vidde"))
    (event,) = fjell.get("/v1/businesses/vidde/events").json()["items"]
    problem = problem_of(fjell.get(f"{FJELL}/events?after={event['id']}"), 400, "bad_parameter")
    assert "no event of this id" in problem["detail"]


def test_a_wrong_password_is_told_once_and_so_is_that_it_was_mended(fjell: Api) -> None:
    def connected(password: str) -> Mapping[str, Any]:
        assert fjell.patch(FJELL, json={"accounting": {"password": password}}).status_code == 200
        answers = [fjell.post(f"{FJELL}/verify") for _ in range(2)]
        return {"statuses": [answer.status_code for answer in answers]}

    right = business_document()["accounting"]["password"]
    assert connected("wrong") == {"statuses": [424, 424]}
    assert connected(right) == {"statuses": [200, 200]}
    assert told(fjell) == [("business.access_refused", None), ("business.access_restored", None)]
    refused = listed(fjell)["items"][0]["data"]
    assert refused["error"].keys() == {"code", "retriable", "outcome"}
