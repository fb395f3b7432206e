"""Delivering events: 10,000 to 20 endpoints that answer in 50 ms, by two workers, beside a bare loop of httpx.

Alone: `python -m tests.benchmarks.delivering`. The receiver, the workers and the loops are processes of their own; what
each spends is counted from when it begins to when it is told to end, without its start.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import func, select

from adapters.clock import SystemClock
from adapters.identifiers import new_webhook_secret, time_ordered_id
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.schema import webhook_deliveries
from adapters.webhooks.courier import Courier
from core.audit import WORKER
from core.auditor import Auditor
from core.business import Business
from core.endpoint_address import Reach, networks_in
from core.event import EventType, Happening
from core.use_cases.deliver_events import DeliverEvents
from core.webhook import DeliveryState, Endpoint, EndpointSecrets
from entrypoints.deliverer import Deliverer
from tests.benchmarks.figures import Figures
from tests.delivering.receiver import Receiver, Taken
from tests.postgres import server, temporary_database

EVENTS, ENDPOINTS, WORKERS = 10_000, 20, 2
ANSWERS_AFTER = 0.05
_AT_ONCE = ENDPOINTS * 8
_PIECE = 500
_MOST_RATIO = 3.0
_MOST_GROWTH_MB = 24.0
_LOOPBACK = Reach(networks_in("127.0.0.0/8"))
_DATA = {"number": 1, "status": "paid", "paid_at": "2026-01-15", "amount": "1200.00", "text": "x" * 300}


def report(figures: Figures) -> None:
    """Measure, and say."""
    figures.title(f"Delivering {EVENTS:,} events to {ENDPOINTS} endpoints that answer in 50 ms, {WORKERS} workers")
    with _process("receive") as receiver:
        url = receiver.said["url"]
        bare = _bare(url)
        delivered = {name: _on(database, url) for name, database in _databases()}
    rows = [("a bare loop of httpx", *_row(bare, bare))]
    rows += [(f"Kvitt on {name}", *_row(found, bare)) for name, found in delivered.items()]
    figures.table(["", "a second", "CPU of each", "beside the loop", "memory after a quarter", "at the end"], rows)
    figures.say("")
    for name, found in delivered.items():
        ratio = found["cpu"] / bare["cpu"]
        figures.limit(f"CPU of a delivery on {name}, beside a bare loop", ratio, _MOST_RATIO, unit="x")
        figures.limit(f"growth of a worker on {name}", found["last"] - found["early"], _MOST_GROWTH_MB, unit=" MB")
        figures.limit(f"out of order or more than once on {name}", found["wrong"], 0)


def _on(database: AbstractContextManager[str], url: str) -> dict[str, float]:
    with database as database_url:
        return _delivered(database_url, url)


def _row(found: dict[str, float], bare: dict[str, float]) -> Sequence[str]:
    memory = [f"{found[when]:.0f} MB" if when in found else "" for when in ("early", "last")]
    return (f"{found['rate']:,.0f}", f"{found['cpu'] * 1000:.2f} ms", f"{found['cpu'] / bare['cpu']:.2f}x", *memory)


def _databases() -> Iterator[tuple[str, AbstractContextManager[str]]]:
    yield "SQLite", _sqlite()
    if server():
        yield "PostgreSQL", temporary_database()


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'kvitt.db'}"


def _bare(url: str) -> dict[str, float]:
    loops = [_Process("bare", url, str(EVENTS // WORKERS), str(_AT_ONCE // WORKERS)) for _ in range(WORKERS)]
    ended = [loop.end(asked=False) for loop in loops]
    took = max(one["seconds"] for one in ended)
    return {"rate": EVENTS / took, "cpu": sum(one["cpu"] for one in ended) / EVENTS}


def _delivered(database: str, url: str) -> dict[str, float]:
    key = Fernet.generate_key().decode()
    with closing(open_storage(database, FernetSecretBox([key]))) as storage:
        _prepare(storage, url)
        workers = [_Process("work", database, key) for _ in range(WORKERS)]
        began = time.monotonic()
        for worker in workers:
            worker.tell()
        _wait_for(storage, EVENTS // 4)
        early = max(worker.memory() for worker in workers)
        _wait_for(storage, EVENTS)
        took = time.monotonic() - began
        last = max(worker.memory() for worker in workers)
        ended = [worker.end() for worker in workers]
    wrong = httpx.post(f"{url}/wrong", content=b"{}", timeout=60).status_code - 200
    cpu = sum(one["cpu"] for one in ended) / EVENTS
    return {"rate": EVENTS / took, "cpu": cpu, "early": early, "last": last, "wrong": wrong}


def _prepare(storage: SqlStorage, url: str) -> None:
    """Have a business for each endpoint, with its events: four of each invoice."""
    connection = {"system": "24sevenoffice", "username": "bench", "password": "bench"}
    for number in range(ENDPOINTS):
        name = f"bench-{number}"
        whole = f"{url}/{name}"
        with storage.transaction() as work:
            work.businesses.put(Business.model_validate({"name": name, "accounting": connection}))
            endpoint = Endpoint(id=time_ordered_id(), url=whole, business=name, created_at=storage.clock.now())
            secrets = EndpointSecrets(url=SecretStr(whole), current=SecretStr(new_webhook_secret()))
            work.endpoints.add(endpoint, secrets)
        for start in range(0, EVENTS // ENDPOINTS, _PIECE):
            piece = range(start, min(start + _PIECE, EVENTS // ENDPOINTS))
            with storage.transaction() as work:
                work.events.add(*(_happening(name, nth) for nth in piece))


def _happening(business: str, nth: int) -> Happening:
    data = {**_DATA, "nth": nth}
    return Happening(type=EventType.INVOICE_PAID, business=business, invoice=str(nth // 4), data=data)


def _wait_for(storage: SqlStorage, number: int) -> None:
    count = select(func.count()).where(webhook_deliveries.c.state == DeliveryState.DELIVERED)
    while True:
        with storage.read() as database:
            if (database.scalar(count) or 0) >= number:
                return
        time.sleep(0.1)


class _Process:
    """One of the roles below, in a process of its own. It says something when it is ready."""

    def __init__(self, *role: str) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.delivering", *role]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = self._line()

    def tell(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def memory(self) -> float:
        """What it holds, in MB."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def end(self, *, asked: bool = True) -> Any:
        """Have it end, and return what it says then."""
        if asked:
            self.tell()
        said = self._line()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(30)
        return said

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def _process(*role: str) -> Iterator[_Process]:
    process = _Process(*role)
    try:
        yield process
    finally:
        process.end()


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _receive() -> None:
    """Take everything, and know what came out of its order, or twice."""
    wrong = 0
    last: dict[tuple[str, str], int] = defaultdict(lambda: -1)

    def answers(taken: Taken) -> int:
        nonlocal wrong
        receiver.taken.clear()
        if taken.path == "/wrong":
            found, wrong = wrong, 0
            last.clear()
            return 200 + min(found, 99)
        if taken.path != "/bare":
            event = taken.event
            key = (event["business"], event["invoice"])
            wrong += event["data"]["nth"] <= last[key]
            last[key] = max(last[key], event["data"]["nth"])
        return 200

    receiver = Receiver(answers, seconds=ANSWERS_AFTER)

    async def serve() -> None:
        listening = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=1024)
        _say({"url": f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"})
        await asyncio.to_thread(sys.stdin.readline)
        _say({})
        listening.close()

    asyncio.run(serve())


def _loop(url: str, number: int, at_once: int) -> None:
    """Post so many, so many at once."""
    body = json.dumps({"id": "1" * 32, "type": "invoice.paid", "business": "bench", "data": _DATA}).encode()
    headers = {"Content-Type": "application/json", "webhook-id": "1" * 32, "webhook-signature": "v1," + "x" * 44}

    async def post() -> None:
        left = iter(range(number))

        async def one_after_the_other(client: httpx.AsyncClient) -> None:
            for _ in left:
                (await client.post(f"{url}/bare", content=body, headers=headers)).raise_for_status()

        async with AsyncExitStack() as stack:
            # A client an endpoint: with one for all of them its pool takes most of the time.
            clients = [await stack.enter_async_context(httpx.AsyncClient(timeout=30)) for _ in range(at_once // 8)]
            await asyncio.gather(*(one_after_the_other(client) for client in clients for _ in range(8)))

    _say({})
    began, cpu = time.monotonic(), _cpu()
    asyncio.run(post())
    _say({"seconds": time.monotonic() - began, "cpu": _cpu() - cpu})


def _work(database: str, key: str) -> None:
    """Deliver what is due until told to end."""
    storage = open_storage(database, FernetSecretBox([key]))
    auditor = Auditor(storage=storage, clock=storage.clock, actor=lambda: WORKER)
    steps = DeliverEvents(
        storage=storage, clock=storage.clock, auditor=auditor, new_holder=time_ordered_id, chance=lambda: 0.5
    )
    deliverer = Deliverer(
        steps, new_courier=lambda: Courier(_LOOPBACK), reach=_LOOPBACK, clock=storage.clock, wall=SystemClock()
    )
    _say({})
    sys.stdin.readline()
    cpu = _cpu()
    deliverer.start()
    sys.stdin.readline()
    _say({"cpu": _cpu() - cpu})
    deliverer.tell_to_stop()
    threading.Event().wait(0.5)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["receive"]:
            _receive()
        case ["bare", url, number, at_once]:
            _loop(url, int(number), int(at_once))
        case ["work", database, key]:
            _work(database, key)
        case _:
            found = Figures()
            report(found)
            sys.exit(1 if found.missed else 0)
