"""A month-end moved in three ways: by a plain zeep script, by single sends, and in bulk."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.figures import Figures
from tests.benchmarks.month import CUSTOMERS
from tests.benchmarks.sandbox_process import add_customers, calls_made, clear_journal, running_sandbox, set_latency

MONTH = 1000
_SAMPLE = {0: 200, 120: 40}
"""How many invoices the ways that go one by one are measured with, by latency in ms: they take long."""
_NAMES = {"script": "plain zeep script", "single": "kvitt, single sends", "bulk": "kvitt, bulk"}
_QUOTA = 7200


@dataclass(frozen=True)
class Run:
    """One measured run. Times are in seconds."""

    way: str
    latency_ms: int
    crowd: int
    heat: str
    count: int
    calls: Counter[str]
    seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def calls_per_invoice(self) -> float:
        return self.calls.total() / self.count

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


def report(figures: Figures) -> None:
    """Measure all of them, and check the limits."""
    figures.title(f"A month-end: {MONTH:,} invoices for {CUSTOMERS} customers")
    runs = {
        (run.way, run.latency_ms, run.crowd, run.heat): run
        for latency_ms in (0, 120)
        for crowd in (100, 20_000)
        for way in _NAMES
        for run in _runs(way, latency_ms=latency_ms, crowd=crowd)
    }
    headers = [
        "way", "latency", "customers there", "customers sent to", "invoices", "calls an invoice", "invoices a second",
        "invoices a quota hour", "CPU ms an invoice", "peak MB",
    ]  # fmt: skip
    figures.table(headers, [_row(run) for run in runs.values()])
    figures.say(
        f"\nThe ways that go one by one were measured with {_SAMPLE[0]} invoices ({_SAMPLE[120]} at 120 ms), each "
        f"for a customer of its own. Adding the invoices to Kvitt's store is not timed (about 1.5 ms each). A quota "
        f"hour has {_QUOTA:,} calls. Known: the same customers again, unchanged, in a new process.\n"
    )
    figures.limit("calls, bulk, new customers", runs["bulk", 0, 100, "cold"].calls.total(), 60)
    figures.limit("calls, bulk, known customers", runs["bulk", 0, 100, "warm"].calls.total(), 30)
    figures.limit("calls, bulk, 20,000 customers there", runs["bulk", 0, 20_000, "cold"].calls.total(), 100)
    for crowd in (100, 20_000):
        for heat, who in _HEATS.items():
            faster = runs["bulk", 120, crowd, heat].per_second / runs["script", 120, crowd, heat].per_second
            what = f"bulk at 120 ms, {who} customers, {crowd:,} there, against the script"
            figures.least(what, faster, 30, unit=" x")
    figures.limit("calls of a warm single send", runs["single", 0, 100, "warm"].calls_per_invoice, 2)


def report_memory(figures: Figures) -> None:
    """Memory of a batch of a thousand and of ten thousand, and the status of a thousand open orders."""
    figures.title("One batch of 1,000 and of 10,000 invoices, and Check Status")
    peaks = {}
    with running_sandbox() as url:
        for count in (MONTH, 10 * MONTH):
            with tempfile.TemporaryDirectory() as home:
                calls, run = _measured("bulk", url, Path(home), prefix=f"many-{count}", count=count)
                peaks[count] = run["peak_mb"]
                figures.say(
                    f"- {count:,} invoices: {calls.total()} calls, {run['seconds']:.1f} s, peak {run['peak_mb']:.0f} MB"
                )
                if count == MONTH:
                    asked, status = _measured("status", url, Path(home), prefix=f"many-{count}", count=count)
                    figures.say(f"- status of {count:,}: {status['cpu_seconds']:.2f} s of CPU")
    figures.limit("peak memory of 10,000", peaks[10 * MONTH], 300, unit=" MB")
    figures.limit("peak memory of 10,000 against 1,000", peaks[10 * MONTH] / peaks[MONTH], 1.15, unit=" x")
    figures.limit("calls for the status of 1,000 open orders", asked.total(), 1)


def report_events(figures: Figures) -> None:
    """What it costs a bulk send to keep events of what happens, beside the same send that keeps none."""
    figures.title("Events written in a bulk send")
    seconds: dict[str, list[float]] = {"bulk": [], "untold": []}
    with running_sandbox() as url:
        for nth in range(_ROUNDS):
            for way in seconds if nth % 2 else reversed(seconds):
                with tempfile.TemporaryDirectory() as home:
                    _, run = _measured(way, url, Path(home), prefix=f"{way}-{nth}", count=MONTH)
                seconds[way].append(run["cpu_seconds"])
    figures.say(f"{MONTH:,} invoices a send, {_ROUNDS} sends each way by turns; the least of each counts.\n")
    ratio = min(seconds["bulk"]) / min(seconds["untold"])
    figures.limit("CPU of a bulk send with its events, against one without", ratio, 1.05, unit=" x")


_ROUNDS = 6
_HEATS = {"cold": "new", "warm": "known"}


def _runs(way: str, *, latency_ms: int, crowd: int) -> list[Run]:
    """Send a month-end to a new account, and another one for the same customers."""
    count = MONTH if way == "bulk" else _SAMPLE[latency_ms]
    made = []
    with running_sandbox() as url, tempfile.TemporaryDirectory() as home:
        add_customers(url, crowd)
        set_latency(url, latency_ms)
        for heat in _HEATS:
            calls, figures = _measured(way, url, Path(home), prefix=heat, count=count)
            made.append(Run(way, latency_ms, crowd, heat, count, calls, **figures))
    return made


def _measured(way: str, url: str, home: Path, *, prefix: str, count: int) -> tuple[Counter[str], dict[str, float]]:
    """Run one way in a process of its own; return the calls it made and its figures."""
    clear_journal(url)
    command = [sys.executable, "-m", "tests.benchmarks.way", way, "--url", url, "--home", str(home)]
    answer = subprocess.run(
        [*command, "--prefix", prefix, "--count", str(count)], stdout=subprocess.PIPE, check=True, text=True
    )
    figures: dict[str, float] = json.loads(answer.stdout)
    return Counter(calls_made(url)), figures


def _row(run: Run) -> list[str]:
    return [
        _NAMES[run.way],
        f"{run.latency_ms} ms",
        f"{run.crowd:,}",
        _HEATS[run.heat],
        f"{run.count:,}",
        f"{run.calls_per_invoice:.3g}",
        f"{run.per_second:,.1f}",
        f"{_QUOTA / run.calls_per_invoice:,.0f}",
        f"{run.cpu_seconds / run.count * 1000:.2f}",
        f"{run.peak_mb:.0f}",
    ]
