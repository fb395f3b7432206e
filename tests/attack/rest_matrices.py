"""What is called over REST, and which faults and kills of it make test tries; make attack tries them all.

An order is written with several calls, so a fault or a kill can leave it half-written: it is completed, not doubled.
"""

from tests.attack.faults import AFTER_A_LOST_ANSWER, COMPLETING, KINDS, BulkMatrix, Kind, Matrix
from tests.attack.installation import REST
from tests.attack.kills import KillMatrix
from tests.attack.launcher import AFTER, BEFORE

LINES, FINISH = "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
_ROWS = 3

FAULTS = Matrix(
    system=REST,
    operations=(
        "POST /oauth/token",
        "GET /organization/information",
        "GET /products",
        "GET /taxes",
        "GET /customers",
        "POST /customers",
        "GET /productcategories",
        "POST /productcategories",
        "POST /products",
        "POST /salesorders",
        LINES,
        FINISH,
        f"GET /salesorders{AFTER_A_LOST_ANSWER}",
        f"GET /salesorders{COMPLETING}",
        f"GET /salesorders/{{id}}{COMPLETING}",
        f"GET /salesorders/{{id}}/lines{COMPLETING}",
        f"{FINISH}{COMPLETING}",
    ),
    kinds={
        **KINDS,
        "validation error": Kind("validation_error", code="vendor_validation"),
        "forbidden": Kind("forbidden", code="access_refused"),
        "throttled": Kind("throttled"),
        "answer without what it must have": Kind("fewer_items", creating=True),
    },
    no_way_in=("POST /oauth/token",),
    creating=(
        "POST /customers",
        "POST /productcategories",
        "POST /products",
        "POST /salesorders",
        LINES,
        FINISH,
    ),
    lost={AFTER_A_LOST_ANSWER: FINISH, COMPLETING: LINES},
    sample=(
        ("POST /oauth/token", "validation error"),
        ("GET /organization/information", "502 page"),
        ("GET /products", "truncated"),
        ("GET /taxes", "200 page"),
        ("GET /customers", "session expired"),
        ("POST /customers", "answer lost"),
        ("POST /customers", "answer without what it must have"),
        ("GET /productcategories", "fault"),
        ("POST /productcategories", "200 page, carried out"),
        ("POST /products", "malformed"),
        ("POST /salesorders", "answer lost"),
        ("POST /salesorders", "carried out later"),
        (LINES, "answer lost"),
        (LINES, "slow drip"),
        (LINES, "validation error"),
        (LINES, "throttled"),
        (LINES, "502 page, carried out"),
        (FINISH, "reset before"),
        (FINISH, "fault, carried out"),
        (f"GET /salesorders{AFTER_A_LOST_ANSWER}", "truncated"),
        (f"GET /salesorders{COMPLETING}", "forbidden"),
        (f"GET /salesorders/{{id}}{COMPLETING}", "reset before"),
        (f"GET /salesorders/{{id}}/lines{COMPLETING}", "refused"),
        (f"{FINISH}{COMPLETING}", "answer lost"),
    ),
)
"""A cold send, and what a second attempt calls."""

BULK_FAULTS = BulkMatrix(
    system=REST,
    points=(
        ("GET /customers", 0),
        ("GET /customers/{customerId}", 0),
        ("POST /customers", 0),
        ("POST /customers", 4),
        ("PATCH /customers/{customerId}", 0),
        ("POST /salesorders", 0),
        ("POST /salesorders", 6),
        (LINES, 6),
        (FINISH, 6),
    ),
    kinds={
        **{name: kind for name, kind in KINDS.items() if name != "refused"},
        "validation error": Kind("validation_error", code="vendor_validation"),
        "throttled": Kind("throttled"),
    },
    one_by_one=True,
    sample=(
        (("POST /customers", 4), "answer lost"),
        ((LINES, 6), "truncated"),
        ((FINISH, 6), "slow drip"),
        ((FINISH, 6), "validation error"),
    ),
)

KILLS = KillMatrix(
    system=REST,
    calls={
        "POST /oauth/token": 1,
        "GET /organization/information": 1,
        "GET /products": 1,
        "GET /taxes": 1,
        "GET /customers": 1,
        "POST /customers": 1,
        "GET /productcategories": 1,
        "POST /productcategories": 1,
        "POST /products": 1,
        "POST /salesorders": 1,
        LINES: _ROWS,
        FINISH: 1,
    },
    commits=23,
    rows=_ROWS,
    sample=(
        ("POST /salesorders:1", AFTER),
        (f"{LINES}:2", AFTER),
        (f"{FINISH}:1", BEFORE),
    ),
)
"""A cold send of three rows for a new company; a test sees that it is no more."""

BULK_KILLS = [
    (f"{call}:{number}", edge)
    for call, number in (("POST /customers", 3), ("POST /salesorders", 5), (LINES, 5), (FINISH, 5), (FINISH, 13))
    for edge in (BEFORE, AFTER)
]
"""Where a bulk send is struck down: its points are too many to strike each."""
