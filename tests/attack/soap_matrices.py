"""What is called over SOAP, and which faults and kills of it make test tries; make attack tries them all."""

from tests.attack.faults import AFTER_A_LOST_ANSWER, KINDS, QUOTA, SECOND, BulkMatrix, Kind, Matrix
from tests.attack.installation import SOAP
from tests.attack.kills import KillMatrix
from tests.attack.launcher import AFTER, BEFORE, COMMIT

_VALIDATION = "Instance validation error: 'X' is not a valid value for OrderStateValues."
_DEPARTMENT = "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"
_BULK_COMMITS = 31

FAULTS = Matrix(
    system=SOAP,
    operations=(
        "GetIdentitiesWithCredential",
        "Login",
        "GetIdentity",
        "GetProducts",
        "GetVatTypeList",
        "GetCategories",
        "SaveCategories",
        "SaveProducts",
        "GetCompanies",
        f"GetCompanies{SECOND}",
        "SaveCompanies",
        "SaveInvoices",
        f"GetInvoices{AFTER_A_LOST_ANSWER}",
    ),
    kinds={
        **KINDS,
        "validation fault": Kind("fault", {"text": _VALIDATION}, code="vendor_validation"),
        "quota": Kind(QUOTA),
        "item in trouble": Kind("item_exception", creating=True),
        "item rejected": Kind("item_exception", {"type": _DEPARTMENT}, code="department_required", creating=True),
        "item missing": Kind("fewer_items", creating=True),
    },
    no_way_in=("GetIdentitiesWithCredential", "Login"),
    creating=("SaveCategories", "SaveProducts", "SaveCompanies", "SaveInvoices"),
    lost={AFTER_A_LOST_ANSWER: "SaveInvoices"},
    sample=(
        ("GetIdentitiesWithCredential", "refused"),
        ("Login", "reset before"),
        ("GetIdentity", "502 page"),
        ("GetProducts", "validation fault"),
        ("GetVatTypeList", "200 page"),
        ("GetCategories", "fault"),
        ("SaveCategories", "200 page, carried out"),
        ("SaveCategories", "item in trouble"),
        ("SaveProducts", "malformed"),
        ("SaveProducts", "item missing"),
        ("GetCompanies", "session expired"),
        (f"GetCompanies{SECOND}", "quota"),
        ("SaveCompanies", "carried out later"),
        ("SaveCompanies", "fault, carried out"),
        ("SaveInvoices", "answer lost"),
        ("SaveInvoices", "carried out later"),
        ("SaveInvoices", "slow drip"),
        ("SaveInvoices", "502 page, carried out"),
        ("SaveInvoices", "item rejected"),
        (f"GetInvoices{AFTER_A_LOST_ANSWER}", "truncated"),
    ),
)
"""A cold send, and what a second attempt calls."""

BULK_FAULTS = BulkMatrix(
    system=SOAP,
    points=(
        ("GetCompanySyncList", 0),
        ("GetCompanies", 0),
        ("GetCompanies", 2),
        ("SaveCompanies", 0),
        ("SaveCompanies", 1),
        ("SaveCompanies", 3),
        ("SaveInvoices", 0),
        ("SaveInvoices", 1),
        ("GetInvoices", 0),
        ("GetInvoices", 1),
    ),
    kinds={
        **{name: kind for name, kind in KINDS.items() if name not in ("refused", "200 page")},
        "validation fault": Kind("fault", {"text": _VALIDATION}, code="vendor_validation"),
        "quota": Kind(QUOTA),
        "fault midway": Kind("fault_midway", creating=True),
        "one in trouble": Kind("item_exception", {"item": 2}, creating=True),
        "one rejected": Kind(
            "item_exception", {"item": 2, "type": _DEPARTMENT}, code="department_required", creating=True
        ),
        "one missing": Kind("fewer_items", {"item": 1}, creating=True),
        "another order": Kind("reordered", creating=True),
    },
    # not ("SaveCompanies", 3): it updates one record, and one item among several can't be struck there
    creating=(("SaveCompanies", 0), ("SaveCompanies", 1), ("SaveInvoices", 0), ("SaveInvoices", 1)),
    sample=(
        (("GetCompanySyncList", 0), "truncated"),
        (("GetCompanies", 2), "502 page"),
        (("SaveCompanies", 0), "one missing"),
        (("SaveCompanies", 1), "carried out later"),
        (("SaveCompanies", 3), "answer lost"),
        (("SaveInvoices", 0), "fault midway"),
        (("SaveInvoices", 0), "another order"),
        (("SaveInvoices", 0), "one rejected"),
        (("SaveInvoices", 1), "answer lost"),
        (("SaveInvoices", 1), "validation fault"),
        (("GetInvoices", 0), "malformed"),
        (("SaveInvoices", 1), "slow drip"),
    ),
)

KILLS = KillMatrix(
    system=SOAP,
    calls={
        "GetIdentitiesWithCredential": 1,
        "Login": 1,
        "GetIdentity": 1,
        "GetProducts": 1,
        "GetVatTypeList": 1,
        "GetCategories": 1,
        "SaveCategories": 1,
        "SaveProducts": 1,
        "GetCompanies": 2,
        "SaveCompanies": 1,
        "SaveInvoices": 1,
    },
    commits=25,
    sample=(
        ("SaveCompanies:1", AFTER),
        ("SaveInvoices:1", AFTER),
        ("commit:20", AFTER),
    ),
)
"""A cold send for a new company; a test sees that it is no more."""

BULK_KILLS = KillMatrix(
    system=SOAP,
    calls={
        "GetCompanies": 4,
        "GetCompanySyncList": 1,
        "SaveCompanies": 4,
        "SaveInvoices": 3,
        "GetInvoices": 3,
    },
    commits=_BULK_COMMITS,
    sample=(
        ("SaveInvoices:2", AFTER),
        (f"{COMMIT}:{_BULK_COMMITS - 2}", BEFORE),
    ),
)
"""The bulk send; a test sees that it is no more."""
