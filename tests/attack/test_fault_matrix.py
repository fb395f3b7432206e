"""Every operation of a cold send, struck by every fault: one of each in the end, or rightly refused."""

import re
from datetime import UTC, datetime

import pytest

from core.transfer import TransferState
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.faults import NUMBER, QUARANTINE, Matrix, see_one_of_each, used_up
from tests.attack.installation import LATE_SECONDS, ONE_OF_EACH, REST, Installation
from tests.systems import System

MATRICES = {
    matrix.system.name: matrix for matrix in (soap_matrices.FAULTS, rest_matrices.FAULTS, tripletex_matrices.FAULTS)
}


@pytest.mark.parametrize(
    ("system", "operation", "kind"), [case for matrix in MATRICES.values() for case in matrix.cases]
)
@pytest.mark.sampled(5)
def test_one_of_each_comes_of_it(
    installation: Installation, system: System, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_one_of_each(installation, MATRICES[system.name], operation, kind, monkeypatch)


@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES)
def test_the_sample_has_every_operation_and_every_kind(matrix: Matrix) -> None:
    assert set(matrix.sample) <= set(matrix.cells)
    assert {operation for operation, _ in matrix.sample} == set(matrix.operations)
    assert {kind for _, kind in matrix.sample} == set(matrix.kinds)


def test_nobody_calls_while_the_quota_isused_up(installation: Installation) -> None:
    opens_again = datetime.now(UTC) + QUARANTINE
    installation.sandbox.inject("SaveCompanies", "fault", text=used_up(opens_again))
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))
    calls = installation.sandbox.journal.calls()
    struck = next(at for at, call in enumerate(calls) if call.operation == "SaveCompanies")
    assert transfer.state is TransferState.TRANSFERRED
    assert calls[struck + 1].time >= opens_again


def test_a_lost_answer_is_told_of_in_words_that_support_understands(installation: Installation) -> None:
    installation.sandbox.inject("SaveInvoices", "late", delay=LATE_SECONDS)
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))
    story = [step.text for step in installation.story(transfer)]
    told = iter(story)
    for words in (
        r"Attempt 1 began\.",
        r"Noted that the order is about to be created\.",
        r"Creating the order: 24SevenOffice, saving orders: no answer came in time\. \[timeout\]",
        r"Waits until \d\d:\d\d:\d\d UTC: .* no answer came in time\. .*",
        r"Attempt 2 began\.",
        r"Looking whether the order is there already: not there\.",
        r"Waits until .* An earlier call to create the order got no answer and may still take effect; .*",
        r"Looking whether the order is there already: found order 24001\.",
        r"Transferred as order 24001\.",
    ):
        assert any(re.fullmatch(words, text) for text in told), (words, story)
    assert sum(text.startswith("Creating the order:") for text in story) == 1


@pytest.mark.attack
@pytest.mark.parametrize("system", [REST], ids=[REST.name])
@pytest.mark.parametrize("deleted", ["reset_after", "reset", "http_502_after", "forbidden", "late"])
def test_an_order_that_was_refused_halfway_is_deleted_or_used_when_it_is_tried_again(
    installation: Installation, deleted: str
) -> None:
    """Also where deleting it is refused, or its answer lost: one order comes of it, and none is left over."""
    installation.sandbox.inject(rest_matrices.LINES, "validation_error")
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
