"""The plugins side by side: the usual jobs of each, counted in calls and timed at 120 ms a call, in one run.

Alone: `python -m tests.benchmarks.side_by_side`, with names of plugins to measure these alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from core.abilities import JobCalls
from core.transfer import TransferState
from tests.benchmarks.figures import Figures
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import CUSTOMERS, invoice, invoices
from tests.benchmarks.sandbox_process import RunningSandbox, calls_made, clear_journal, running_for_all, set_latency
from tests.systems import SYSTEMS

MONTH = 1000
LATENCY_MS = 120
_COMPANY = 0
_ONE_AT_A_TIME = 200
"""How many invoices are sent with one call at a time, which takes long; each takes as long as the next."""

_ASKED = {"tripletex": JobCalls(warm_send=2, cold_send=12, thousand_invoices=60, thousand_statuses=12)}
"""The most calls that were asked of a plugin when it was made."""

_SETTINGS = {"24sevenoffice-rest": "KVITT_TFSO_REST_PARALLEL_CALLS"}
"""Of the plugins whose bulk sends are compared with themselves at one call at a time, the operator's setting."""

_LEAST_FASTER = 6


@dataclass(frozen=True)
class Run:
    """What a process of its own came to."""

    calls: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Jobs:
    """The usual jobs of one plugin: what they took."""

    calls: JobCalls
    bulk: Run

    @property
    def per_second(self) -> float:
        """How many invoices a second it sends in bulk."""
        return MONTH / self.bulk.seconds


def report(figures: Figures, names: Sequence[str] = tuple(SYSTEMS)) -> None:
    """Measure each plugin, and check what it declares and what was asked of it."""
    figures.title("The plugins side by side")
    found = {name: _jobs(name) for name in names}
    headers = [
        "plugin", "calls at a time", "warm send", "cold send", f"{MONTH:,} invoices", f"status of {MONTH:,}",
        f"invoices a second at {LATENCY_MS} ms", "CPU ms an invoice",
    ]  # fmt: skip
    figures.table(headers, [_row(name, jobs) for name, jobs in found.items()])
    figures.say(
        f"\nSends and status in calls. {MONTH:,} invoices are of {CUSTOMERS} new customers and of one to three rows, "
        f"sent in bulk by a new process, every call taking {LATENCY_MS} ms. A single send is of one row for a new "
        "company, the very first (cold), and for the same one again (warm). To an accountant's client, "
        "Tripletex takes one call more when cold.\n"
    )
    for name, jobs in found.items():
        _check(figures, name, jobs)
    for name, setting in _SETTINGS.items():
        if name in found:
            alone = _one_at_a_time(name, setting)
            figures.say(f"- {name}, one call at a time, {_ONE_AT_A_TIME} invoices: {alone:.2f} a second")
            faster = found[name].per_second / alone
            figures.least(f"{name}, {MONTH:,} invoices, against one call at a time", faster, _LEAST_FASTER, unit=" x")


def _check(figures: Figures, name: str, jobs: Jobs) -> None:
    """Hold the calls against what the plugin declares for invoices of one row, and against what was asked for."""
    further = _further_rows() if SYSTEMS[name].writes_row_by_row else 0
    for told, most in (("as declared", SYSTEMS[name].abilities.calls), ("as asked for", _ASKED.get(name))):
        for job, calls in asdict(most).items() if most else ():
            more = further if job == "thousand_invoices" else 0
            what = f"{name}, {job.replace('_', ' ')}, {told}{', and one for each further row' if more else ''}"
            figures.limit(what, getattr(jobs.calls, job), calls + more)


def _further_rows() -> int:
    """Return how many rows the invoices have beside their first ones."""
    return sum(len(one.rows) - 1 for one in invoices("side", MONTH))


def _row(name: str, jobs: Jobs) -> Sequence[str]:
    calls = (jobs.calls.warm_send, jobs.calls.cold_send, jobs.calls.thousand_invoices, jobs.calls.thousand_statuses)
    return [
        name,
        str(SYSTEMS[name].abilities.parallel_calls),
        *(f"{one:,}" for one in calls),
        f"{jobs.per_second:.1f}",
        f"{jobs.bulk.cpu_seconds / MONTH * 1000:.2f}",
    ]


def _jobs(name: str) -> Jobs:
    cold, warm = _single_sends(name)
    with running_for_all() as sandbox, tempfile.TemporaryDirectory() as home:
        set_latency(sandbox.url, LATENCY_MS)
        bulk = _run("bulk", sandbox, name, home, count=MONTH)
        status = _run("status", sandbox, name, home, count=MONTH)
    calls = JobCalls(warm_send=warm, cold_send=cold, thousand_invoices=bulk.calls, thousand_statuses=status.calls)
    return Jobs(calls, bulk)


def _single_sends(name: str) -> tuple[int, int]:
    """Return the calls of a first send, and of the one after it."""
    with running_for_all() as sandbox, tempfile.TemporaryDirectory() as home:
        way = sandbox.ways[name]
        before = dict(os.environ)
        os.environ.update(way.environment)
        try:
            container = installation(sandbox.url, Path(home), connection=way.connection)
            with closing(container.storage()):
                counted = []
                for number in ("cold", "warm"):
                    clear_journal(sandbox.url)
                    whole = invoice(number, customer=_COMPANY)
                    container.add_invoice().add(BUSINESS, whole.model_copy(update={"rows": whole.rows[:1]}))
                    transfer = container.send_invoice().send(BUSINESS, number)
                    assert transfer.state is TransferState.TRANSFERRED, transfer.error
                    counted.append(len(calls_made(sandbox.url)))
        finally:
            os.environ.clear()
            os.environ.update(before)
    return counted[0], counted[1]


def _one_at_a_time(name: str, setting: str) -> float:
    """Return how many invoices a second are sent in bulk, with one call at a time."""
    with running_for_all() as sandbox, tempfile.TemporaryDirectory() as home:
        set_latency(sandbox.url, LATENCY_MS)
        run = _run("bulk", sandbox, name, home, count=_ONE_AT_A_TIME, environment={setting: "1"})
    return _ONE_AT_A_TIME / run.seconds


def _run(
    way: str, sandbox: RunningSandbox, name: str, home: str, *, count: int, environment: dict[str, str] | None = None
) -> Run:
    """Send, or ask, in a process of its own."""
    clear_journal(sandbox.url)
    given = {"--url": sandbox.url, "--home": home, "--prefix": "side", "--count": str(count)}
    command = [sys.executable, "-m", "tests.benchmarks.way", way, *(part for pair in given.items() for part in pair)]
    answer = subprocess.run(
        [*command, "--connection", json.dumps(sandbox.ways[name].connection)],
        env={**os.environ, **sandbox.ways[name].environment, **(environment or {})},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told = json.loads(answer.stdout)
    return Run(len(calls_made(sandbox.url)), told["seconds"], told["cpu_seconds"])


if __name__ == "__main__":
    measured = Figures()
    report(measured, sys.argv[1:] or tuple(SYSTEMS))
    sys.exit(1 if measured.missed else 0)
