"""Who is let in over HTTP, to what, and what everybody else is told."""

from collections.abc import Iterator

import pytest
from dependency_injector import providers

from core.errors import TryAgain
from core.rights import Role
from core.use_cases.api_keys import REMEMBERED_FOR
from entrypoints.container import Container
from entrypoints.http.access import NEEDS
from entrypoints.http.app import routes
from entrypoints.http.limits import MOST_FAILURES, MOST_PREFIXES
from entrypoints.http.server import server_config
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.fakes.clock import FakeClock
from tests.http.clients import bearing, client_of, key_for
from tests.http.documents import Api, add_invoice, business_document, invoice_document, path_of, problem_of

NOBODYS = f"kvitt_{'0' * 12}_{'0' * 64}"
FJELL, VIDDE = "/v1/businesses/fjell", "/v1/businesses/vidde"


@pytest.fixture
def outside(container: Container) -> Iterator[Api]:
    """A client without any key."""
    with client_of(container, key="") as client:
        yield client


@pytest.fixture
def two(fjell: Api) -> Api:
    """An administrator's client; there are the businesses "fjell" and "vidde", each with invoice 1."""
    assert fjell.put(VIDDE, json=business_document()).status_code == 201
    add_invoice(fjell, "1")
    assert fjell.put(f"{VIDDE}/invoices/1", json=invoice_document("1")).status_code == 201
    return fjell


@pytest.fixture(scope="module")
def shared_keys(shared_container: Container, shared_fjell: Api) -> dict[Role, str]:
    """Keys for "fjell"; there is the business "vidde" too."""
    assert shared_fjell.put(VIDDE, json=business_document()).status_code == 201
    return {role: key_for(shared_container, business="fjell", role=role) for role in Role}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/businesses"),
        ("PUT", FJELL),
        ("DELETE", FJELL),
        ("POST", f"{FJELL}/verify"),
        ("GET", "/v1"),
        ("GET", "/v1/nothing"),
        ("GET", "//v1/businesses"),
        ("GET", "/v1//businesses"),
        ("GET", "/V1/businesses"),
        ("GET", "/%76%31/businesses"),
        ("OPTIONS", "/v1/businesses"),
        ("GET", "/metrics"),
        ("GET", "/Metrics/"),
    ],
)
@pytest.mark.sampled(3)
def test_without_a_key_nothing_is_told_but_how_to_get_one(outside: Api, method: str, path: str) -> None:
    response = outside.request(method, f"http://127.0.0.1:8000{path}", content=b"{")

    problem = problem_of(response, 401, "not_authenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert "kvitt api-key create" in problem["hint"]  # no request makes the first one


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/schema/openapi.json"])
def test_what_holds_no_data_needs_no_key(outside: Api, path: str) -> None:
    assert outside.get(path).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {NOBODYS}",
        NOBODYS,
        f"Basic {NOBODYS}",
        "Bearer",
        "Bearer ",
        f"Bearer {NOBODYS}{'0' * 500}",
        "Bearer kvitt_000000000000_",
        "Bearer ' OR 1=1 --",
        "Bearer blåbær".encode("latin-1"),
    ],
)
@pytest.mark.sampled(3)
def test_what_is_no_key_is_refused_like_a_missing_one(outside: Api, header: str | bytes) -> None:
    sent = header if isinstance(header, bytes) else header.encode()
    problem_of(outside.get("/v1/businesses", headers={b"Authorization": sent}), 401, "not_authenticated")


def test_two_keys_at_once_are_none(outside: Api, container: Container) -> None:
    header = ("Authorization", f"Bearer {key_for(container)}")
    problem_of(outside.get("/v1/businesses", headers=[header, header]), 401, "not_authenticated")


