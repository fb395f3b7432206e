"""Hold the API at saturation: callers that add, send, list and ask, as fast as they are answered, for a given time."""

import itertools
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.benchmarks.month import invoice

CALLERS = 4
LONGEST_PAUSE_SECONDS = 2.0
TIMEOUT_SECONDS = 60.0
_CUSTOMERS = 40


@dataclass
class Told:
    """What the callers were answered. Waits are in seconds, by kind of request."""

    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, other: "Told") -> None:
        """Take in what another caller was answered."""
        self.seconds += other.seconds
        self.statuses += other.statuses
        self.unexpected += other.unexpected
        self.sent |= other.sent
        for kind, waits in other.waits.items():
            self.waits.setdefault(kind, []).extend(waits)


def saturate(address: str, *, business: str, key: str, seconds: float, most_invoices: int, prefix: str) -> Told:
    """Call for so long, or until so many invoices were sent, whose numbers begin alike; tell what came of it."""
    numbers = (f"{prefix}-{nth:07}" for nth in range(most_invoices))
    lock = threading.Lock()

    def next_number() -> str | None:
        with lock:
            return next(numbers, None)

    began = time.monotonic()
    callers = [_Caller(address, business, key, next_number, until=began + seconds) for _ in range(CALLERS)]
    told = Told()
    with ThreadPoolExecutor(CALLERS) as threads:
        for one in threads.map(_Caller.call, callers):
            told.add(one)
    told.seconds = time.monotonic() - began
    return told


class _Caller:
    """One caller with a connection of its own. It is patient: what is refused for a while is sent again."""

    def __init__(self, address: str, business: str, key: str, next_number: Any, *, until: float) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._business = f"/v1/businesses/{business}"
        self._next_number = next_number
        self._until = until
        self._told = Told()

    def call(self) -> Told:
        """Call until the time is up."""
        with self._client:
            for turn in itertools.count():
                if time.monotonic() >= self._until or (number := self._next_number()) is None:
                    return self._told
                self._add_and_send(number, customer=turn % _CUSTOMERS)
                if turn % 3 == 0:
                    self._answered("list", "GET", f"/invoices?limit=20&after={number}")
                if turn % 5 == 0:
                    self._ask_for_payment()
        return self._told

    def _add_and_send(self, number: str, *, customer: int) -> None:
        document = invoice(number, customer=customer).model_dump(mode="json")
        if self._answered("put", "PUT", f"/invoices/{number}", json=document) is None:
            return
        if self._answered("send", "POST", f"/invoices/{number}/send", headers={"Prefer": "wait=0"}) is not None:
            self._told.sent.add(number)

    def _ask_for_payment(self) -> None:
        listed = self._answered("transfers", "GET", "/transfers?state=transferred&limit=5")
        for transfer in (listed or {"items": []})["items"][:1]:
            self._answered("status", "POST", f"/invoices/{transfer['invoice']}/status")
            self._answered("transfer", "GET", f"/transfers/{transfer['id']}")

    def _answered(self, kind: str, method: str, path: str, **sent: Any) -> Any:
        """Return what the request was answered with, or None when it was refused all the time."""
        while True:
            began = time.monotonic()
            answer = self._client.request(method, self._business + path, **sent)
            self._told.waits.setdefault(kind, []).append(time.monotonic() - began)
            self._told.statuses[answer.status_code] += 1
            if answer.is_success:
                return answer.json()
            if answer.status_code not in (429, 503) or "retry-after" not in answer.headers:
                self._told.unexpected.append(f"{kind}: {answer.status_code} {answer.text[:300]}")
                return None
            if time.monotonic() >= self._until:
                return None
            time.sleep(min(float(answer.headers["retry-after"]), LONGEST_PAUSE_SECONDS))
