from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import (
    AccessRefused,
    Conflict,
    InvalidInvoice,
    KvittError,
    NotFound,
    Outcome,
    OutcomeUnknown,
    Rejected,
    TryAgain,
)
from core.intent import Intent, IntentKind, declared
from core.transfer import (
    Receipt,
    RetryPolicy,
    Transfer,
    TransferError,
    TransferState,
    arrived,
    due_now,
    failed,
    handed_back,
    new_transfer,
    order_may_exist,
    parked,
    started,
    warned,
)

_NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
_POLICY = RetryPolicy(first=2, longest=900)
_QUEUED = new_transfer("t1", business="fjell", invoice="2001-1", now=_NOW)
_RUNNING = started(_QUEUED)


def after(error: KvittError, transfer: Transfer = _RUNNING) -> Transfer:
    return failed(transfer, error, policy=_POLICY, now=_NOW)


def test_a_new_transfer_is_queued_and_due() -> None:
    assert (_QUEUED.state, _QUEUED.attempts, _QUEUED.next_attempt_at) == (TransferState.QUEUED, 0, _NOW)
    assert _QUEUED.error is None


def test_a_started_transfer_runs_its_next_attempt() -> None:
    again = started(_RUNNING)
    assert (again.state, again.attempts, again.next_attempt_at) == (TransferState.RUNNING, 2, None)


def test_what_was_done_in_an_earlier_attempt_is_still_warned_of_once_the_order_is_there() -> None:
    again = started(warned(_RUNNING, ["renamed"]))
    done = arrived(again, Receipt(order_id="9", customer_id="5"), warnings=("w", "renamed"), books="fake 7", now=_NOW)
    assert done.warnings == ("renamed", "w")


def test_an_arrived_transfer_holds_the_receipt_and_no_error() -> None:
    waiting = after(TryAgain("later", not_before=_NOW + timedelta(hours=1)))
    done = arrived(waiting, Receipt(order_id="9", customer_id="5"), warnings=("w",), books="fake 7", now=_NOW)
    assert (done.state, done.order_id, done.customer_id) == (TransferState.TRANSFERRED, "9", "5")
    assert (done.error, done.next_attempt_at, done.not_before) == (None, None, None)
    assert (done.finished_at, done.warnings) == (_NOW, ("w",))


@pytest.mark.parametrize("error", [TryAgain("x"), OutcomeUnknown("x")])
def test_temporary_trouble_and_a_lost_answer_wait(error: KvittError) -> None:
    waiting = after(error)
    assert waiting.state is TransferState.WAITING
    assert waiting.next_attempt_at == _NOW + timedelta(seconds=2)
    assert waiting.error == TransferError(
        code=error.code, message="x", hint=error.hint, retriable=True, outcome=error.outcome
    )
    assert waiting.not_before is None
    assert waiting.finished_at is None


def test_no_access_parks_under_one_code_whatever_bars_the_way() -> None:
    stopped = after(AccessRefused("The password is wrong.", code="wrong_password"))
    assert stopped.is_parked
    assert stopped.error is not None
    assert (stopped.error.code, stopped.error.message) == ("access_refused", "The password is wrong.")
    assert stopped.next_attempt_at is None


@pytest.mark.parametrize(
    "error", [Rejected("x"), InvalidInvoice("x"), NotFound("x"), Conflict("x"), KvittError("x", code="internal_error")]
)
def test_everything_else_waits_for_a_person(error: KvittError) -> None:
    ended = after(error)
    assert (ended.state, ended.next_attempt_at, ended.finished_at) == (TransferState.REJECTED, None, _NOW)
    assert ended.error is not None
    assert ended.error.code == error.code
    assert not ended.is_parked


