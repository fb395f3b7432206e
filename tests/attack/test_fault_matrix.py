"""Every operation of a cold send over SOAP, struck by every fault: one of each in the end, or rightly refused."""

import re
from datetime import UTC, datetime

import pytest

from core.transfer import TransferState
from tests.attack.faults import (
    AFTER_A_LOST_ANSWER,
    KINDS,
    NUMBER,
    QUARANTINE,
    QUOTA,
    SECOND,
    Kind,
    Matrix,
    see_one_of_each,
    used_up,
)
from tests.attack.installation import LATE_SECONDS, Installation

VALIDATION = "Instance validation error: 'X' is not a valid value for OrderStateValues."
DEPARTMENT = "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"

MATRIX = Matrix(
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
        "validation fault": Kind("fault", {"text": VALIDATION}, code="vendor_validation"),
        "quota": Kind(QUOTA),
        "item in trouble": Kind("item_exception", creating=True),
        "item rejected": Kind("item_exception", {"type": DEPARTMENT}, code="department_required", creating=True),
        "item missing": Kind("fewer_items", creating=True),
    },
    no_way_in=("GetIdentitiesWithCredential", "Login"),
    creating=("SaveCategories", "SaveProducts", "SaveCompanies", "SaveInvoices"),
    lost={AFTER_A_LOST_ANSWER: "SaveInvoices"},
)
SAMPLE = [
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
]


@pytest.mark.parametrize(("operation", "kind"), MATRIX.cases(SAMPLE))
def test_one_of_each_comes_of_it(
    installation: Installation, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_one_of_each(installation, MATRIX, operation, kind, monkeypatch)


def test_the_sample_has_every_operation_and_every_kind() -> None:
    assert set(SAMPLE) <= set(MATRIX.cells())
    assert {operation for operation, _ in SAMPLE} == set(MATRIX.operations)
    assert {kind for _, kind in SAMPLE} == set(MATRIX.kinds)


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
        r"Waits until .* An earlier call to create the order had no answer and may still take effect; .*",
        r"Looking whether the order is there already: found order 24001\.",
        r"Transferred as order 24001\.",
    ):
        assert any(re.fullmatch(words, text) for text in told), (words, story)
    assert sum(text.startswith("Creating the order:") for text in story) == 1
