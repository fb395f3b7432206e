"""API keys, managed over HTTP by an administrator's key."""

from typing import Any

import pytest

from core.rights import Role
from entrypoints.container import Container
from tests.http.clients import bearing, key_for
from tests.http.documents import Api, problem_of

KEYS = "/v1/api-keys"


def make(api: Api, **asked: Any) -> Any:
    response = api.post(KEYS, json={"name": "shop", **asked})
    assert response.status_code == 201, response.text
    return response.json()


def prefixes(api: Api) -> list[str]:
    return [key["prefix"] for key in api.get(KEYS, params={"limit": 200}).json()["items"]]


def test_a_key_that_is_made_opens_what_it_is_for_and_is_shown_once(fjell: Api) -> None:
    made = make(fjell, business="fjell", role="read")
    shop = bearing(made["key"])

    assert fjell.get("/v1/businesses/fjell", headers=shop).status_code == 200
    problem_of(fjell.post("/v1/businesses/fjell/verify", headers=shop), 403, "not_allowed")
    kept = fjell.get(f"{KEYS}/{made['prefix']}")
    assert {name: value for name, value in made.items() if name not in ("key", "last_used_at")} == {
        name: value for name, value in kept.json().items() if name != "last_used_at"
    }
    assert made["key"].split("_")[2] not in kept.text + fjell.get(KEYS).text


def test_an_administrator_s_key_may_make_another(fjell: Api) -> None:
    made = make(fjell, administrator=True)
    assert (made["business"], made["role"]) == (None, "send")
    assert fjell.get(KEYS, headers=bearing(made["key"])).status_code == 200


def test_keys_are_listed_page_by_page(fjell: Api) -> None:
    for _ in range(3):
        make(fjell, business="fjell")
    first = fjell.get(KEYS, params={"limit": 2}).json()
    then = fjell.get(KEYS, params={"limit": 2, "after": first["next"]}).json()
    assert [key["prefix"] for key in first["items"] + then["items"]] == sorted(prefixes(fjell))[:4]


def test_a_key_that_is_revoked_stays_listed_and_revoking_it_again_changes_nothing(fjell: Api) -> None:
    made = make(fjell, business="fjell")
    revoked = fjell.delete(f"{KEYS}/{made['prefix']}")
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"]
    assert fjell.delete(f"{KEYS}/{made['prefix']}").json() == revoked.json()
    assert made["prefix"] in prefixes(fjell)
    problem_of(fjell.get("/v1/businesses", headers=bearing(made["key"])), 401, "not_authenticated")


def test_nobody_locks_himself_out(fjell: Api) -> None:
    (own,) = prefixes(fjell)
    problem_of(fjell.delete(f"{KEYS}/{own}"), 409, "own_api_key")
    assert fjell.get(KEYS).status_code == 200
    other = make(fjell, administrator=True)
    assert fjell.delete(f"{KEYS}/{own}", headers=bearing(other["key"])).status_code == 200


@pytest.mark.parametrize(("business", "role"), [("fjell", Role.READ), ("fjell", Role.SEND), (None, Role.READ)])
def test_a_key_gives_no_rights_that_it_does_not_have(
    fjell: Api, container: Container, business: str | None, role: Role
) -> None:
    lesser = bearing(key_for(container, business=business, role=role))
    before = prefixes(fjell)

    for asked in ({"business": "fjell", "role": "read"}, {"administrator": True}):
        problem_of(fjell.post(KEYS, json={"name": "x", **asked}, headers=lesser), 403, "not_allowed")
    for prefix in before:
        problem_of(fjell.delete(f"{KEYS}/{prefix}", headers=lesser), 403, "not_allowed")
    overseen = 200 if business is None else 403
    assert fjell.get(KEYS, headers=lesser).status_code == overseen
    assert fjell.get(f"{KEYS}/{before[0]}", headers=lesser).status_code == overseen
    assert prefixes(fjell) == before


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"business": None},
        {"business": "fjell", "administrator": True},
        {"administrator": False},
        {"business": "fjell", "role": "boss"},
        {"business": "fjell", "name": " "},
        {"business": "fjell", "prefix": "0" * 12},
    ],
)
def test_what_does_not_say_whom_a_key_is_for_makes_none(shared_fjell: Api, asked: dict[str, Any]) -> None:
    before = prefixes(shared_fjell)
    problem_of(shared_fjell.post(KEYS, json={"name": "shop", **asked}), 400, "not_an_api_key")
    assert prefixes(shared_fjell) == before


def test_a_key_for_nobody_s_business_and_an_unknown_prefix_are_404(shared_fjell: Api) -> None:
    problem_of(shared_fjell.post(KEYS, json={"name": "shop", "business": "nowhere"}), 404, "unknown_business")
    for method in ("GET", "DELETE"):
        problem_of(shared_fjell.request(method, f"{KEYS}/{'0' * 12}"), 404, "unknown_api_key")


def test_the_answer_is_not_kept_under_an_idempotency_key(shared_fjell: Api) -> None:
    before = prefixes(shared_fjell)
    sent = shared_fjell.post(KEYS, json={"name": "x", "administrator": True}, headers={"Idempotency-Key": "1"})
    problem_of(sent, 400, "bad_idempotency_key")
    assert prefixes(shared_fjell) == before


def test_it_is_in_the_audit_trail_under_the_administrator_s_key(fjell: Api) -> None:
    (own,) = prefixes(fjell)
    made = make(fjell, business="fjell")
    fjell.delete(f"{KEYS}/{made['prefix']}")
    fjell.delete(f"{KEYS}/{own}")

    entries = [
        one for one in fjell.get("/v1/audit", params={"limit": 200}).json()["items"] if "api_key" in one["action"]
    ]
    told = [(one["actor"]["key"], one["action"], one["result"], one["code"]) for one in entries if one["actor"]["key"]]
    assert sorted(told) == sorted(
        [
            (own, "api_key.created", "done", None),
            (own, "api_key.revoked", "done", None),
            (own, "api_key.revoked", "refused", "own_api_key"),
        ]
    )