def test_the_scheme_is_read_in_any_case(outside: Api, container: Container) -> None:
    key = key_for(container)
    assert outside.get("/v1/businesses", headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_body_is_not_read_before_the_key(outside: Api) -> None:
    def body() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    problem_of(outside.put(FJELL, content=body()), 401, "not_authenticated")


def test_a_revoked_key_opens_nothing_some_seconds_later(container: Container) -> None:
    clock = FakeClock()
    container.clock.override(providers.Object(clock))
    with client_of(container) as api:
        assert api.get("/v1/businesses").status_code == 200
        keys = container.manage_api_keys()
        for key in keys.list(limit=9):
            keys.revoke(key.prefix)
        clock.advance(seconds=REMEMBERED_FOR.total_seconds())

        problem_of(api.get("/v1/businesses"), 401, "not_authenticated")


def test_every_route_of_the_api_says_what_it_needs() -> None:
    for route in routes().routes:
        if route.path.startswith("/v1"):
            for handler in getattr(route, "route_handlers", []):
                assert NEEDS in handler.opt or "OPTIONS" in handler.http_methods, route.path


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {}),
        ("PATCH", "", {}),
        ("POST", "/verify", None),
        ("GET", "/audit", None),
        ("GET", "/events", None),
        ("GET", "/invoices", None),
        ("GET", "/invoices/1", None),
        ("PUT", "/invoices/1", invoice_document("1")),
        ("GET", "/invoices/1/preview", None),
        ("POST", "/invoices/1/customer", {"customer_id": "1"}),
        ("POST", "/invoices/1/credit", {}),
        ("POST", "/invoices/1/adopt", {"order_id": "1"}),
        ("POST", "/invoices/1/send", None),
        ("POST", "/invoices/1/withdraw", None),
        ("POST", "/invoices/1/replace", {}),
        ("POST", "/invoices", [invoice_document("1")]),
        ("DELETE", "/invoices/1", None),
        ("DELETE", "/invoices/1/customer", None),
        ("GET", "/invoices/1/history", None),
        ("POST", "/statuses", {"open": True}),
        ("POST", "/invoices/1/status", None),
        ("GET", "/transfers", None),
        ("POST", "/transfers", {"all": True}),
        ("GET", "/transfers/1", None),
        ("POST", "/transfers/1/retry", None),
        ("POST", "/transfers/1/cancel", None),
        ("GET", "/batches/1", None),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_another_s_business_looks_like_one_that_there_is_not(
    shared_fjell: Api, shared_keys: dict[Role, str], method: str, path: str, body: object, role: Role
) -> None:
    key = shared_keys[role]
    there, nowhere = (
        shared_fjell.request(method, f"/v1/businesses/{name}{path}", json=body, headers=bearing(key))
        for name in ("vidde", "nowhere")
    )

    problem = problem_of(there, 404, "unknown_business")
    assert there.text.replace("vidde", "nowhere") == nowhere.text
    assert problem == problem_of(shared_fjell.get("/v1/businesses/nowhere"), 404, "unknown_business") | {
        "detail": problem["detail"]
    }
    for name in ("date", "content-length", "x-request-id"):
        there.headers.pop(name, None)
        nowhere.headers.pop(name, None)
    assert there.headers == nowhere.headers


@pytest.mark.parametrize("name", ["fjell%2F", "..%2Fvidde", "fjell%00", "fjell%2e%2e", "FJELL", "fjell%20"])
def test_names_that_are_nearly_its_own_are_not_its_own(
    shared_fjell: Api, shared_keys: dict[Role, str], name: str
) -> None:
    key = shared_keys[Role.SEND]
    response = shared_fjell.get(f"/v1/businesses/{name}", headers=bearing(key))
    assert response.status_code in (400, 404)
    assert response.json()["code"] in ("unknown_business", "bad_path", "unknown_path")


def test_a_key_s_own_business_may_hold_no_other_s_things(two: Api, container: Container) -> None:
    sent = two.post(f"{VIDDE}/invoices/1/send").json()
    batch = two.post(f"{VIDDE}/transfers", json={"all": True}).json()
    mine = bearing(key_for(container, business="fjell"))

    for path in (f"transfers/{sent['id']}", "transfers/nothing"):
        problem_of(two.get(f"{FJELL}/{path}", headers=mine), 404, "unknown_transfer")
        problem_of(two.post(f"{FJELL}/{path}/cancel", headers=mine), 404, "unknown_transfer")
        problem_of(two.post(f"{FJELL}/{path}/retry", headers=mine), 404, "unknown_transfer")
    problem_of(two.get(f"{FJELL}/batches/{batch['id']}", headers=mine), 404, "unknown_batch")
    assert two.get(f"{FJELL}/transfers", headers=mine).json()["items"] == []