def test_the_wait_doubles_up_to_the_longest() -> None:
    waits = [_POLICY.delay(attempts, chance=0).total_seconds() for attempts in range(1, 13)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_chance_takes_at_most_a_quarter_off_the_wait(attempts: int, chance: float) -> None:
    whole, spread = (_POLICY.delay(attempts, chance=some) for some in (0, chance))
    assert whole * 0.75 <= spread <= whole <= timedelta(seconds=900)


@pytest.mark.parametrize("error", [TryAgain("not now"), OutcomeUnknown("lost")])
def test_it_is_given_up_in_the_end_and_the_history_is_told(error: KvittError) -> None:
    policy = RetryPolicy(give_up_after=3600)
    running = started(new_transfer("t", business="b", invoice="1", now=_NOW))
    just_before = failed(running, error, policy=policy, now=_NOW + timedelta(seconds=3599))
    assert just_before.state is TransferState.WAITING
    ended = failed(running, error, policy=policy, now=_NOW + timedelta(seconds=3600))
    assert (ended.state, ended.next_attempt_at) == (TransferState.REJECTED, None)
    assert ended.error is not None
    assert ended.error.code == "gave_up"
    assert error.message in ended.error.message
    assert "1 attempts" in ended.error.message


def test_a_persons_retry_counts_the_time_anew() -> None:
    policy = RetryPolicy(give_up_after=3600)
    later = _NOW + timedelta(days=9)
    given_up = failed(
        started(new_transfer("t", business="b", invoice="1", now=_NOW)), TryAgain("no"), policy=policy, now=later
    )
    again = failed(started(due_now(given_up, now=later)), TryAgain("no"), policy=policy, now=later)
    assert again.state is TransferState.WAITING


def test_what_is_handed_back_is_queued_and_the_attempt_does_not_count() -> None:
    running = started(new_transfer("t", business="b", invoice="1", now=_NOW))
    back = handed_back(running, now=_NOW)
    assert (back.state, back.attempts, back.next_attempt_at) == (TransferState.QUEUED, 0, _NOW)


def test_a_not_before_later_than_the_wait_is_honoured_and_kept() -> None:
    quota_ends = _NOW + timedelta(minutes=40)
    waiting = after(TryAgain("quota", not_before=quota_ends))
    assert (waiting.next_attempt_at, waiting.not_before) == (quota_ends, quota_ends)


def test_a_not_before_earlier_than_the_wait_does_not_shorten_it() -> None:
    waiting = after(TryAgain("soon", not_before=_NOW + timedelta(seconds=1)))
    assert waiting.next_attempt_at == _NOW + timedelta(seconds=2)


def test_the_wait_grows_with_the_attempts() -> None:
    tired = _RUNNING.model_copy(update={"attempts": 4})
    assert after(TryAgain("x"), tired).next_attempt_at == _NOW + timedelta(seconds=16)


def test_an_error_without_a_not_before_drops_an_earlier_one() -> None:
    quota = after(TryAgain("quota", not_before=_NOW + timedelta(hours=1)))
    assert after(OutcomeUnknown("lost"), started(quota)).not_before is None


@pytest.mark.parametrize("error", [TryAgain("x"), AccessRefused("x"), Rejected("x")])
def test_a_person_makes_a_waiting_parked_or_rejected_transfer_due_as_the_same_transfer(error: KvittError) -> None:
    due = due_now(after(error), now=_NOW)
    assert (due.state, due.next_attempt_at, due.finished_at) == (TransferState.QUEUED, _NOW, None)
    assert (due.id, due.attempts, due.created_at) == ("t1", 1, _NOW)


def test_a_person_does_not_override_a_not_before() -> None:
    quota_ends = _NOW + timedelta(hours=1)
    waiting = after(TryAgain("quota", not_before=quota_ends))
    due = due_now(waiting, now=_NOW)
    assert (due.state, due.next_attempt_at, due.not_before) == (TransferState.WAITING, quota_ends, quota_ends)
    assert due_now(waiting, now=quota_ends).state is TransferState.QUEUED


@pytest.mark.parametrize(
    "transfer",
    [
        _QUEUED,
        _RUNNING,
        arrived(_RUNNING, Receipt(order_id="9", customer_id="5"), warnings=(), books="fake 7", now=_NOW),
    ],
)
def test_what_is_queued_runs_or_has_arrived_stays_as_it_is(transfer: Transfer) -> None:
    assert due_now(transfer, now=_NOW + timedelta(hours=1)) == transfer


def test_a_parked_transfer_waits_for_no_time() -> None:
    stopped = parked(_QUEUED, TransferError(code="access_refused", message="m", hint="h"))
    assert stopped.is_parked
    assert (stopped.not_before, stopped.finished_at) == (None, None)


def test_what_has_ended_well_or_not_is_final_and_nothing_else_is() -> None:
    final = {state for state in TransferState if state.is_final}
    assert final == {
        TransferState.TRANSFERRED,
        TransferState.REJECTED,
        TransferState.CANCELLED,
        TransferState.WITHDRAWN,
    }


_ERRORS = st.sampled_from(
    [
        TryAgain("x"),
        OutcomeUnknown("x"),
        AccessRefused("x"),
        Rejected("x"),
        Rejected("x", outcome=Outcome.WRITTEN),
        TryAgain("x", outcome=Outcome.UNKNOWN),
        KvittError("x"),
    ]
)


def told(transfer: Transfer) -> TransferError:
    assert transfer.error is not None
    return transfer.error


@given(_ERRORS, st.booleans(), st.booleans())
def test_an_error_says_of_the_order_what_is_known_of_it(error: KvittError, order_open: bool, gives_up: bool) -> None:
    policy = RetryPolicy(give_up_after=0) if gives_up else _POLICY
    outcome = told(failed(_RUNNING, error, policy=policy, now=_NOW, order_open=order_open)).outcome
    if order_open:
        assert outcome is not Outcome.NOTHING_WRITTEN
    if error.outcome is not Outcome.NOTHING_WRITTEN or not order_open:
        assert outcome is error.outcome


def test_a_transfer_that_was_given_up_tells_of_the_order_as_its_last_trouble_did() -> None:
    gave_up = failed(_RUNNING, OutcomeUnknown("x"), policy=RetryPolicy(give_up_after=0), now=_NOW)
    assert (told(gave_up).code, told(gave_up).retriable, told(gave_up).outcome) == ("gave_up", True, Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("state", "next_attempt_at", "code", "retriable"),
    [
        ("waiting", _NOW, "timeout", True),
        ("waiting", None, "access_refused", False),
        ("rejected", None, "rejected", False),
        ("rejected", None, "gave_up", True),
    ],
)
def test_an_error_that_was_stored_before_it_said_so_is_read_as_what_it_may_be(
    state: str, next_attempt_at: datetime | None, code: str, retriable: bool
) -> None:
    old = {"code": code, "message": "m", "hint": "h"}
    stored = {**_RUNNING.model_dump(), "state": state, "next_attempt_at": next_attempt_at, "error": old}
    read = told(Transfer.model_validate(stored))
    assert (read.retriable, read.outcome) == (retriable, Outcome.UNKNOWN)


_INTENT = declared(None, kind=IntentKind.ORDER, key="2001-1", books="fake 7", now=_NOW)
_REFUSED = _INTENT.model_copy(update={"refused": True})


@pytest.mark.parametrize(
    ("intent", "earlier", "may_exist"),
    [
        (None, None, False),
        (None, OutcomeUnknown("the customer's answer was lost"), False),
        (_INTENT, None, True),
        (_INTENT, TryAgain("x"), True),
        (_REFUSED, Rejected("x"), False),
        (_REFUSED, TryAgain("in the middle of the order", outcome=Outcome.UNKNOWN), True),
        (_REFUSED, Rejected("published half", outcome=Outcome.WRITTEN), True),
    ],
)
def test_an_order_may_exist_while_no_call_has_said_that_there_is_none(
    intent: Intent | None, earlier: KvittError | None, may_exist: bool
) -> None:
    transfer = after(earlier) if earlier else _RUNNING
    assert order_may_exist(transfer, intent) is may_exist
