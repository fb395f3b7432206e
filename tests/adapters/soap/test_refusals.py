from datetime import UTC, datetime, timedelta

import pytest

from adapters.http_api.cleaning import cleaned
from adapters.twentyfour_seven_office.soap.refusals import error_for_fault, error_for_item, quarantine_end
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
ECONOMY = "Office24Seven.Library.Economy.Accounting."

FAULTS = [
    ("Session is not authenticated", TryAgain, TryAgain, "session_lost"),
    ("System.Exception: Session is not authenticated", TryAgain, TryAgain, "session_lost"),
    (
        "Provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list",
        AccessRefused,
        AccessRefused,
        "identity_blocked",
    ),
    (
        "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-23T15:00:00Z",
        TryAgain,
        TryAgain,
        "quota_exceeded",
    ),
    (
        "System.InvalidOperationException: Instance validation error: 'X' is not a valid value for CompanyType.",
        Rejected,
        Rejected,
        "vendor_validation",
    ),
    ("Please specify at least one search parameter", Rejected, Rejected, "vendor_validation"),
    ("Office24Seven.Library.Core.ParameterNotFoundException: No such", Rejected, Rejected, "vendor_validation"),
    ("Too many login attempts. Please try again later.", TryAgain, TryAgain, "login_throttled"),
    (
        "Access denied. The user 'a@b.example' does not have access to ClientService.GetVatTypeList.",
        AccessRefused,
        AccessRefused,
        "missing_rights",
    ),
    (f"{ECONOMY}DepartmentIsRequiredException: Department is required", Rejected, Rejected, "department_required"),
    (f"{ECONOMY}ProjectIsRequiredException: Project is required", Rejected, Rejected, "project_required"),
    ("Office24Seven.Library.Data.DataBaseServerException: Deadlock", TryAgain, OutcomeUnknown, "vendor_fault"),
    ("Object reference not set to an instance of an object.", TryAgain, OutcomeUnknown, "vendor_fault"),
    # The server's own disk, perhaps after the order was written:
    ("Access to the path 'C:\\inetpub\\x.pdf' is denied.", TryAgain, OutcomeUnknown, "vendor_fault"),
    ("", TryAgain, OutcomeUnknown, "vendor_fault"),
]


@pytest.mark.parametrize(("cause", "read", "write", "code"), FAULTS)
@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_a_fault_means(prefix: str, cause: str, read: type[KvittError], write: type[KvittError], code: str) -> None:
    for writes, kind in ((False, read), (True, write)):
        error = error_for_fault(prefix + cause, where="24SevenOffice, saving orders", writes=writes, now=NOW)
        assert isinstance(error, kind)
        assert error.code == code
        assert error.message.startswith("24SevenOffice, saving orders: ")
        assert error.hint


ITEMS = [
    (f"{ECONOMY}DepartmentIsRequiredException", Rejected, "department_required"),
    (f"{ECONOMY}ProjectIsRequiredException", Rejected, "project_required"),
    ("Office24Seven.Library.Core.ParameterNotFoundException", Rejected, "unknown_reference"),
    ("Office24Seven.Library.Core.InvalidParameterException", Rejected, "rejected_by_accounting_system"),
    ("System.ArgumentException", Rejected, "rejected_by_accounting_system"),
    ("Office24Seven.Library.Data.DataBaseServerException", OutcomeUnknown, "vendor_trouble"),
    ("System.Data.SqlClient.SqlException", OutcomeUnknown, "vendor_trouble"),
    ("System.TimeoutException", OutcomeUnknown, "vendor_trouble"),
    ("System.Exception", OutcomeUnknown, "vendor_trouble"),
    ("", OutcomeUnknown, "vendor_trouble"),
]


@pytest.mark.parametrize(("kind", "error", "code"), ITEMS)
def test_an_items_exception_means(kind: str, error: type[KvittError], code: str) -> None:
    found = error_for_item({"Type": kind, "Message": "Nei"}, where="here", writes=True)
    assert (type(found), found.code, found.message) == (error, code, "here: Nei.")
    read = error_for_item({"Type": kind, "Message": "Nei"}, where="here", writes=False)
    assert type(read) is (TryAgain if error is OutcomeUnknown else Rejected)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (PREFIX + "Inner ---> Nothing to see\n   at A.B.C(D d) in c:\\x.cs:line 1", "Nothing to see"),
        ("Failed    at Office24Seven.Library.X.Save(InvoiceOrder o) in \\\\10.1.2.3\\b.cs:line 2", "Failed"),
        ("System.InvalidOperationException: System.Exception: Bad thing", "Bad thing"),
        ("Can't reach 10.20.30.40:1433 now", "Can't reach […] now"),
        ("No \\\\fs01\\share\\file here", "No […] here"),
        ("See https://internal.example:8443/x?y=z please", "See […] please"),
        ("File D:\\inetpub\\wwwroot\\x.asmx is missing", "File […] is missing"),
        ("At sql01.prod.local or db7:1433", "At […] or […]"),
        ("From fe80:0:0:0:202:b3ff:fe1e:8329 and /var/log/kvitt/x.log", "From […] and […]"),
        (
            "Order 12 of 2026-11-23 at 12:30:15 for kari@moe.example",
            "Order 12 of 2026-11-23 at 12:30:15 for kari@moe.example",
        ),
        ("Tab\there\x07", "Tab here"),
        (None, ""),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_text_is_cleaned(text: str | None, shown: str) -> None:
    assert cleaned(text) == shown


def test_secrets_are_hidden_in_any_case() -> None:
    assert cleaned("User said HUNTER22 twice: hunter22", secrets=["hunter22", ""]) == "User said *** twice: ***"


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2026-11-23T15:00:00Z", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("2026-11-23T16:00:00+01:00.", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("2026-11-23T16:00:00", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("2026-11-23 16:00:00", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("23.11.2026 16:00:00", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("11/23/2026 4:00:00 PM", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("soon", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("2029-01-01T00:00:00Z", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("2026-11-23T18:00:00Z", datetime(2026, 11, 23, 15, tzinfo=UTC)),
    ],
)
def test_a_quarantine_ends(text: str, ends: datetime) -> None:
    found = quarantine_end(f"Limit exceeded by 1. Request is blocked. Quarantine ends at {text}", now=NOW)
    assert found == ends
    assert found.utcoffset() == timedelta(0)
