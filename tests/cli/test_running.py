import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrypoints.demo.world import demo_business, demo_rest_business
from sandbox.twentyfour_seven_office import Sandbox
from tests.cli.conftest import Kvitt


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the `kvitt` script until the block ends, then tell it to end and see it end well."""
    script = Path(sys.executable).with_name("kvitt")
    process = subprocess.Popen(
        [str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KVITT_HOME": str(home)},
    )
    with process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()


def test_the_sandbox_tells_how_to_reach_it(tmp_path: Path, kvitt: Kvitt) -> None:
    with running(tmp_path, "sandbox", "--port", "0", "--json") as process:
        assert process.stdout is not None
        printed = ""
        while not printed.endswith("\n}\n"):
            printed += process.stdout.readline()
        told = json.loads(printed)

        assert told["business"] == demo_business()
        assert told["rest_business"] == demo_rest_business("100000000002")
        assert told["rest_url"] == f"{told['url']}/v1"
        with urllib.request.urlopen(told["control_url"]) as page:
            assert "24SevenOffice" in page.read().decode()


def test_the_sandbox_tells_it_to_a_person_too(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]

        assert lines[0].startswith("The sandbox listens on http://127.0.0.1:")
        assert "/control" in lines[1]
        assert [line.split("=")[0].strip() for line in lines[3:6]] == [
            "export KVITT_TFSO_API_URL",
            "export KVITT_TFSO_REST_URL",
            "export KVITT_TFSO_LOGIN_URL",
        ]


def test_a_port_that_is_taken_is_refused(kvitt: Kvitt, office: Sandbox) -> None:
    port = office.url.rpartition(":")[2]

    answer = kvitt("sandbox", "--port", port, "--json")

    assert (answer.code, answer.json["code"]) == (1, "port_unavailable")


def test_serving_answers_until_it_is_told_to_end(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        told = json.loads("".join(process.stdout.readline() for _ in range(3)))

        with urllib.request.urlopen(f"{told['url']}/health/live") as answer:
            assert answer.status == 200
