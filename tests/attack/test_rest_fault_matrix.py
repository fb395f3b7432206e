"""Every operation of a cold send over REST, struck by every fault: one of each in the end, or rightly refused.

Over REST an order is written with several calls, so a fault can leave it half-written: it is completed, not doubled.
"""

import pytest

from core.transfer import TransferState
from tests.attack.faults import AFTER_A_LOST_ANSWER, COMPLETING, KINDS, NUMBER, Kind, Matrix, see_one_of_each
from tests.attack.installation import ONE_OF_EACH, REST, Installation
from tests.systems import System

LINES = "POST /salesorders/{id}/lines"
MATRIX = Matrix(
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
        "PATCH /salesorders/{id}",
        f"GET /salesorders{AFTER_A_LOST_ANSWER}",
        f"GET /salesorders{COMPLETING}",
        f"GET /salesorders/{{id}}{COMPLETING}",
        f"GET /salesorders/{{id}}/lines{COMPLETING}",
        f"PATCH /salesorders/{{id}}{COMPLETING}",
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
        "PATCH /salesorders/{id}",
    ),
    lost={AFTER_A_LOST_ANSWER: "PATCH /salesorders/{id}", COMPLETING: LINES},
)
SAMPLE = [
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
    ("PATCH /salesorders/{id}", "reset before"),
    ("PATCH /salesorders/{id}", "fault, carried out"),
    (f"GET /salesorders{AFTER_A_LOST_ANSWER}", "truncated"),
    (f"GET /salesorders{COMPLETING}", "forbidden"),
    (f"GET /salesorders/{{id}}{COMPLETING}", "reset before"),
    (f"GET /salesorders/{{id}}/lines{COMPLETING}", "refused"),
    (f"PATCH /salesorders/{{id}}{COMPLETING}", "answer lost"),
]


@pytest.fixture
def system() -> System:
    return REST


@pytest.mark.parametrize(("operation", "kind"), MATRIX.cases(SAMPLE))
def test_one_of_each_comes_of_it(
    installation: Installation, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_one_of_each(installation, MATRIX, operation, kind, monkeypatch)


def test_the_sample_has_every_operation_and_every_kind() -> None:
    assert set(SAMPLE) <= set(MATRIX.cells())
    assert {operation for operation, _ in SAMPLE} == set(MATRIX.operations)
    assert {kind for _, kind in SAMPLE} == set(MATRIX.kinds)


@pytest.mark.attack
@pytest.mark.parametrize("deleted", ["reset_after", "reset", "http_502_after", "forbidden", "late"])
def test_an_order_that_was_refused_halfway_is_deleted_or_used_when_it_is_tried_again(
    installation: Installation, deleted: str
) -> None:
    """Also where deleting it is refused, or its answer lost: one order comes of it, and none is left over."""
    installation.sandbox.inject(LINES, "validation_error")
    installation.sandbox.inject("DELETE /salesorders/{id}", deleted)
    installation.add(NUMBER)
    transfer = installation.queue(NUMBER)
    (transfer,) = installation.drive(transfer)
    if transfer.state is TransferState.REJECTED:
        installation.container.manage_transfers().retry(transfer.id)
        (transfer,) = installation.drive(transfer)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
