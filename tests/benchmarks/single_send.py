"""What a single send costs: calls to the accounting system, and CPU beside the same calls made with bare zeep."""

import os
import queue
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from adapters.queue.durable import DurableTransferQueue
from core.invoice import Invoice
from core.sending import turn as engine
from core.transfer import TransferState
from entrypoints.container import Container
from tests.benchmarks.bare_zeep import BareZeep
from tests.benchmarks.figures import Figures
from tests.benchmarks.installed import BUSINESS, installation
from tests.benchmarks.month import invoice
from tests.benchmarks.sandbox_process import calls_made, clear_journal, running_sandbox

ROUNDS = 9
SENDS_A_ROUND = 20
_PERSON, _COMPANY = 1, 0


def report(figures: Figures) -> None:
    """Measure calls, cold and warm, and the CPU of a send: its part in a running turn, recording it, the engine."""
    figures.title("A single send")
    for customer, kind in ((_COMPANY, "company"), (_PERSON, "private customer")):
        with running_sandbox() as url, tempfile.TemporaryDirectory() as home:
            container = installation(url, Path(home))
            for heat in ("cold", "warm"):
                clear_journal(url)
                _send(container, _one_row(heat, customer))
                calls = Counter(calls_made(url))
                named = ", ".join(f"{name} {times}" if times > 1 else name for name, times in calls.items())
                figures.say(f"- calls of a {heat} send for a {kind}: {calls.total()} ({named})")
            container.storage().close()
    _report_cpu(figures)


def _report_cpu(figures: Figures) -> None:
    ours, theirs, recording = [], [], []
    with running_sandbox() as url, tempfile.TemporaryDirectory() as home:
        os.environ["KVITT_TFSO_CALLS_PER_HOUR"] = "1000000"  # of bare zeep's calls nobody keeps count
        container = installation(url, Path(home))
        _send(container, _one_row("warm-up", _PERSON))
        preview = container.preview_invoice().preview(BUSINESS, "warm-up")
        ids = {"customer_id": int(preview.customer.id or 0), "product_id": int(preview.product.id or 0)}
        bare = BareZeep(url)
        bare.send("warm-up-bare", **ids)
        container.queue().put = lambda business: None  # turns are taken below
        together, engine.MOST_TOGETHER = engine.MOST_TOGETHER, 1  # one after the other, as single sends come
        for turn in range(ROUNDS):
            numbers = [f"{turn}-{nth}" for nth in range(SENDS_A_ROUND)]
            for number in numbers:
                container.add_invoice().add(BUSINESS, _one_row(number, _PERSON))
            recording.append(_cpu_of(lambda: [container.send_invoice().send(BUSINESS, one) for one in numbers]))  # noqa: B023
            ours.append(_cpu_of(lambda: container.take_turn().take(BUSINESS)))
            theirs.append(_cpu_of(lambda: [bare.send(f"bare-{one}", **ids) for one in numbers]))  # noqa: B023
            sent = [container.look_up().transfer_of(BUSINESS, number) for number in numbers]
            assert all(one and one.state is TransferState.TRANSFERRED for one in sent)
        engine.MOST_TOGETHER = together
        container.storage().close()
        del os.environ["KVITT_TFSO_CALLS_PER_HOUR"]
    our_ms, bare_ms, recording_ms = (statistics.median(one) * 1000 / SENDS_A_ROUND for one in (ours, theirs, recording))
    ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
    figures.say(
        f"- CPU of a warm send inside a running turn: {our_ms:.2f} ms; the same two calls with bare zeep: "
        f"{bare_ms:.2f} ms; recording the send: {recording_ms:.2f} ms; the engine (DBOS), a turn: {_engine_ms():.1f} ms"
    )
    figures.limit("CPU of a send inside a running turn, against bare zeep", ratio, 2, unit=" x")


def _engine_ms() -> float:
    """The CPU that DBOS takes to put an empty turn and have it taken, in ms."""
    taken: queue.Queue[str] = queue.Queue()
    with tempfile.TemporaryDirectory() as home:
        engine = DurableTransferQueue(f"sqlite:///{home}/turns.db", take_turn=taken.put, threads=1)
        engine.start()
        try:
            figures = [_cpu_of(partial(_empty_turn, engine, taken)) for _ in range(15)]
        finally:
            engine.stop(patience=timedelta(seconds=5))
    return statistics.median(figures) * 1000


def _empty_turn(engine: DurableTransferQueue, taken: "queue.Queue[str]") -> None:
    engine.put(BUSINESS)
    taken.get(timeout=30)
    time.sleep(0.05)  # until its end is written down too


def _one_row(number: str, customer: int) -> Invoice:
    whole = invoice(number, customer=customer)
    return whole.model_copy(update={"rows": whole.rows[:1]})


def _send(container: Container, given: Invoice) -> None:
    container.add_invoice().add(BUSINESS, given)
    transfer = container.send_invoice().send(BUSINESS, given.number)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error


def _cpu_of(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
