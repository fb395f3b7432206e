"""Logging in, and where a session stands."""

from pathlib import Path
from urllib.request import urlopen

import pytest

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.users import Account
from tests.adapters.test_contracts import BINDINGS, Contract, vendors
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Clock, Fault, credential, properties, text

ZERO = "00000000-0000-0000-0000-000000000000"
NOT_AUTHENTICATED = "---> Session is not authenticated$"


def test_a_login_answers_a_session_id_and_sets_it_as_a_cookie(stranger: Caller) -> None:
    answer = stranger.send("Login", credential())
    session_id = stranger.log_in()
    assert len(session_id) == 24
    assert answer.headers["Set-Cookie"].startswith("ASP.NET_SessionId=")


@pytest.mark.parametrize(
    "wrong",
    [
        credential(password="guess"),
        credential(username="nobody@x.example"),
        credential(application_id="99999999-2222-3333-4444-555555555555"),
        "",
    ],
)
def test_a_failed_login_is_an_empty_answer_and_no_fault(stranger: Caller, wrong: str) -> None:
    assert not stranger.call("Login", wrong).text
    assert stranger.send("Login", wrong).headers["Set-Cookie"] is None


def test_a_login_without_an_identity_lands_in_the_default_company(stranger: Caller) -> None:
    stranger.log_in()
    assert text(stranger.call("GetIdentity"), "Client/Name") == "Demo Annet AS"


def test_the_zero_identity_is_none(stranger: Caller) -> None:
    stranger.log_in(ZERO)
    assert text(stranger.call("GetIdentity"), "Client/Name") == "Demo Annet AS"


def test_a_login_with_an_identity_lands_there(stranger: Caller, account: Account) -> None:
    stranger.log_in(account.identity_id.upper())
    identity = stranger.call("GetIdentity")
    assert text(identity, "Client/Name") == "Fjellutleie AS"
    assert text(identity, "Id") == account.identity_id
    assert (text(identity, "IsCurrent"), text(identity, "IsDefault")) == ("true", "false")


def test_a_blocked_identity_is_refused(sandbox: Sandbox, stranger: Caller) -> None:
    with pytest.raises(
        Fault,
        match=r"---> Provided IdentityId is blocked\. Please use GetIdentitiesWithCredential to get a list of "
        "available identities$",
    ):
        stranger.log_in(sandbox.account("Blokkert AS").identity_id)


def test_an_identity_of_somebody_else_is_refused(sandbox: Sandbox, stranger: Caller) -> None:
    elsewhere = sandbox.add_account("En annen AS")
    with pytest.raises(Fault, match="is not an identity of the user"):
        stranger.log_in(elsewhere.identity_id)


def test_identities_are_listed_without_a_session_the_blocked_ones_too(stranger: Caller) -> None:
    identities = stranger.call("GetIdentitiesWithCredential", credential())
    assert [(text(i, "Client/Name"), text(i, "IsDefault"), text(i, "IsDisabled")) for i in identities] == [
        ("Demo Annet AS", "true", None),
        ("Fjellutleie AS", "false", None),
        ("Blokkert AS", "false", "true"),
    ]


def chosen(identity_id: str) -> str:
    return f"<identityId>{identity_id}</identityId>"


def standing(caller: Caller) -> str | None:
    """The company that a caller's session stands in."""
    return text(caller.call("GetIdentity"), "Client/Name")


def test_a_session_lists_its_users_identities_and_which_it_stands_in(stranger: Caller) -> None:
    stranger.log_in()
    identities = stranger.call("GetIdentities")
    named = ("Client/Name", "IsCurrent", "IsDefault", "IsDisabled")
    assert [tuple(text(one, name) for name in named) for one in identities] == [
        ("Demo Annet AS", "true", "true", None),
        ("Fjellutleie AS", "false", "false", None),
        ("Blokkert AS", "false", "false", "true"),
    ]


def test_a_session_is_moved_for_all_who_use_it_and_for_no_other(
    stranger: Caller, sandbox: Sandbox, account: Account, other_account: Account
) -> None:
    shared_id, (sharer, other) = stranger.log_in(), (Caller(sandbox.url), Caller(sandbox.url))
    sharer.cookie = shared_id
    other.log_in()
    assert stranger.call("SetIdentityById", chosen(account.identity_id.upper())).text == "true"
    assert [standing(caller) for caller in (stranger, sharer, other)] == [
        "Fjellutleie AS",
        "Fjellutleie AS",
        "Demo Annet AS",
    ]
    sharer.call("SaveCategories", "<categories><Category><Name>X</Name></Category></categories>")
    assert (len(account.books.categories), len(other_account.books.categories)) == (1, 0)
    other.log_in()
    assert standing(other) == "Demo Annet AS"  # the default is not changed by it
    sharer.close()
    other.close()


def test_an_identity_that_the_user_has_not_moves_nothing(sandbox: Sandbox, stranger: Caller) -> None:
    stranger.log_in()
    for nobody in (ZERO, sandbox.add_account("En annen AS").identity_id):
        assert stranger.call("SetIdentityById", chosen(nobody)).text == "false"
    assert standing(stranger) == "Demo Annet AS"


def test_a_session_is_not_moved_into_a_blocked_identity(sandbox: Sandbox, stranger: Caller) -> None:
    stranger.log_in()
    with pytest.raises(Fault, match=r"---> Provided IdentityId is blocked\. Please use GetIdentitiesWithCredential"):
        stranger.call("SetIdentityById", chosen(sandbox.account("Blokkert AS").identity_id))
    assert standing(stranger) == "Demo Annet AS"


