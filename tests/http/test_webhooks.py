"""Webhooks over HTTP, of the whole installation and of one business."""

from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers
from standardwebhooks import Webhook, WebhookVerificationError

from core.event import EventType, Happening
from core.rights import Role
from core.webhook import Attempt, DeliveryState, is_secret
from entrypoints.container import Container
from tests.http.clients import bearing, key_for
from tests.http.documents import Api, business_document, problem_of
from tests.receiver import Receiver, receiver

ALL, FJELL = "/v1/webhooks", "/v1/businesses/fjell/webhooks"
URL = "https://shop.example/hooks?token=canary-4711"
WHERE = pytest.mark.parametrize("where", [ALL, FJELL])


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as shop:
        yield shop


@pytest.fixture
def container(container: Container) -> Container:
    """This machine may be sent to."""
    settings = container.settings().model_copy(update={"webhook_allowed_networks": "127.0.0.0/8"})
    container.settings.override(providers.Object(settings))
    return container


def add(api: Api, where: str = FJELL, url: str = URL, **asked: Any) -> Any:
    answer = api.post(where, json={"url": url, **asked})
    assert answer.status_code == 201, answer.text
    return answer.json()


def happen(container: Container, *invoices: str, type_: EventType = EventType.INVOICE_PAID) -> list[str]:
    """Have events written; return their ids."""
    with container.storage().transaction() as work:
        work.events.add(*(Happening(type=type_, business="fjell", invoice=one, data={}) for one in invoices))
    with container.storage().transaction() as work:
        return [one.id for one in work.events.list("fjell", limit=99)][-len(invoices) :]


def fail(container: Container, webhook: str) -> None:
    """Let everything that is due be given up."""
    now = container.clock().now()
    with container.storage().transaction() as work:
        for due in work.deliveries.due(webhook, now=now, limit=99):
            changes = {"state": DeliveryState.GIVEN_UP, "attempts": 1, "failed": True, "next_attempt_at": None}
            work.deliveries.tried(
                due.delivery.model_copy(update=changes), Attempt(at=now, status=500, duration_ms=7, answer="no")
            )


@WHERE
def test_a_webhook_is_added_shown_listed_changed_and_removed(fjell: Api, where: str) -> None:
    added = add(fjell, where, types=["invoice.paid"])
    secret = added.pop("secret")
    assert is_secret(secret)
    assert added["url"] == "https://shop.example/hooks?..."
    assert added["business"] == (None if where == ALL else "fjell")
    assert fjell.get(f"{where}/{added['id']}").json() == added
    assert fjell.get(where).json() == {"items": [added], "next": None}
    assert fjell.get(FJELL if where == ALL else ALL).json()["items"] == []

    moved = fjell.patch(f"{where}/{added['id']}", json={"url": "https://other.example/"}).json()
    assert moved == added | {"url": "https://other.example/"}
    assert fjell.patch(f"{where}/{added['id']}", json={"types": None}).json() == moved | {"types": []}

    removed = fjell.delete(f"{where}/{added['id']}")
    assert (removed.status_code, removed.json()["id"]) == (200, added["id"])
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/enable"),
        ("POST", "/disable"),
    ):
        problem_of(fjell.request(method, f"{where}/{added['id']}{path}"), 404, "unknown_webhook")


def test_webhooks_are_listed_page_by_page(fjell: Api) -> None:
    added = [add(fjell)["id"] for _ in range(3)]
    first = fjell.get(FJELL, params={"limit": 2}).json()
    then = fjell.get(FJELL, params={"limit": 2, "after": first["next"]}).json()
    assert [one["id"] for one in first["items"] + then["items"]] == added


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "not_a_webhook"),
        ({"url": URL, "types": ["invoice.eaten"]}, "not_a_webhook"),
        ({"url": URL, "secret": "whsec_"}, "not_a_webhook"),
        ({"url": "https://user:pass@shop.example/"}, "bad_webhook_address"),
        ({"url": "http://shop.example/#x"}, "bad_webhook_address"),
        ({"url": "https://shop.example/" + "a" * 2000}, "bad_webhook_address"),
        ({"url": "https://10.0.0.1/"}, "bad_webhook_address"),
    ],
)
def test_what_can_be_no_webhook_is_refused(fjell: Api, asked: object, code: str) -> None:
    problem_of(fjell.post(FJELL, json=asked), 400, code)
    assert fjell.get(FJELL).json()["items"] == []


