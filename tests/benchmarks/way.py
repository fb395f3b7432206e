"""One way of sending invoices, measured in a process of its own: figures go to standard output as JSON.

`python -m tests.benchmarks.way script|single|bulk|untold|status --url URL --home FOLDER --prefix P --count N`, and
`--connection JSON` for another plugin than SOAP's, which the environment leads to the sandbox.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.storage.batches import SqlBatchStore
from adapters.storage.events import SqlAccessStore, SqlEventStore
from adapters.storage.invoices import SqlInvoiceStore
from core.invoice import Invoice
from core.payment import PaymentReport
from core.transfer import TransferState
from entrypoints.container import Container
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoices


@dataclass(frozen=True)
class Given:
    """What to send, through what, and where to keep it."""

    url: str
    home: Path
    prefix: str
    count: int
    connection: Mapping[str, str] | None

    def invoices(self) -> Iterator[Invoice]:
        return invoices(self.prefix, self.count)

    def installed(self) -> Container:
        return installation(self.url, self.home, connection=self.connection)


def _by_script(given: Given) -> Callable[[], int]:
    from tests.benchmarks.zeep_script import ZeepScript

    script, made = ZeepScript(given.url), list(given.invoices())
    return lambda: sum(1 for invoice in made if script.send(invoice))


def _by_single_sends(given: Given) -> Callable[[], int]:
    container = given.installed()
    numbers = []
    for invoice in given.invoices():
        container.add_invoice().add(BUSINESS, invoice)
        numbers.append(invoice.number)

    def send() -> int:
        sent = [container.send_invoice().send(BUSINESS, number).state for number in numbers]
        return sent.count(TransferState.TRANSFERRED)

    return send


def _in_bulk(given: Given) -> Callable[[], int]:
    container = given.installed()
    for invoice in given.invoices():
        container.add_invoice().add(BUSINESS, invoice)

    def send() -> int:
        batch = container.send_many().send_all(BUSINESS)
        return container.look_up().batch_counts(batch.id).transferred

    return send


def _untold(given: Given) -> Callable[[], int]:
    """In bulk, where nothing is kept of what happened: no event, and nothing that is looked up for one."""
    SqlEventStore.add = lambda *_: None  # type: ignore[method-assign]
    SqlAccessStore.open = lambda *_: False  # type: ignore[method-assign]
    SqlInvoiceStore.credited_by = lambda *_: {}  # type: ignore[method-assign]
    SqlBatchStore.finish = lambda *_, **__: []  # type: ignore[method-assign]
    return _in_bulk(given)


def _status(given: Given) -> Callable[[], int]:
    container = given.installed()
    numbers = [invoice.number for invoice in given.invoices()]

    def check() -> int:
        return sum(isinstance(answer, PaymentReport) for answer in container.check_status().check(BUSINESS, numbers))

    return check


WAYS = {"script": _by_script, "single": _by_single_sends, "bulk": _in_bulk, "untold": _untold, "status": _status}


def main() -> None:
    """Prepare, measure, and print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("way", choices=WAYS)
    asked.add_argument("--url", required=True)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--prefix", required=True)
    asked.add_argument("--count", type=int, required=True)
    asked.add_argument("--connection", type=json.loads, default=None)
    told = vars(asked.parse_args())
    way = WAYS[told.pop("way")]
    given = Given(**told)
    send = way(given)
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
