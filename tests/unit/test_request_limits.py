from entrypoints.http.limits import MOST_FAILURES, WINDOW_SECONDS, FailedAttempts, RequestRate


class Time:
    """Monotonic seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def fail(attempts: FailedAttempts, address: str, times: int = MOST_FAILURES) -> None:
    for _ in range(times):
        attempts.note(address)


def test_an_address_is_not_listened_to_until_its_window_has_passed() -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    fail(attempts, "10.0.0.1", MOST_FAILURES - 1)
    assert attempts.seconds_left("10.0.0.1") == 0
    now.seconds += 20
    fail(attempts, "10.0.0.1", 1)
    assert attempts.seconds_left("10.0.0.1") == WINDOW_SECONDS - 20
    assert attempts.seconds_left("10.0.0.2") == 0
    now.seconds += WINDOW_SECONDS - 20
    assert attempts.seconds_left("10.0.0.1") == 0


def test_failures_long_apart_lock_nobody_out() -> None:
    now = Time()
    attempts = FailedAttempts(now=now)
    for _ in range(3 * MOST_FAILURES):
        attempts.note("10.0.0.1")
        now.seconds += WINDOW_SECONDS / (MOST_FAILURES - 1)
        assert attempts.seconds_left("10.0.0.1") == 0


def test_addresses_of_one_network_count_as_one_caller() -> None:
    attempts = FailedAttempts(now=Time())
    fail(attempts, "2001:db8:1:2::1")
    assert attempts.seconds_left("2001:db8:1:2:ffff::9") > 0
    assert attempts.seconds_left("2001:db8:1:3::1") == 0
    fail(attempts, "::ffff:10.0.0.1")
    assert attempts.seconds_left("10.0.0.1") > 0


def test_what_is_remembered_of_addresses_has_an_end() -> None:
    attempts = FailedAttempts(now=Time())
    fail(attempts, "10.0.0.1")
    for nth in range(10_000):
        attempts.note(f"a socket {nth}")
    assert attempts.seconds_left("10.0.0.1") == 0
    assert len(attempts._of_address) == 10_000


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
