"""One way of sending invoices, measured in a process of its own: figures go to standard output as JSON.

`python -m tests.benchmarks.way script|single|bulk|untold|status --url URL --home FOLDER --prefix P --count N`
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from adapters.storage.batches import SqlBatchStore
from adapters.storage.events import SqlAccessStore, SqlEventStore
from adapters.storage.invoices import SqlInvoiceStore
from core.transfer import TransferState
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoices


def _by_script(url: str, home: Path, prefix: str, count: int) -> Callable[[], int]:
    from tests.benchmarks.zeep_script import ZeepScript

    script, given = ZeepScript(url), list(invoices(prefix, count))
    return lambda: sum(1 for invoice in given if script.send(invoice))


def _by_single_sends(url: str, home: Path, prefix: str, count: int) -> Callable[[], int]:
    container = installation(url, home)
    numbers = []
    for invoice in invoices(prefix, count):
        container.add_invoice().add(BUSINESS, invoice)
        numbers.append(invoice.number)

    def send() -> int:
        sent = [container.send_invoice().send(BUSINESS, number).state for number in numbers]
        return sent.count(TransferState.TRANSFERRED)

    return send


def _in_bulk(url: str, home: Path, prefix: str, count: int) -> Callable[[], int]:
    container = installation(url, home)
    for invoice in invoices(prefix, count):
        container.add_invoice().add(BUSINESS, invoice)

    def send() -> int:
        batch = container.send_many().send_all(BUSINESS)
        return container.look_up().batch_counts(batch.id).transferred

    return send


def _untold(url: str, home: Path, prefix: str, count: int) -> Callable[[], int]:
    """In bulk, where nothing is kept of what happened: no event, and nothing that is looked up for one."""
    SqlEventStore.add = lambda *_: None  # type: ignore[method-assign]
    SqlAccessStore.open = lambda *_: False  # type: ignore[method-assign]
    SqlInvoiceStore.credited_by = lambda *_: {}  # type: ignore[method-assign]
    SqlBatchStore.finish = lambda *_, **__: []  # type: ignore[method-assign]
    return _in_bulk(url, home, prefix, count)


def _status(url: str, home: Path, prefix: str, count: int) -> Callable[[], int]:
    container = installation(url, home)
    numbers = [invoice.number for invoice in invoices(prefix, count)]
    return lambda: len(container.check_status().check(BUSINESS, numbers))


WAYS = {"script": _by_script, "single": _by_single_sends, "bulk": _in_bulk, "untold": _untold, "status": _status}


def main() -> None:
    """Prepare, measure, and print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("way", choices=WAYS)
    asked.add_argument("--url", required=True)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--prefix", required=True)
    asked.add_argument("--count", type=int, required=True)
    given = asked.parse_args()
    send = WAYS[given.way](given.url, given.home, given.prefix, given.count)
    wall, cpu = time.monotonic(), time.process_time()
    done = send()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    if done != given.count:
        sys.exit(f"{done} of {given.count} arrived")
    print(json.dumps({"seconds": wall, "cpu_seconds": cpu, "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """Return the most memory this process has held; by ru_maxrss a child begins at its parent's peak."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (peak,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024


main()
