"""Tokens: who gets one, for which company, and how long it lasts."""

import base64
from typing import Any

import httpx
import pytest

from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused, ask_for_token
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


def test_a_token_is_opaque_and_lasts_a_day(sandbox: Sandbox, api: Api, account: Account) -> None:
    answer = ask_for_token(sandbox, account)
    token = answer.json()
    assert answer.status_code == 200
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 86_400)
    assert str(account.number).encode() not in base64.urlsafe_b64decode(token["access_token"] + "=")


def test_the_company_is_the_tokens(sandbox: Sandbox, api: Api, account: Account, other_account: Account) -> None:
    with Api(sandbox, other_account) as other:
        assert other.get("/organization/information")["name"] == other_account.name
    assert api.get("/organization/information") == {
        "id": account.number,
        "name": "Fjellutleie AS",
        "status": "Active",
        "settings": {"currencyCode": "NOK"},
    }


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"login_organization": "100000000003"}, 403, "access_denied"),
        ({"audience": "https://elsewhere.example"}, 403, "access_denied"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": 7}, 400, "invalid_request"),
    ],
)
def test_a_wrong_request_gets_no_token(
    sandbox: Sandbox, api: Api, account: Account, changed: dict[str, Any], status: int, error: str
) -> None:
    answer = ask_for_token(sandbox, account, **changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_what_is_no_json_gets_no_token(sandbox: Sandbox, api: Api) -> None:
    assert (
        httpx.post(f"{sandbox.url}/oauth/token", content=b"grant_type=client_credentials", verify=False).status_code
        == 400
    )
    assert httpx.get(f"{sandbox.url}/oauth/token", verify=False).status_code == 405


def test_asking_again_and_again_is_throttled(sandbox: Sandbox, api: Api, account: Account, clock: Clock) -> None:
    answers = [ask_for_token(sandbox, account).status_code for _ in range(19)]
    throttled = ask_for_token(sandbox, account)
    assert set(answers) == {200}
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "60")
    clock.advance(minutes=1)
    assert ask_for_token(sandbox, account).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic abc"])
def test_without_a_live_token_nobody_comes_in(sandbox: Sandbox, api: Api, header: str) -> None:
    answer = httpx.get(f"{sandbox.rest_url}/taxes", headers={"Authorization": header} if header else {}, verify=False)
    assert (answer.status_code, answer.json()["error"]["name"]) == (401, "UnauthorizedError")


def test_a_token_ends(clock: Clock) -> None:
    with Sandbox.demo(clock=clock, token_lifetime=60) as sandbox:
        account = sandbox.account(DEMO_ACCOUNT)
        token = ask_for_token(sandbox, account, client_id=DEMO_CLIENT_ID, client_secret=DEMO_CLIENT_SECRET).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert token["expires_in"] == 60
        clock.advance(seconds=59)
        assert httpx.get(f"{sandbox.rest_url}/taxes", headers=headers, verify=False).status_code == 200
        clock.advance(seconds=1)
        assert httpx.get(f"{sandbox.rest_url}/taxes", headers=headers, verify=False).status_code == 401


def test_expired_sessions_are_tokens_too(sandbox: Sandbox, api: Api) -> None:
    api.get("/taxes")
    sandbox.expire_sessions()
    with pytest.raises(Refused, match="401"):
        api.get("/taxes")


def test_starting_over_takes_tokens_back_and_keeps_clients(sandbox: Sandbox, api: Api, account: Account) -> None:
    for _ in range(19):
        ask_for_token(sandbox, account)
    api.get("/taxes")
    sandbox.reset()
    assert sandbox.rest_exchanges == []
    assert api.send("GET", "/taxes").status_code == 401
    with Api(sandbox, account) as again:
        assert again.send("GET", "/taxes").status_code == 200


@pytest.mark.parametrize(
    "path", ["/customers", "/products", "/productcategories", "/taxes", "/currencies", "/salesorders"]
)
def test_without_the_invoicing_package_nothing_is_open_but_the_companys_name(
    api: Api, account: Account, path: str
) -> None:
    account.invoicing_package = False
    with pytest.raises(Refused) as refused:
        api.get(path)
    assert refused.value.status == 403
    assert api.get("/organization/information")["name"] == account.name


def test_the_hours_calls_are_limited(sandbox: Sandbox, api: Api) -> None:
    sandbox.quota.limit = 1
    api.get("/taxes")
    with pytest.raises(Refused) as refused:
        api.get("/taxes")
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "Mon, 23 Nov 2026 15:00:00 GMT"


def test_an_address_that_is_none(sandbox: Sandbox, api: Api) -> None:
    assert api.send("GET", "/nothing").status_code == 404
    assert api.send("PATCH", "/customers", {}).status_code == 405
    assert api.send("PATCH", "/nothing", {}).status_code == 404
    assert [call.operation for call in sandbox.journal.calls()][-3:] == ["?", "?", "?"]


def test_neither_secret_nor_token_is_in_the_journal(sandbox: Sandbox, api: Api) -> None:
    api.get("/taxes")
    kept = repr((sandbox.journal.calls(), sandbox.rest_exchanges))
    assert api.client.headers["Authorization"].removeprefix("Bearer ") not in kept
    assert [call.operation for call in sandbox.journal.calls()] == ["POST /oauth/token", "GET /taxes"]
    assert [exchange.template for exchange in sandbox.rest_exchanges] == ["/taxes"]
    assert {call.account for call in sandbox.journal.calls()} == {"Fjellutleie AS"}
