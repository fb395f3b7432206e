"""So many calls a second: over REST and at Tripletex, each for itself."""

from time import monotonic, sleep

import httpx
import pytest

from sandbox import Sandbox
from sandbox.pace import Pace
from sandbox.tripletex import DEMO_EMPLOYEE_TOKEN
from sandbox.twentyfour_seven_office import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from tests.sandbox.tripletex.api import Api, ask_for_session


def test_a_window_of_a_second_slides_and_what_is_refused_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("sandbox.pace.monotonic", lambda: now[0])
    pace = Pace(2)

    def taken(at: float) -> float:
        now[0] = at
        return round(pace.take(), 3)

    assert [taken(100.0), taken(100.4), taken(100.5), taken(100.9)] == [0, 0, 0.5, 0.1]
    assert [taken(101.0), taken(101.1), taken(101.4), taken(101.9)] == [0, 0.3, 0, 0.1]
    assert pace.left == 0
    pace.limit = 0
    assert [taken(101.9), taken(101.9), taken(101.9)] == [0, 0, 0]


def test_without_a_limit_every_call_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace()
    assert {pace.take() for _ in range(1_000)} == {0.0}


@pytest.mark.parametrize("tells_reset", [True, False])
def test_tripletex_refuses_calls_beyond_its_limit(tells_reset: bool) -> None:
    with Sandbox.demo(calls_per_second=5, tells_reset=tells_reset) as sandbox:
        token = ask_for_session(
            sandbox, employeeToken=DEMO_EMPLOYEE_TOKEN, expirationDate="2100-01-01"
        ).json()["value"]["token"]  # fmt: skip
        sleep(1)
        with Api(sandbox, token=token) as api:
            answers = [api.send("GET", "/currency", count=1) for _ in range(7)]

            began = monotonic()
            while api.send("GET", "/currency", count=1).status_code == 429:
                sleep(0.02)
            waited = monotonic() - began

    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0", "0"]
    assert answers[-1].headers.get("X-Rate-Limit-Reset") == ("1" if tells_reset else None)
    assert waited < 1.2


@pytest.mark.parametrize("tells_reset", [True, False])
def test_rest_refuses_calls_beyond_its_limit_and_counts_no_token(tells_reset: bool) -> None:
    with Sandbox.demo(calls_per_second=3, tells_reset=tells_reset) as sandbox:
        asked = {
            "grant_type": "client_credentials",
            "client_id": DEMO_CLIENT_ID,
            "client_secret": DEMO_CLIENT_SECRET,
            "audience": "https://api.24sevenoffice.com",
            "login_organization": str(sandbox.accounts[0].number),
        }
        token = httpx.post(f"{sandbox.url}/oauth/token", json=asked, verify=False).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=sandbox.rest_url, headers=headers, verify=False) as client:
            answers = [client.get("/currencies") for _ in range(4)]

        assert sandbox.quota.used == 3
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers.get("Retry-After") == ("1" if tells_reset else None)
