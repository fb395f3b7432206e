"""The demo as its user starts it: the installed script, with no home and no network but loopback."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD
from tests import canaries

KVITT = Path(sys.executable).with_name("kvitt")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    # What a user may have set must not reach the demo, nor be told by it.
    return {
        "HOME": str(tmp_path),
        "KVITT_HOME": str(tmp_path / "home"),
        "KVITT_DATABASE_URL": f"postgresql://kvitt:{canaries.WRONG_PASSWORD}@127.0.0.1:9/kvitt",
        "KVITT_SECRET_KEY": canaries.PASSWORD,
        "KVITT_LOG_LEVEL": "debug",
        "KVITT_DEBUG": "1",
        "KVITT_FOLLOW_UP_SECONDS": "0",
        "KVITT_TFSO_API_URL": "http://127.0.0.1:9",
    }


def test_the_demo_tells_the_whole_way_of_an_invoice(environment: dict[str, str], tmp_path: Path) -> None:
    before = _cpu_seconds_of_children()

    done = subprocess.run([str(KVITT), "demo"], env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert _cpu_seconds_of_children() - before < 10
    assert "Solvang Bygg AS" in done.stdout
    assert 'comment is "Jonas Bakke"' in done.stdout
    assert "Not paid (not published)." in done.stdout
    assert "Paid (paid) on " in done.stdout
    assert "invoice.paid: D-1001. The signature is right." in done.stdout
    assert "The same without a signature is refused." in done.stdout
    assert "whsec_" not in done.stdout
    assert "kvitt sandbox" in done.stdout
    assert list(tmp_path.iterdir()) == []
    its_own = {"demo's password": DEMO_PASSWORD, "demo's application id": DEMO_APPLICATION_ID}
    assert not canaries.found_in(done.stdout, {**canaries.SECRETS, **its_own})


def _cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.attack
def test_the_demo_in_json_is_one_object(environment: dict[str, str]) -> None:
    done = subprocess.run([str(KVITT), "demo", "--json"], env=environment, capture_output=True, text=True, check=False)

    story = json.loads(done.stdout)
    assert done.returncode == 0
    assert story["orders"] == 2
    assert [transfer["state"] for transfer in story["transfers"]] == ["transferred", "transferred"]
    assert [event["type"] for event in story["events"]] == ["invoice.published", "invoice.paid"]
    assert [report["status"] for report in story["statuses"]] == ["not_paid", "paid"]
