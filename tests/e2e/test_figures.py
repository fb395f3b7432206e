"""What the long-running commands tell of themselves: the worker's figures, and the log's form."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.telemetry import Meters
from core.errors import TryAgain
from core.use_cases.read_figures import SystemReport
from entrypoints.cli.main import run
from entrypoints.container import DURABLE, make_container
from entrypoints.installation_figures import FiguresWhenAsked, figures_shown
from entrypoints.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KVITT = "from entrypoints.cli.main import main; main()"


@contextmanager
def running(home: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", KVITT, *arguments],
        cwd=ROOT,
        env=os.environ | {"KVITT_HOME": str(home)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_worker_alone_shows_its_figures_where_the_operator_wants_them(tmp_path: Path) -> None:
    with running(tmp_path, "worker", KVITT_METRICS_PORT="0", KVITT_SWEEP_SECONDS="0.1") as worker:
        assert worker.stderr is not None
        address = worker.stderr.readline().split()[-1]
        assert "is working on transfers" in worker.stderr.readline()
        with urllib.request.urlopen(address) as answer:
            families = {family.name for family in text_string_to_metric_families(answer.read().decode())}
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0

    of_the_process = {"kvitt_worker_last_sweep_timestamp_seconds", "kvitt_vendor_calls", "kvitt_lease_takeovers"}
    assert of_the_process | {"kvitt_transfers", "kvitt_queue_age_seconds", "kvitt_ready"} <= families


def test_a_database_that_can_not_be_read_hides_no_figure_of_the_process() -> None:
    def busy() -> Sequence[SystemReport]:
        raise TryAgain("The database is locked.", code="storage_busy")

    registry = Meters().and_also(FiguresWhenAsked(busy, lambda: {"storage": TryAgain("Locked.")}))

    assert registry.get_sample_value("kvitt_ready", {"check": "storage"}) == 0
    assert registry.get_sample_value("kvitt_lease_takeovers_total") == 0


def test_a_server_logs_json_to_a_pipe_and_every_line_of_it_can_be_read(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--json") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        url = json.loads("".join(server.stdout.readline() for _ in range(3)))["url"]
        with urllib.request.urlopen(f"{url}/health/live") as answer:
            request_id = answer.headers["X-Request-ID"]
        line = json.loads(server.stderr.readline())
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        left = server.stderr.read()

    assert (line["route"], line["status"], line["request_id"]) == ("/health/live", 200, request_id)
    assert all(json.loads(one) for one in left.splitlines())


def test_a_port_for_figures_that_is_taken_is_told(tmp_path: Path) -> None:
    container = make_container(Settings(home=tmp_path, metrics_port=0), queue=DURABLE)
    with figures_shown(container) as port:
        other = make_container(Settings(home=tmp_path, metrics_port=port), queue=DURABLE)
        with pytest.raises(Exception, match=f"port {port}"), figures_shown(other):
            pass


def test_without_a_port_nothing_listens(tmp_path: Path) -> None:
    with figures_shown(make_container(Settings(home=tmp_path), queue=DURABLE)) as port:
        assert port is None


def test_a_level_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KVITT_LOG_LEVEL", "loud")

    assert run(["worker"]) == 1
    assert "KVITT_LOG_LEVEL" in capsys.readouterr().err
