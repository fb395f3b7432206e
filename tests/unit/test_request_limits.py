from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.limits import (
    MOST_EVERYWHERE,
    MOST_FAILURES,
    MOST_PREFIXES,
    WINDOW_SECONDS,
    FailedAttempts,
    RequestRate,
)

REVOKED = "0123456789ab"


class Time:
    """Monotonic seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def fail(attempts: FailedAttempts, address: str, times: int = MOST_FAILURES, *, prefix: str = REVOKED) -> None:
    for _ in range(times):
        attempts.note(address, prefix)


def guess(attempts: FailedAttempts, address: str, prefixes: int = MOST_PREFIXES) -> None:
    for nth in range(prefixes):
        attempts.note(address, f"guess {nth}")


def test_a_key_is_not_looked_up_again_and_again_until_its_window_has_passed() -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    fail(attempts, "10.0.0.1", MOST_FAILURES - 1)
    assert attempts.seconds_left("10.0.0.1", REVOKED) == 0
    now.seconds += 20
    fail(attempts, "10.0.0.1", 1)
    assert attempts.seconds_left("10.0.0.1", REVOKED) == WINDOW_SECONDS - 20
    assert attempts.seconds_left("10.0.0.2", REVOKED) == 0
    now.seconds += WINDOW_SECONDS - 20
    assert attempts.seconds_left("10.0.0.1", REVOKED) == 0


def test_whoever_keeps_on_trying_one_key_takes_nobody_else_of_its_address_down() -> None:
    attempts = FailedAttempts(now=Time())
    fail(attempts, "10.0.0.1", MOST_EVERYWHERE - 1)
    assert attempts.seconds_left("10.0.0.1", REVOKED) > 0
    assert attempts.seconds_left("10.0.0.1", "another") == 0


def test_whoever_guesses_at_many_prefixes_is_stopped_at_all_of_them() -> None:
    attempts = FailedAttempts(now=Time())
    guess(attempts, "10.0.0.1", MOST_PREFIXES - 1)
    assert attempts.seconds_left("10.0.0.1", "one more") == 0
    attempts.note("10.0.0.1", "one more")
    assert attempts.seconds_left("10.0.0.1", "yet another") > 0
    assert attempts.seconds_left("10.0.0.2", "yet another") == 0


def test_whoever_guesses_at_one_prefix_from_many_addresses_is_stopped_everywhere() -> None:
    attempts = FailedAttempts(now=Time())
    for nth in range(MOST_EVERYWHERE):
        assert attempts.seconds_left(f"10.0.{nth}.1", REVOKED) == 0
        attempts.note(f"10.0.{nth}.1", REVOKED)
    assert attempts.seconds_left("10.1.0.1", REVOKED) > 0
    assert attempts.seconds_left("10.1.0.1", "another") == 0


def test_what_can_not_be_a_key_stops_only_the_address_that_sends_it() -> None:
    attempts = FailedAttempts(now=Time())
    for nth in range(MOST_EVERYWHERE):
        attempts.note(f"10.0.{nth}.1", "")
    assert attempts.seconds_left("10.1.0.1", "") == 0
    fail(attempts, "10.1.0.1", prefix="")
    assert attempts.seconds_left("10.1.0.1", "") > 0


def test_failures_long_apart_lock_nobody_out() -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    for _ in range(3 * MOST_FAILURES):
        attempts.note("10.0.0.1", REVOKED)
        now.seconds += WINDOW_SECONDS / (MOST_FAILURES - 1)
        assert attempts.seconds_left("10.0.0.1", REVOKED) == 0


def test_addresses_of_one_network_count_as_one_caller() -> None:
    attempts = FailedAttempts(now=Time())
    fail(attempts, "2001:db8:1:2::1")
    assert attempts.seconds_left("2001:db8:1:2:ffff::9", REVOKED) > 0
    assert attempts.seconds_left("2001:db8:1:3::1", REVOKED) == 0
    fail(attempts, "::ffff:10.0.0.1")
    assert attempts.seconds_left("10.0.0.1", REVOKED) > 0


def test_what_is_remembered_of_addresses_and_prefixes_has_an_end() -> None:
    attempts = FailedAttempts(now=Time())
    fail(attempts, "10.0.0.1")
    for nth in range(10_000):
        attempts.note(f"a socket {nth}", f"a prefix {nth}")
    assert attempts.seconds_left("10.0.0.1", REVOKED) == 0
    kept = (attempts._of_pair, attempts._of_address, attempts._of_prefix)
    assert [len(counts._counts) for counts in kept] == [10_000] * 3


ATTEMPTS = st.lists(
    st.tuples(st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"]), st.integers(0, 60), st.floats(0, 3)), max_size=300
)


@given(ATTEMPTS)
def test_however_keys_are_tried_few_are_looked_up_within_a_window(tried: list[tuple[str, int, float]]) -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    looked_up: list[tuple[float, str, str]] = []
    for address, nth, pause in tried:
        if not attempts.seconds_left(address, str(nth)):
            attempts.note(address, str(nth))
            looked_up.append((now.seconds, address, str(nth)))
        now.seconds += pause
    for began, address, prefix in looked_up:
        within = [one for one in looked_up if began <= one[0] < began + WINDOW_SECONDS]
        # A window begins with what it counts, so two of them may meet in any other one of their length.
        assert len([one for one in within if one[1:] == (address, prefix)]) <= 2 * MOST_FAILURES
        assert len({one[2] for one in within if one[1] == address}) <= 2 * MOST_PREFIXES
        assert len([one for one in within if one[2] == prefix]) <= 2 * MOST_EVERYWHERE


@given(ATTEMPTS)
def test_whoever_has_tried_nothing_is_looked_up_whatever_fewer_than_the_limits_have_tried(
    tried: list[tuple[str, int, float]],
) -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    for address, nth, pause in tried:
        attempts.note(address, str(nth % (MOST_PREFIXES - 1)))
        now.seconds += pause
    assert attempts.seconds_left("10.0.0.1", "another") == 0
    assert attempts.seconds_left("10.0.0.4", "another") == 0


def test_a_key_makes_as_many_requests_as_have_come_back_to_it() -> None:
    now = Time()
    rate = RequestRate(60, now=now)
    assert [rate.take("a") for _ in range(60)] == [0] * 60
    assert rate.take("a") == 1
    assert rate.take("b") == 0
    now.seconds += 2.5
    assert [rate.take("a") for _ in range(3)] == [0, 0, 1]
    now.seconds += 3600
    assert [rate.take("a") for _ in range(61)] == [0] * 60 + [1]


def test_no_limit_is_none() -> None:
    rate = RequestRate(0)
    assert {rate.take("a") for _ in range(10_000)} == {0}
