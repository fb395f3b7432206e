"""What is called at Tripletex, and which faults and kills of it make test tries; make attack tries them all.

Several customers or orders are written with one call, which is done for all of them or for none.
"""

from tests.attack.faults import AFTER_A_LOST_ANSWER, KINDS, SECOND, BulkMatrix, Kind, Matrix
from tests.attack.installation import TRIPLETEX
from tests.attack.kills import KillMatrix
from tests.attack.launcher import AFTER, BEFORE, COMMIT

LOGIN = "PUT /token/session/:create"
WHO_AM_I = "GET /token/session/>whoAmI"
CLIENTS = "GET /company/>withLoginAccess"

_ANSWERS = {
    "validation error": Kind("validation_error", code="vendor_validation"),
    "throttled": Kind("throttled"),
    "another version": Kind("conflict"),
}

FAULTS = Matrix(
    system=TRIPLETEX,
    operations=(
        LOGIN,
        WHO_AM_I,
        CLIENTS,
        "GET /product",
        "GET /ledger/vatType",
        "GET /customer",
        f"GET /customer{SECOND}",
        "POST /customer",
        "GET /product/group",
        "POST /product/group",
        "POST /product",
        "POST /product/groupRelation",
        "POST /order",
        f"GET /order{AFTER_A_LOST_ANSWER}",
    ),
    kinds={
        **KINDS,
        **_ANSWERS,
        "forbidden": Kind("forbidden", code="access_refused"),
        "answer without what it must have": Kind("fewer_items", creating=True),
    },
    no_way_in=(LOGIN,),
    creating=("POST /product/group", "POST /product", "POST /product/groupRelation", "POST /customer", "POST /order"),
    lost={AFTER_A_LOST_ANSWER: "POST /order"},
    forgiven=("POST /product/groupRelation", (LOGIN, "another version")),  # a login has none
    without_category=(("GET /product/group", "forbidden"),),  # as for an account without the module for logistics
    sample=(
        (LOGIN, "validation error"),
        (WHO_AM_I, "502 page"),
        (CLIENTS, "session expired"),
        ("GET /ledger/vatType", "200 page"),
        ("GET /product", "truncated"),
        ("GET /product/group", "fault"),
        ("POST /product/group", "200 page, carried out"),
        ("POST /product", "malformed"),
        ("POST /product", "answer lost"),
        ("POST /product/groupRelation", "answer lost"),
        ("POST /product/groupRelation", "throttled"),
        ("GET /customer", "session expired"),
        (f"GET /customer{SECOND}", "refused"),
        ("POST /customer", "carried out later"),
        ("POST /customer", "answer without what it must have"),
        ("GET /product", "another version"),
        ("POST /order", "answer lost"),
        ("POST /order", "carried out later"),
        ("POST /order", "slow drip"),
        ("POST /order", "502 page, carried out"),
        ("POST /order", "fault, carried out"),
        ("POST /order", "reset before"),
        (f"GET /order{AFTER_A_LOST_ANSWER}", "forbidden"),
        (f"GET /order{AFTER_A_LOST_ANSWER}", "truncated"),
    ),
)
"""A cold send, and what a second attempt calls."""

BULK_FAULTS = BulkMatrix(
    system=TRIPLETEX,
    points=(
        ("GET /customer", 0),
        ("GET /customer", 1),
        ("GET /customer", 2),
        ("POST /customer/list", 0),
        ("POST /customer/list", 1),
        ("POST /customer", 0),
        ("PUT /customer/{id}", 0),
        ("POST /order/list", 0),
        ("POST /order/list", 1),
    ),
    kinds={
        **{name: kind for name, kind in KINDS.items() if name != "refused"},
        **_ANSWERS,
        "one missing": Kind("fewer_items", {"item": 1}, creating=True),
        "refused midway": Kind("fault_midway", creating=True),
    },
    creating=(
        ("POST /customer/list", 0),
        ("POST /customer/list", 1),
        ("POST /order/list", 0),
        ("POST /order/list", 1),
    ),
    sample=(
        (("GET /customer", 0), "502 page"),
        (("POST /customer/list", 0), "validation error"),
        (("POST /customer/list", 1), "carried out later"),
        (("POST /customer", 0), "answer lost"),
        (("PUT /customer/{id}", 0), "another version"),
        (("POST /order/list", 0), "validation error"),
        (("POST /order/list", 1), "answer lost"),
        (("POST /order/list", 0), "one missing"),
        (("POST /order/list", 1), "refused midway"),
        (("POST /order/list", 1), "slow drip"),
    ),
)

KILLS = KillMatrix(
    system=TRIPLETEX,
    calls={
        LOGIN: 1,
        WHO_AM_I: 1,
        CLIENTS: 1,
        "GET /ledger/vatType": 1,
        "GET /product": 1,
        "GET /product/group": 1,
        "POST /product/group": 1,
        "POST /product": 1,
        "POST /product/groupRelation": 1,
        "GET /customer": 2,
        "POST /customer": 1,
        "POST /order": 1,
    },
    commits=25,
    sample=(
        ("POST /product:1", AFTER),
        ("POST /customer:1", AFTER),
        ("POST /order:1", AFTER),
        (f"{COMMIT}:20", AFTER),
    ),
)
"""A cold send for a new company; a test sees that it is no more."""

BULK_KILLS = KillMatrix(
    system=TRIPLETEX,
    calls={
        "GET /customer": 3,
        "POST /customer/list": 2,
        "POST /customer": 1,
        "PUT /customer/{id}": 1,
        "POST /order/list": 3,
    },
    commits=28,
    sample=(
        ("POST /order/list:2", AFTER),
        (f"{COMMIT}:26", BEFORE),
    ),
)
"""The bulk send; a test sees that it is no more."""