@pytest.mark.parametrize("path", ["", "/1/rotate-secret"])
def test_an_answer_with_a_secret_is_not_kept(fjell: Api, path: str) -> None:
    sent = {"url": URL} if not path else {}
    answer = fjell.post(f"{FJELL}{path}", json=sent, headers={"Idempotency-Key": "k"})
    problem_of(answer, 400, "bad_idempotency_key")


def test_a_business_s_keys_look_and_only_an_administrator_changes(fjell: Api, container: Container) -> None:
    webhook = add(fjell)["id"]
    for role in Role:
        key = bearing(key_for(container, business="fjell", role=role))
        for path in ("", f"/{webhook}", f"/{webhook}/deliveries"):
            assert fjell.get(f"{FJELL}{path}", headers=key).status_code == 200, path
        problem_of(fjell.post(FJELL, json={"url": URL}, headers=key), 403, "not_allowed")
        for path in ("enable", "disable", "rotate-secret", "test", "resend"):
            problem_of(fjell.post(f"{FJELL}/{webhook}/{path}", json={}, headers=key), 403, "not_allowed")
        problem_of(fjell.patch(f"{FJELL}/{webhook}", json={}, headers=key), 403, "not_allowed")
        problem_of(fjell.delete(f"{FJELL}/{webhook}", headers=key), 403, "not_allowed")
        problem_of(fjell.get(ALL, headers=key), 403, "not_allowed")
    reader = bearing(key_for(container, role=Role.READ))
    assert fjell.get(ALL, headers=reader).status_code == 200
    problem_of(fjell.post(ALL, json={"url": URL}, headers=reader), 403, "not_allowed")


def test_a_webhook_of_another_business_is_not_found(fjell: Api) -> None:
    fjell.put("/v1/businesses/vidde", json=business_document())
    webhook = add(fjell, "/v1/businesses/vidde/webhooks")["id"]
    for where in (FJELL, ALL):
        problem_of(fjell.get(f"{where}/{webhook}"), 404, "unknown_webhook")
        problem_of(fjell.post(f"{where}/{webhook}/disable"), 404, "unknown_webhook")


@WHERE
def test_a_test_sends_an_example_that_the_secret_verifies(fjell: Api, shop: Receiver, where: str) -> None:
    added = add(fjell, where, url=f"{shop.url}?token=canary-4711")
    tested = fjell.post(f"{where}/{added['id']}/test", json={"type": "transfer.rejected"})

    assert tested.status_code == 200, tested.text
    (came,) = shop.received
    assert came.path == "/hooks?token=canary-4711"
    assert Webhook(added["secret"]).verify(came.body, dict(came.headers)) == tested.json()["event"]
    assert tested.json()["delivered"] is True
    assert tested.json()["attempt"]["status"] == 204
    assert tested.json()["event"]["id"].startswith("example_")
    assert fjell.get(f"{where}/{added['id']}/deliveries").json()["items"] == []


def test_a_test_that_fails_says_how_and_nothing_of_the_query(fjell: Api, shop: Receiver) -> None:
    shop.status = 404
    added = add(fjell, url=f"{shop.url}?token=canary-4711")
    tested = fjell.post(f"{FJELL}/{added['id']}/test", json={})
    assert tested.json()["delivered"] is False
    assert tested.json()["attempt"] | {"at": "", "duration_ms": 0} == {
        "at": "",
        "status": 404,
        "trouble": None,
        "duration_ms": 0,
        "answer": "Cannot POST /hooks?...",
    }
    assert "canary-4711" not in tested.text


def test_a_secret_is_rotated_with_or_without_the_one_before(fjell: Api, shop: Receiver) -> None:
    added = add(fjell, url=shop.url)
    where = f"{FJELL}/{added['id']}"
    second = fjell.post(f"{where}/rotate-secret", json={}).json()
    assert second["old_secret_until"]
    fjell.post(f"{where}/test", json={})
    third = fjell.post(f"{where}/rotate-secret", json={"at_once": True}).json()
    assert third["old_secret_until"] is None
    fjell.post(f"{where}/test", json={})

    both, last = shop.received
    for secret in (added["secret"], second["secret"]):
        Webhook(secret).verify(both.body, dict(both.headers))
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(last.body, dict(last.headers))
    Webhook(third["secret"]).verify(last.body, dict(last.headers))


