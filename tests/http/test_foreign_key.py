"""A business with another's key, on every route that the document lists: a new route is covered by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers

from core.rights import Role
from entrypoints.container import Container
from entrypoints.http.app import routes
from tests.http.clients import bearing, key_for
from tests.http.documents import Api, add_invoice, business_document, invoice_document, problem_of

VIDDE = "/v1/businesses/vidde"
WEBHOOK = {"url": "https://shop.example/hooks"}
BODIES: dict[str, object] = {
    "add_webhook_of_business": WEBHOOK,
    "change_webhook_of_business": {"types": []},
    "rotate_webhook_secret_of_business": {},
    "test_webhook_of_business": {},
    "resend_events_of_business": {"failed": True},
    "store_business": business_document(),
    "add_invoice": invoice_document("1"),
    "choose_customer": {"customer_id": "1"},
    "send_invoices": {"all": True},
}


def _operations() -> Iterator[tuple[str, str, str]]:
    """Every operation of the API: its name, method and path."""
    document: dict[str, Any] = routes().openapi_schema.to_schema()
    for path, item in document["paths"].items():
        for method in {"get", "put", "post", "delete", "patch"} & set(item):
            if path.startswith("/v1/"):
                yield item[method]["operationId"], method, path


OPERATIONS = sorted(_operations())
OF_A_BUSINESS = [one for one in OPERATIONS if "{business}" in one[2]]
OF_ALL = [one for one in OPERATIONS if "{business}" not in one[2]]


@pytest.fixture(scope="module")
def shared_container(shared_container: Container) -> Container:
    """Without a limit: a key makes more requests here than it usually may."""
    unlimited = shared_container.settings().model_copy(update={"requests_per_minute": 0})
    shared_container.settings.override(providers.Object(unlimited))
    return shared_container


@pytest.fixture(scope="module")
def things(shared_fjell: Api) -> dict[str, str]:
    """What "vidde" has, by the path parameters that name it; "fjell" has its own invoice 1."""
    add_invoice(shared_fjell, "1")
    assert shared_fjell.put(VIDDE, json=business_document()).status_code == 201
    assert shared_fjell.put(f"{VIDDE}/invoices/1", json=invoice_document("1")).status_code == 201
    transfer = shared_fjell.post(f"{VIDDE}/invoices/1/send").json()["id"]
    batch = shared_fjell.post(f"{VIDDE}/transfers", json={"invoices": ["1"]}).json()["id"]
    webhook = shared_fjell.post(f"{VIDDE}/webhooks", json=WEBHOOK).json()["id"]
    assert shared_fjell.post("/v1/webhooks", json={"url": "https://vidde.example/"}).status_code == 201
    return {
        "business": "vidde",
        "number": "1",
        "transfer": transfer,
        "batch": batch,
        "prefix": "000000000000",
        "webhook": webhook,
        "event": "1",
    }


@pytest.fixture(scope="module")
def keys(shared_container: Container) -> dict[Role, str]:
    return {role: key_for(shared_container, business="fjell", role=role) for role in Role}


def _everything(api: Api) -> list[Any]:
    paths = ("", "/invoices", "/transfers", "/audit", "/events", "/webhooks")
    return [api.get(f"{VIDDE}{path}").json() for path in paths]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("name", "method", "path"), OF_A_BUSINESS)
def test_another_s_key_finds_no_business_and_changes_nothing(
    shared_fjell: Api, things: dict[str, str], keys: dict[Role, str], name: str, method: str, path: str, role: Role
) -> None:
    before = _everything(shared_fjell)

    answer = shared_fjell.request(method, path.format(**things), json=BODIES.get(name), headers=bearing(keys[role]))

    problem_of(answer, 404, "unknown_business")
    assert _everything(shared_fjell) == before


@pytest.mark.parametrize(("name", "method", "path"), OF_A_BUSINESS)
def test_another_s_things_are_not_found_under_one_s_own_name(
    shared_fjell: Api, things: dict[str, str], keys: dict[Role, str], name: str, method: str, path: str
) -> None:
    if not {"{transfer}", "{batch}", "{webhook}"} & {part for part in path.split("/") if part.startswith("{")}:
        pytest.skip("the path names nothing that another business could have")
    under_mine = path.format(**things | {"business": "fjell"})

    of_the_whole = "{webhook}" in path and method != "get"
    headers = {} if of_the_whole else bearing(keys[Role.SEND])
    answer = shared_fjell.request(method, under_mine, json=BODIES.get(name), headers=headers)

    assert answer.status_code == 404
    assert answer.json()["code"] in ("unknown_transfer", "unknown_batch", "unknown_webhook")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("name", "method", "path"), OF_ALL)
def test_what_spans_businesses_shows_a_key_nothing_of_another(
    shared_fjell: Api, things: dict[str, str], keys: dict[Role, str], name: str, method: str, path: str, role: Role
) -> None:
    answer = shared_fjell.request(method, path.format(**things), headers=bearing(keys[role]))

    assert answer.status_code in (200, 403)
    assert "vidde" not in answer.text
    assert things["transfer"] not in answer.text


@pytest.mark.parametrize(("name", "method", "path"), OPERATIONS)
def test_without_a_key_no_operation_tells_anything(
    shared_fjell: Api, things: dict[str, str], name: str, method: str, path: str
) -> None:
    request = shared_fjell.build_request(method, path.format(**things), json=BODIES.get(name))
    del request.headers["Authorization"]

    answer = shared_fjell.send(request)

    problem_of(answer, 401, "not_authenticated")
