"""The control page, where the accountant sees what came over REST."""

import json
from urllib.parse import urlencode

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.rest.api import Api
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_the_page_shows_memo_calls_and_organization(caller: Caller, api: Api, account: Account, order_id: int) -> None:
    api.patch(f"/salesorders/{order_id}", {"internalMemo": "10007 <b>"})
    page = caller.request("GET", "/control").body.decode()
    assert "10007 &lt;b&gt;" in page
    customers = caller.request("GET", f"/control/customers?company={account.number}").body.decode()
    assert f"organization {account.number}" in customers
    assert "<code>PATCH /salesorders/{id}</code>" in caller.request("GET", "/control/calls").body.decode()


def test_the_state_tells_the_organization(caller: Caller, account: Account) -> None:
    state = json.loads(caller.request("GET", "/control/state").body)
    (told,) = [one for one in state["accounts"] if one["name"] == account.name]
    assert told["organization_id"] == str(account.number)


def test_a_fault_is_chosen_on_the_page(sandbox: Sandbox, caller: Caller, api: Api) -> None:
    assert "<option>GET /taxes</option>" in caller.request("GET", "/control/faults").body.decode()
    for kind, status in (("forbidden", 303), ("reordered", 400)):
        fields = urlencode({"operation": "GET /taxes", "kind": kind}).encode()
        assert caller.request("POST", "/control/faults", fields, FORM).status == status
    assert api.send("GET", "/taxes").status_code == 403


def test_sessions_and_tokens_end_together(caller: Caller, api: Api) -> None:
    caller.request("POST", "/control/expire-sessions", b"{}")
    assert api.send("GET", "/taxes").status_code == 401