def test_a_key_lists_its_own_business_alone(two: Api, container: Container) -> None:
    mine = bearing(key_for(container, business="vidde"))

    def listed(query: str = "") -> list[str]:
        answer = two.get(f"/v1/businesses{query}", headers=mine).json()
        assert answer["next"] is None
        return [one["name"] for one in answer["items"]]

    assert listed() == listed("?limit=1") == listed("?after=fjell") == ["vidde"]
    assert listed("?after=vidde") == []
    assert [one["name"] for one in two.get("/v1/businesses").json()["items"]] == ["fjell", "vidde"]


def test_a_key_to_read_previews_and_checks_and_changes_nothing(two: Api, container: Container) -> None:
    two.post(f"{path_of('1')}/send")
    reader = bearing(key_for(container, business="fjell", role=Role.READ))

    for path in ("", "/invoices", "/invoices/1", "/invoices/1/preview", "/transfers", "/audit", "/events"):
        assert two.get(f"{FJELL}{path}", headers=reader).status_code == 200, path
    assert two.post(f"{path_of('1')}/status", headers=reader).status_code == 200
    for method, path in (
        ("PUT", "/invoices/2"),
        ("POST", "/invoices/1/send"),
        ("POST", "/invoices/1/customer"),
        ("POST", "/transfers"),
        ("POST", "/transfers/1/retry"),
        ("POST", "/transfers/1/cancel"),
        ("POST", "/verify"),
    ):
        refused = problem_of(two.request(method, f"{FJELL}{path}", headers=reader), 403, "not_allowed")
        assert "a key of the role send" in refused["detail"]


def test_a_key_to_send_does_all_with_its_business_but_change_it(two: Api, container: Container) -> None:
    sender = bearing(key_for(container, business="fjell"))

    assert two.put(path_of("2"), json=invoice_document("2"), headers=sender).status_code == 201
    assert two.post(f"{path_of('2')}/send", headers=sender).json()["state"] == "transferred"
    assert two.post(f"{FJELL}/verify", headers=sender).status_code == 200
    for refused in (
        two.put(FJELL, json=business_document(), headers=sender),
        two.patch(FJELL, json={"accounting": {"password": "x"}}, headers=sender),
    ):
        assert "administrator" in problem_of(refused, 403, "not_allowed")["detail"]
    for path in ("/v1/audit", "/metrics"):
        problem_of(two.get(path, headers=sender), 403, "not_allowed")


def test_an_administrator_s_key_to_read_oversees_all_and_changes_nothing(two: Api, container: Container) -> None:
    overseer = bearing(key_for(container, role=Role.READ))

    for path in (FJELL, VIDDE, "/v1/businesses", "/v1/audit", "/metrics"):
        assert two.get(path, headers=overseer).status_code == 200
    problem_of(two.put(FJELL, json=business_document(), headers=overseer), 403, "not_allowed")
    problem_of(two.patch(FJELL, json={}, headers=overseer), 403, "not_allowed")
    problem_of(two.post(f"{path_of('1')}/send", headers=overseer), 403, "not_allowed")


def test_an_answer_kept_for_one_key_is_never_given_to_another(two: Api, container: Container, office: Sandbox) -> None:
    header = {"Idempotency-Key": "the same"}
    first, second = (bearing(key_for(container, business=name)) for name in ("fjell", "fjell"))
    path = f"{path_of('1')}/send"
    two.post(path, headers=header | first)

    again = two.post(path, headers=header | first)
    others = two.post(path, headers=header | second)
    different = two.post(f"{FJELL}/verify", headers=header | second)

    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in others.headers
    problem_of(different, 422, "idempotency_key_reused")


def test_a_key_that_is_refused_claims_no_idempotency_key(two: Api, container: Container) -> None:
    header = {"Idempotency-Key": "mine"}
    reader = bearing(key_for(container, business="fjell", role=Role.READ))

    for _ in range(2):
        problem_of(two.post(f"{path_of('1')}/send", headers=header | reader), 403, "not_allowed")