def test_deliveries_are_listed_and_shown_and_sent_again(fjell: Api, container: Container) -> None:
    webhook = add(fjell)["id"]
    where = f"{FJELL}/{webhook}"
    first, second = happen(container, "1", "2")
    fail(container, webhook)
    (third,) = happen(container, "3", type_=EventType.TRANSFER_REJECTED)

    def listed(**params: Any) -> list[str]:
        answer = fjell.get(f"{where}/deliveries", params=params)
        assert answer.status_code == 200, answer.text
        return [one["event"] for one in answer.json()["items"]]

    assert listed() == [third, second, first]
    assert listed(state="given_up") == listed(failed="true") == listed(type="invoice.paid") == [second, first]
    assert listed(since="2020-01-01T00:00:00Z", failed="false") == [third]
    assert listed(since="2100-01-01T00:00:00Z") == []
    page = fjell.get(f"{where}/deliveries", params={"limit": 2}).json()
    assert listed(after=page["next"]) == [first]
    story = fjell.get(f"{where}/deliveries/{first}").json()
    assert (story["state"], story["failed"], story["attempts"]) == ("given_up", True, 1)
    assert [(one["status"], one["answer"]) for one in story["tried"]] == [(500, "no")]
    problem_of(fjell.get(f"{where}/deliveries/nothing"), 404, "unknown_delivery")

    again = fjell.post(f"{where}/deliveries/{first}/resend")
    assert (again.status_code, again.json()["state"]) == (200, "pending")
    assert fjell.post(f"{where}/resend", json={"failed": True}).json() == {"events": 2}
    assert fjell.post(f"{where}/resend", json={"since": "2020-01-01T00:00:00Z"}).json() == {"events": 3}
    assert listed(state="pending") == [third, second, first]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"failed": False},
        {"failed": True, "since": "2020-01-01T00:00:00Z"},
        {"until": "2020-01-01T00:00:00Z"},
        {"since": "2020"},
        {"since": 2020},
        {"since": "2020-01-01"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "2020-01-01T00:00:00Z", "until": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_what_to_send_again_is_one_of_two(fjell: Api, asked: object) -> None:
    problem_of(fjell.post(f"{FJELL}/{add(fjell)['id']}/resend", json=asked), 400, "not_a_resend")


def test_nothing_is_sent_again_to_one_that_is_disabled(fjell: Api) -> None:
    where = f"{FJELL}/{add(fjell)['id']}"
    disabled = fjell.post(f"{where}/disable").json()
    assert (disabled["state"], disabled["disabled_reason"]) == ("disabled", "by_person")
    problem = problem_of(fjell.post(f"{where}/resend", json={"failed": True}), 409, "webhook_disabled")
    assert "/enable" in problem["hint"]
    enabled = fjell.post(f"{where}/enable").json()
    assert (enabled["state"], enabled["disabled_reason"], enabled["disabled_at"]) == ("enabled", None, None)


@pytest.mark.parametrize("params", [{"state": "lost"}, {"type": "x"}, {"failed": "yes"}, {"since": "today"}])
def test_a_filter_that_is_none_is_refused(fjell: Api, params: dict[str, str]) -> None:
    problem_of(fjell.get(f"{FJELL}/{add(fjell)['id']}/deliveries", params=params), 400, "bad_parameter")


def test_what_people_do_is_in_the_trail(fjell: Api, container: Container) -> None:
    webhook = add(fjell)["id"]
    key = bearing(key_for(container, name="ops"))
    for path in ("disable", "enable", "rotate-secret", "resend"):
        fjell.post(f"{FJELL}/{webhook}/{path}", json={"failed": True} if path == "resend" else {}, headers=key)
    fjell.delete(f"{FJELL}/{webhook}", headers=key)
    told = fjell.get("/v1/businesses/fjell/audit").json()["items"]
    noted = [(one["action"], one["subject"]) for one in told if one["action"].startswith("webhook")]
    assert noted == [
        (f"webhook.{what}", webhook) for what in ("added", "disabled", "enabled", "secret_rotated", "resent", "removed")
    ]