def test_without_a_session_nothing_is_listed_or_moved(stranger: Caller, account: Account) -> None:
    for operation, inner in (("GetIdentities", ""), ("SetIdentityById", chosen(account.identity_id))):
        with pytest.raises(Fault, match=NOT_AUTHENTICATED):
            stranger.call(operation, inner)


def test_the_sandbox_describes_what_it_adds_as_the_vendor_does(sandbox: Sandbox, tmp_path: Path) -> None:
    with urlopen(f"{sandbox.url}/authenticate/v001/authenticate.asmx?WSDL") as answer:
        published = tmp_path / "authenticate.wsdl"
        published.write_bytes(answer.read())
    mine, theirs = Contract(published), vendors("authenticate")
    for version in BINDINGS:
        for operation in ("GetIdentities", "SetIdentityById"):
            described = mine.operations(version)[operation]
            assert described == theirs.operations(version)[operation]
            for element in described[1:]:
                assert mine.wrapper(element) == theirs.wrapper(element)


def test_wrong_credentials_list_nothing(stranger: Caller) -> None:
    assert stranger.call("GetIdentitiesWithCredential", credential(password="guess")) is None


def test_has_session_tells_whether_the_cookie_lives(sandbox: Sandbox, caller: Caller) -> None:
    assert caller.call("HasSession").text == "true"
    sandbox.expire_sessions()
    assert caller.call("HasSession").text == "false"


@pytest.mark.parametrize("operation", ["GetIdentity", "GetVatTypeList", "GetTaxCodeList", "GetCategories"])
def test_a_call_without_a_live_session_is_refused(stranger: Caller, operation: str) -> None:
    stranger.cookie = "x" * 24
    with pytest.raises(Fault, match=NOT_AUTHENTICATED):
        stranger.call(operation)


def test_a_session_id_alone_decides_whose_books_are_written(
    stranger: Caller, sandbox: Sandbox, account: Account, other_account: Account
) -> None:
    stranger.log_in(account.identity_id)
    shared = stranger.cookie
    intruder = Caller(sandbox.url)
    intruder.cookie = shared
    intruder.log_in(other_account.identity_id)
    assert intruder.cookie == shared
    stranger.call("SaveCategories", "<categories><Category><Name>X</Name></Category></categories>")
    assert (len(account.books.categories), len(other_account.books.categories)) == (0, 1)
    intruder.close()


def test_separate_logins_are_separate_sessions(sandbox: Sandbox, account: Account, other_account: Account) -> None:
    callers = [Caller(sandbox.url), Caller(sandbox.url)]
    for caller, target in zip(callers, (account, other_account), strict=True):
        caller.log_in(target.identity_id)
    names = [text(caller.call("GetIdentity"), "Client/Name") for caller in callers]
    assert names == ["Fjellutleie AS", "Demo Annet AS"]
    for caller in callers:
        caller.close()


def test_logging_in_again_and_again_is_throttled_for_a_minute(stranger: Caller, clock: Clock) -> None:
    for _ in range(20):
        stranger.call("Login", credential())
    with pytest.raises(Fault, match=r"---> Too many login attempts\. Please try again later\.$"):
        stranger.call("Login", credential())
    assert not stranger.call("Login", credential(password="guess")).text
    clock.advance(seconds=60)
    assert stranger.call("Login", credential()).text


def test_a_session_ends_when_it_is_not_used_for_its_lifetime(clock: Clock) -> None:
    with Sandbox(clock=clock, session_lifetime=60, logins_per_minute=0) as sandbox:
        account = sandbox.add_account("A")
        sandbox.add_user("kari@x.example", "p", application_id=ZERO.replace("0", "1"), accounts=[account])
        caller = Caller(sandbox.url)
        caller.cookie = caller.call("Login", credential(password="p", application_id=ZERO.replace("0", "1"))).text
        clock.advance(seconds=59)
        assert caller.call("HasSession").text == "true"
        clock.advance(seconds=61)
        assert caller.call("HasSession").text == "false"
        caller.close()


def test_without_the_invoicing_package_most_services_are_closed(caller: Caller, account: Account) -> None:
    account.invoicing_package = False
    for operation, inner in (
        ("GetCompanies", "<searchParams><CompanyId>1</CompanyId></searchParams>"),
        ("GetCategories", properties("Id")),
        ("GetInvoices", "<searchParams><OrderIds><int>1</int></OrderIds></searchParams>"),
        ("GetVatTypeList", ""),
        ("GetCurrencyList", ""),
    ):
        with pytest.raises(Fault, match=r"---> Access denied\. .* does not have access to .*Service\."):
            caller.call(operation, inner)


def test_the_ledgers_tax_codes_are_outside_the_package(caller: Caller, account: Account) -> None:
    with pytest.raises(Fault, match=r"Access denied\. .* does not have access to AccountService"):
        caller.call("GetTaxCodeList")
    account.account_service = True
    codes = {text(code, "TaxNo"): code for code in caller.call("GetTaxCodeList")}
    assert text(codes["3"], "TaxRate") == "25"
    assert text(codes["3"], "TaxId") != "3"


def test_the_vat_types_can_be_closed_alone(caller: Caller, account: Account) -> None:
    assert ("31", "15") in {(text(v, "No"), text(v, "Rate")) for v in caller.call("GetVatTypeList")}
    account.vat_types_refused = True
    with pytest.raises(Fault, match="Access denied"):
        caller.call("GetVatTypeList")
    currencies = {text(c, "Symbol"): (text(c, "Rate"), text(c, "Unit")) for c in caller.call("GetCurrencyList")}
    assert currencies["SEK"] == ("104.2", "100")