def test_whoever_retries_a_revoked_key_takes_nobody_else_of_its_address_down(container: Container) -> None:
    revoked, right = key_for(container, business=None, name="revoked"), key_for(container)
    container.manage_api_keys().revoke(revoked.split("_")[1])
    with client_of(container, key=revoked) as api:
        for _ in range(MOST_FAILURES):
            problem_of(api.get("/v1/businesses"), 401, "not_authenticated")
        refused = api.get("/v1/businesses")
        problem_of(refused, 429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60

        assert api.get("/v1/businesses", headers=bearing(right)).status_code == 200
        problem_of(api.get("/v1/businesses", headers=bearing(NOBODYS)), 401, "not_authenticated")
        assert api.get("/health/live").status_code == 200


def test_whoever_guesses_is_stopped_and_a_right_key_is_let_in_beside_it(container: Container) -> None:
    right, another = key_for(container), key_for(container)
    prefix = right.split("_")[1]
    guesses = {
        "at one key": [f"kvitt_{prefix}_{nth:064x}" for nth in range(MOST_FAILURES)],
        "at many": [f"kvitt_{nth:012x}_{nth:064x}" for nth in range(MOST_PREFIXES)],
    }
    for tried in guesses.values():
        with client_of(container, key="") as api:
            for guess in tried:
                problem_of(api.get("/v1/businesses", headers=bearing(guess)), 401, "not_authenticated")

            for guess in (f"{tried[0][:-1]}f", tried[-1]):
                problem_of(api.get("/v1/businesses", headers=bearing(guess)), 429, "too_many_requests")
            for key in (right, another):
                assert api.get("/v1/businesses", headers=bearing(key)).status_code == 200


def test_a_key_that_is_revoked_is_not_let_in_beside_one_who_guesses(container: Container) -> None:
    revoked = key_for(container)
    container.manage_api_keys().revoke(revoked.split("_")[1])
    with client_of(container, key="") as api:
        for nth in range(MOST_PREFIXES):
            api.get("/v1/businesses", headers=bearing(f"kvitt_{nth:012x}_{nth:064x}"))
        problem_of(api.get("/v1/businesses", headers=bearing(revoked)), 429, "too_many_requests")


def test_requests_without_a_key_lock_nobody_out(container: Container) -> None:
    with client_of(container, key="") as api:
        for _ in range(MOST_FAILURES + 1):
            problem_of(api.get("/v1/businesses"), 401, "not_authenticated")
        assert api.get("/v1/businesses", headers=bearing(key_for(container))).status_code == 200


def test_a_key_makes_so_many_requests_and_others_go_on(container: Container) -> None:
    container.settings.override(container.settings().model_copy(update={"requests_per_minute": 2}))
    with client_of(container) as api:
        assert [api.get("/v1/businesses").status_code for _ in range(3)] == [200, 200, 429]
        refused = api.get("/v1/businesses")
        problem_of(refused, 429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert api.get("/v1/businesses", headers=bearing(key_for(container))).status_code == 200


@pytest.mark.parametrize("path", ["/v1/businesses", "/v1/nothing", "/health/live", "/schema/openapi.json"])
@pytest.mark.parametrize("key", [None, "", "wrong"])
@pytest.mark.sampled(2)
def test_every_answer_keeps_itself_to_itself(container: Container, path: str, key: str | None) -> None:
    with client_of(container, key=key) as api:
        headers = api.get(path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "server" not in headers


def test_another_origin_is_granted_nothing(fjell: Api) -> None:
    asking = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    for headers in (asking, asking | {"Authorization": ""}):
        answer = fjell.options("/v1/businesses", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_body_of_unstated_length_is_cut_off(fjell: Api) -> None:
    pieces = (b" " * 100_000 for _ in range(20))
    response = fjell.put(path_of("1"), content=pieces, headers={"Content-Type": "application/json"})
    problem_of(response, 413, "too_large")


def test_a_server_that_others_can_reach_answers_to_any_name(container: Container) -> None:
    with client_of(container) as api:
        problem_of(api.get("/v1/businesses", headers={"Host": "kvitt.example"}), 400, "unknown_host")
        problem_of(api.get("/health/live", headers={"Host": "kvitt.example"}), 400, "unknown_host")
    key = key_for(container)
    with client_of(container, key=key, local_only=False) as api:
        assert api.get("/v1/businesses", headers={"Host": "kvitt.example"}).status_code == 200


def test_where_callers_are_is_believed_of_proxies_that_are_named_alone(container: Container) -> None:
    assert not server_config(container, "127.0.0.1").proxy_headers
    named = container.settings().model_copy(update={"trusted_proxies": "10.0.0.7"})
    container.settings.override(providers.Object(named))
    config = server_config(container, "127.0.0.1")
    assert config.proxy_headers
    assert config.forwarded_allow_ips == "10.0.0.7"


def test_limits_are_on_unless_the_operator_says_otherwise() -> None:
    settings = Settings()
    assert (settings.requests_per_minute, settings.trusted_proxies) == (600, "")


def test_the_document_says_that_a_key_is_needed(fjell: Api) -> None:
    document = fjell.get("/schema/openapi.json").json()

    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    for path, item in document["paths"].items():
        for method in {"get", "put", "post"} & set(item):
            operation = item[method]
            if not path.startswith("/v1/"):
                assert "security" not in operation
                continue
            assert operation["security"] == [{"bearerAuth": []}]
            assert {"401", "403", "429"} <= set(operation["responses"])
            assert "404" in operation["responses"] or "{business}" not in path
            assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
            assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_the_trail_tells_who_did_what_with_which_key(two: Api, container: Container) -> None:
    sender = bearing(key_for(container, business="fjell", name="the shop"))
    two.post(f"{path_of('1')}/send", headers=sender)
    problem_of(two.post(f"{path_of('unknown')}/send", headers=sender), 404, "unknown_invoice")

    trail = two.get(f"{FJELL}/audit", headers=sender).json()
    [sent] = [one for one in trail["items"] if one["action"] == "invoice.sent" and one["result"] == "done"]
    [refused] = [one for one in trail["items"] if one["result"] == "refused"]

    assert trail["next"] is None
    assert {one["business"] for one in trail["items"]} == {"fjell"}
    assert sent["actor"]["kind"] == "api_key"
    assert sent["actor"]["name"] == "the shop"
    assert sender["Authorization"].startswith(f"Bearer kvitt_{sent['actor']['key']}_")
    assert (sent["invoice"], refused["invoice"], refused["code"]) == ("1", "unknown", "unknown_invoice")
    assert [one["action"] for one in two.get(f"{FJELL}/audit?invoice=1", headers=sender).json()["items"]] == [
        "invoice.added",
        "invoice.sent",
        "transfer.transferred",
    ]


def test_the_trail_of_all_is_read_page_by_page_and_since_a_time(two: Api) -> None:
    everything, after = [], ""
    while True:
        page = two.get(f"/v1/audit?limit=2{after}").json()
        everything += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert everything == two.get("/v1/audit").json()["items"]
    assert {one["business"] for one in everything} == {None, "fjell", "vidde"}
    assert two.get("/v1/audit?since=2999-01-01T00:00:00Z").json()["items"] == []
    assert two.get("/v1/audit?since=2021-01-01T00:00:00Z").json()["items"] == everything
    for query in (
        "since=2021-01-01T00:00:00",
        "since=0.5",
        "since=0001-01-01T00:00:00%2B14:00",
        "since=9999-12-31T23:59:59-14:00",
        "since=2021-02-30T00:00:00Z",
        "after=null",
        "since=yesterday",
        "after=x",
        "after=-1",
        "limit=0",
    ):
        problem_of(two.get(f"/v1/audit?{query}"), 400, "bad_parameter")
    problem_of(two.get(f"{FJELL}/audit?invoice=%00"), 400, "bad_parameter")


def test_what_a_worker_does_is_its_own_doing(served: Api) -> None:
    assert served.post(f"{add_invoice(served, '1')}/send").json()["state"] == "transferred"

    entries = served.get(f"{FJELL}/audit?invoice=1").json()["items"]
    assert [(one["action"], one["actor"]["kind"]) for one in entries] == [
        ("invoice.added", "api_key"),
        ("invoice.sent", "api_key"),
        ("transfer.transferred", "worker"),
    ]


def test_a_fault_of_ours_at_the_gate_lets_nobody_in_and_tells_nothing(container: Container) -> None:
    class Broken:
        def find(self, _prefix: str) -> None:
            raise RuntimeError("the secret of the house")

    with client_of(container, key=NOBODYS) as api:
        container.key_ring.override(providers.Object(Broken()))
        answer = api.get("/v1/businesses")

    problem_of(answer, 500, "internal_error")
    assert "secret" not in answer.text


def test_a_store_that_can_not_be_read_lets_nobody_in_and_says_when_to_come_again(container: Container) -> None:
    class Busy:
        def find(self, _prefix: str) -> None:
            raise TryAgain("The database is locked.", code="storage_busy")

    with client_of(container, key=NOBODYS) as api:
        container.key_ring.override(providers.Object(Busy()))
        answer = api.get("/v1/businesses")

    problem_of(answer, 503, "storage_busy")
    assert answer.headers["retry-after"]
