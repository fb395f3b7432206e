"""The way in: session tokens, whose they are, and which companies they reach."""

from datetime import UTC, datetime

import httpx
import pytest

from sandbox import Sandbox
from sandbox.tripletex import Company
from tests.sandbox.tripletex.api import EMPLOYEE_TOKEN, Api, Refused, ask_for_session
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


def test_a_token_is_made_for_a_day_and_tells_whose_it_is(api: Api, company: Company) -> None:
    who = api.get("/token/session/>whoAmI", fields="employeeId,companyId,company(id,name)")

    assert who == {"employeeId": 3001, "companyId": company.id, "company": {"id": company.id, "name": company.name}}


def test_the_greater_sign_may_be_written_as_a_url_has_it(api: Api, company: Company) -> None:
    assert api.get("/token/session/%3EwhoAmI")["companyId"] == company.id


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"consumerToken": "another"}, 401, "consumerToken"),
        ({"employeeToken": "another"}, 401, "employeeToken"),
        ({"consumerToken": None}, 422, "consumerToken"),
        ({"employeeToken": None}, 422, "employeeToken"),
        ({"expirationDate": None}, 422, "expirationDate"),
        ({"expirationDate": "tomorrow"}, 422, "expirationDate"),
        ({"expirationDate": "2026-11-23"}, 422, "expirationDate"),
        ({"anything": "else"}, 422, "anything"),
    ],
)
def test_a_token_is_refused_and_what_is_wrong_is_named(
    sandbox: Sandbox, api: Api, wrong: dict[str, str | None], status: int, field: str
) -> None:
    refused = Refused(ask_for_session(sandbox, **wrong))

    assert (refused.status, refused.fields) == (status, [field])
    assert set(refused.error) == {
        "status", "code", "message", "link", "developerMessage", "validationMessages", "requestId"
    }  # fmt: skip


def test_a_token_ends_at_midnight_in_norway_as_its_date_begins(api: Api, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)
    assert api.list("/currency", code="NOK")

    clock.now = datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        api.list("/currency", code="NOK")

    assert refused.value.status == 401


def test_a_token_may_be_for_a_later_day(sandbox: Sandbox, api: Api, clock: Clock) -> None:
    token = ask_for_session(sandbox, expirationDate="2026-12-02").json()["value"]["token"]
    clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)

    with Api(sandbox, token=token) as later:
        assert later.list("/currency", code="NOK")


def test_no_token_and_a_wrong_one_are_refused(sandbox: Sandbox, api: Api) -> None:
    with Api(sandbox, token="wrong") as stranger, pytest.raises(Refused) as refused:
        stranger.list("/currency")
    without = httpx.get(f"{sandbox.tripletex_url}/currency", verify=False)

    assert (refused.value.status, without.status_code) == (401, 401)


def test_a_token_that_is_deleted_is_dead(sandbox: Sandbox, api: Api) -> None:
    other = Api(sandbox)

    assert api.send("DELETE", f"/token/session/{other.token}").status_code == 204
    with other, pytest.raises(Refused) as refused:
        other.list("/currency")
    with pytest.raises(Refused) as gone:
        api.delete(f"/token/session/{other.token}")

    assert (refused.value.status, gone.value.status) == (401, 404)


def test_sessions_can_be_ended_in_the_sandbox(sandbox: Sandbox, api: Api) -> None:
    sandbox.tripletex.end_sessions()

    with pytest.raises(Refused) as refused:
        api.list("/currency")

    assert refused.value.status == 401


def test_an_accountant_reaches_client_companies_by_their_ids(
    sandbox: Sandbox, api: Api, company: Company, client_company: Company
) -> None:
    clients = api.list("/company/>withLoginAccess", fields="id,name")
    with Api(sandbox, user=client_company.id) as proxy:
        who = proxy.get("/token/session/>whoAmI", fields="companyId,employeeIsProxy")
        named = proxy.get(f"/company/{client_company.id}", fields="name,currency(code),address(country(isoAlpha2Code))")

    assert clients == [{"id": client_company.id, "name": "Demo Annet AS"}]
    assert who == {"companyId": client_company.id, "employeeIsProxy": True}
    assert named == {
        "name": "Demo Annet AS",
        "currency": {"code": "NOK"},
        "address": {"country": {"isoAlpha2Code": "NO"}},
    }


def test_a_company_that_the_login_does_not_reach_is_closed(sandbox: Sandbox, api: Api) -> None:
    stranger = sandbox.tripletex.add_company("En annens AS")

    with Api(sandbox, user=stranger.id) as other, pytest.raises(Refused) as refused:
        other.list("/customer")
    with pytest.raises(Refused) as unseen:
        api.get(f"/company/{stranger.id}")

    assert (refused.value.status, unseen.value.status) == (403, 404)


def test_who_may_not_invoice_may_see_no_more_than_who_they_are(sandbox: Sandbox, company: Company) -> None:
    sandbox.tripletex.add_login(EMPLOYEE_TOKEN, companies=[company], may_invoice=False)

    with Api(sandbox) as api:
        assert api.get("/token/session/>whoAmI")["companyId"] == company.id
        for path in ("/customer", "/product", "/ledger/vatType", "/department"):
            with pytest.raises(Refused) as refused:
                api.list(path)
            assert (refused.value.status, refused.value.error["code"]) == (403, 9000)
