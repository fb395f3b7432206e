"""The deliverer: a thread on which events go out to endpoints, all at once, until it is told to stop.

It runs an event loop of its own. What is to be posted is read, and how it went is kept, in steps of one transaction
each, for all endpoints together, on a second thread: while one is under way, results of the next gather. So the busier
it is, the more each step does, and an idle one asks the database once in a while.

An endpoint has a few connections of its own, and one that hangs holds up nothing but itself.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from adapters.webhooks.courier import CONNECTIONS_PER_ENDPOINT, POST_SECONDS, Courier
from adapters.webhooks.signing import attempt_of, posting_of
from core.endpoint_address import Reach
from core.errors import InvalidInput, TryAgain
from core.ports.clock import Clock
from core.ports.webhook_stores import EndpointLease
from core.posting import Posted, PostTrouble
from core.use_cases.deliver_events import ENDPOINT_LEASE, Counts, DeliverEvents, Need, PostedDelivery, Supply
from core.webhook import DueDelivery, EndpointSecrets

LOOK_SECONDS = 1.0
"""How often it looks for what is due, at least."""

SOON_SECONDS = 0.1
"""How soon it looks again while there is something due that it left to others."""

MOST_ENDPOINTS = 64
"""So many endpoints it works on at once."""

IN_HAND = 3 * CONNECTIONS_PER_ENDPOINT
"""So many deliveries of an endpoint are read ahead, those under way included."""

HELD_SECONDS = 30.0
"""After so long an endpoint with more to come is given up, so that others who deliver get their share."""

GRACE_SECONDS = 5.0
"""What is under way when it is told to stop may take so long to end; what hangs then is posted again by the next."""

_GATHER_SECONDS = 0.02  # a step waits so long for results: a few more in each are fewer transactions
_AFTER_TROUBLE_SECONDS = 1.0
_TIDY_SECONDS = 30.0
_LEFT_ALONE_SECONDS = 60.0
_FRESH_SECONDS = ENDPOINT_LEASE.total_seconds() - POST_SECONDS - 5.0

_log = logging.getLogger("kvitt.deliverer")

T = TypeVar("T")


@dataclass
class _Line:
    """What is in hand for one endpoint: what waits, what is under way, and what ended and is not kept yet."""

    lease: EndpointLease
    held_since: float
    renewed_at: float
    supply: Supply | None = None
    ready: deque[DueDelivery] = field(default_factory=deque)
    under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    ended: list[PostedDelivery] = field(default_factory=list)
    unkept: set[str] = field(default_factory=set)
    is_ending: bool = False
    is_dry: bool = False

    @property
    def in_hand(self) -> int:
        """How many are waiting, under way, or not kept yet."""
        return len(self.ready) + len(self.under_way) + len(self.unkept)

    @property
    def room(self) -> int:
        """How many more may be posted at this moment."""
        if self.supply is None or self.is_ending:
            return 0
        return (1 if self.supply.is_probed else CONNECTIONS_PER_ENDPOINT) - len(self.under_way)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is under way or to be kept."""
        return not self.under_way and not self.ended and not self.unkept


class Deliverer:
    """The thread. `now` and `wall` are the installation's clock and the machine's.

    `told` is given what each step came to.
    """

    def __init__(
        self,
        steps: DeliverEvents,
        *,
        new_courier: Callable[[], Courier],
        reach: Reach,
        clock: Clock,
        wall: Clock,
        told: Callable[[Counts], None] = lambda _: None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._steps = steps
        self._new_courier = new_courier
        self._reach = reach
        self._clock = clock
        self._wall = wall
        self._told = told
        self._look_seconds = look_seconds
        self._lines: dict[str, _Line] = {}
        self._left_alone: dict[str, float] = {}
        self._look_at = 0.0
        self._told_to_stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event
        self._courier: Courier
        self._thread = threading.Thread(target=self._run, name="kvitt-deliverer", daemon=True)
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kvitt-deliverer-database")

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def tell_to_stop(self) -> None:
        """Begin nothing more. Nobody waits."""
        self._told_to_stop.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self, patience: timedelta) -> None:
        """Let what is under way end, for a while, keep how it went, and give endpoints up."""
        self.tell_to_stop()
        if self._thread.is_alive():
            self._thread.join(patience.total_seconds())

    def _run(self) -> None:
        while not self._told_to_stop.is_set():
            try:
                asyncio.run(self._deliver())
            except Exception as error:  # noqa: BLE001 - a bug of ours: one that ends is worse
                _log.error("Delivering failed, and begins anew soon: %s", type(error).__name__)
                self._told_to_stop.wait(_AFTER_TROUBLE_SECONDS)
        self._database.shutdown(wait=False)

    async def _deliver(self) -> None:
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._lines.clear()  # of a run that failed: what it held is still held, and claimed anew
        self._courier = self._new_courier()
        self._look_at = tidy_at = time.monotonic()
        try:
            while not self._told_to_stop.is_set():
                now = time.monotonic()
                if now >= self._look_at:
                    self._look_at = time.monotonic() + await self._look()
                await self._step()
                if now >= tidy_at:
                    tidy_at = now + _TIDY_SECONDS
                    await self._courier.close_idle()
                await self._wait(self._look_at - time.monotonic())
            await self._end()
        finally:
            await self._courier.aclose()

    async def _wait(self, seconds: float) -> None:
        """Wait until something has ended, and a moment longer for more of it; no longer than this."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._wake.wait()
        if self._wake.is_set() and not self._told_to_stop.is_set():
            await asyncio.sleep(_GATHER_SECONDS)
        self._wake.clear()

    async def _look(self) -> float:
        """Claim endpoints that something is due for; return in how many seconds to look again."""
        most = MOST_ENDPOINTS - len(self._lines)
        now = time.monotonic()
        self._left_alone = {endpoint: until for endpoint, until in self._left_alone.items() if until > now}
        besides = frozenset({*self._lines, *self._left_alone})
        if most <= 0:
            return self._look_seconds
        try:
            claimed, is_more = await self._in_database(lambda: self._steps.claim(most, besides=besides))
        except Exception as error:  # noqa: BLE001 - such as a database out of reach: one that ends is worse
            _log.warning("Looking for events to deliver failed, and is done again soon: %s", type(error).__name__)
            return max(self._look_seconds, _AFTER_TROUBLE_SECONDS)
        for lease in claimed:
            self._lines[lease.endpoint] = _Line(lease, held_since=now, renewed_at=now)
        return SOON_SECONDS if is_more and claimed else self._look_seconds

    async def _step(self) -> None:
        """Keep what ended, read what is next, and post it."""
        needs = [need for line in self._lines.values() if (need := self._need_of(line))]
        if not needs:
            return
        try:
            await self._serve(needs)
        except TryAgain as error:  # the database is out of reach, for one as for all
            await self._serve_later(needs, error)
        except Exception as error:  # noqa: BLE001 - a bug of ours with one of them must not hold up the others
            if len(needs) == 1:
                await self._serve_later(needs, error)
                return
            for need in needs:
                try:
                    await self._serve([need])
                except Exception as its_own:  # noqa: BLE001 - as above
                    await self._serve_later([need], its_own)

    async def _serve(self, needs: Sequence[Need]) -> None:
        began = time.monotonic()
        supplies, counts = await self._in_database(lambda: self._steps.step(needs))
        self._told(counts)
        for need in needs:
            self._supply(self._lines[need.lease.endpoint], need, supplies, began)

    async def _serve_later(self, needs: Sequence[Need], error: Exception) -> None:
        _log.warning("Keeping what was delivered failed, and is done again soon: %s", type(error).__name__)
        for need in needs:
            line = self._lines[need.lease.endpoint]
            line.ended = [*need.posted, *line.ended]
        await asyncio.sleep(_AFTER_TROUBLE_SECONDS)

    def _need_of(self, line: _Line) -> Need | None:
        if time.monotonic() - line.held_since > HELD_SECONDS or self._told_to_stop.is_set():
            line.is_ending = True
            line.ready.clear()
        ended, line.ended = line.ended, []
        line.unkept.update(one.delivery.event for one in ended)
        if line.is_ending:
            releases = not line.under_way
            return Need(line.lease, ended, release=releases) if ended or releases else None
        in_hand = len(line.ready) + len(line.under_way)  # what has ended is not due any more when this is read
        most = 1 if line.supply is not None and line.supply.is_probed else IN_HAND
        wants = most if in_hand <= most // 2 and (ended or not line.is_dry) else 0
        # Those that are in hand are read again, because they are still due.
        return Need(line.lease, ended, wanted=wants + in_hand if wants else 0) if ended or wants else None

    def _supply(self, line: _Line, need: Need, supplies: Mapping[str, Supply | None], began: float) -> None:
        line.renewed_at = began
        line.unkept.difference_update(one.delivery.event for one in need.posted)
        supply = supplies[line.lease.endpoint]
        if supply is None:
            self._let_go(line, released=need.release)
            return
        line.supply = supply if supply.secrets or line.supply is None else _with_secrets(supply, line.supply)
        if supply.is_paused or (need.wanted and supply.secrets is None):
            self._leave_alone(line, is_paused=supply.is_paused)
        elif need.wanted:
            in_hand = {*line.under_way, *line.unkept, *(one.delivery.event for one in line.ready)}
            in_hand.update(one.delivery.event for one in line.ended)
            new = [one for one in supply.due if one.delivery.event not in in_hand]
            line.ready.extend(new)
            line.is_dry = not new
        if supply.is_probed:
            while len(line.ready) > 1:
                line.ready.pop()
        self._post_more(line)
        if line.is_dry and not line.ready and line.is_empty:
            line.is_ending = True
            self._wake.set()

    def _leave_alone(self, line: _Line, *, is_paused: bool) -> None:
        """Nothing can be posted to it now: it is paused, or its secret can't be read, which no database knows."""
        line.is_ending = True
        line.ready.clear()
        if not is_paused:
            _log.warning("The secret of the webhook %s can't be read, so nothing is sent there", line.lease.endpoint)
            self._left_alone[line.lease.endpoint] = time.monotonic() + _LEFT_ALONE_SECONDS
        self._wake.set()

    def _let_go(self, line: _Line, *, released: bool) -> None:
        """Nothing more is this line's: it was released, lost, or disabled. What is under way is somebody else's too."""
        line.is_ending = True
        line.ready.clear()
        if not released:
            for task in line.under_way.values():
                task.cancel()
        elif not line.is_dry:
            self._look_at = min(self._look_at, time.monotonic() + SOON_SECONDS)  # there is more for somebody
        del self._lines[line.lease.endpoint]

    def _post_more(self, line: _Line) -> None:
        while line.room > 0 and line.ready:
            if time.monotonic() - line.renewed_at > _FRESH_SECONDS:
                line.ready.clear()  # the hold on the endpoint would end before the posting does
                line.is_dry = False
                self._wake.set()
                return
            due = line.ready.popleft()
            if line.supply is not None and line.supply.secrets is not None:
                task = asyncio.get_running_loop().create_task(self._post(line, due, line.supply, line.supply.secrets))
                line.under_way[due.delivery.event] = task

    async def _post(self, line: _Line, due: DueDelivery, supply: Supply, secrets: EndpointSecrets) -> None:
        at = self._clock.now()
        posted = await self._posted(due, supply, secrets)
        line.under_way.pop(due.delivery.event, None)
        line.ended.append(PostedDelivery(due.delivery, attempt_of(posted, secrets, at=at), posted))
        if posted.is_delivered:
            self._post_more(line)
        self._wake.set()

    async def _posted(self, due: DueDelivery, supply: Supply, secrets: EndpointSecrets) -> Posted:
        try:
            wall = self._wall.now()
            posting = posting_of(
                supply.endpoint, secrets, due.event, reach=self._reach, now=self._clock.now(), wall=wall
            )
        except InvalidInput:  # it was taken once, and the operator allows less now
            return Posted(trouble=PostTrouble.FORBIDDEN_ADDRESS, duration_ms=0)
        try:
            return await self._courier.post(posting)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not stop what else is delivered
            _log.error("Posting an event failed: %s", type(error).__name__)
            return Posted(trouble=PostTrouble.FAILED_HERE, duration_ms=0)

    async def _end(self) -> None:
        """Let what is under way end, keep how it went, and give up what is held."""
        ends = time.monotonic() + GRACE_SECONDS
        under_way = [task for line in self._lines.values() for task in line.under_way.values()]
        for line in self._lines.values():
            line.is_ending = True
            line.ready.clear()
        if under_way:
            _, hanging = await asyncio.wait(under_way, timeout=ends - time.monotonic())
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
        for line in self._lines.values():
            line.under_way.clear()
        await self._step()

    async def _in_database(self, work: Callable[[], T]) -> T:
        answer: Awaitable[T] = asyncio.get_running_loop().run_in_executor(self._database, work)
        return await answer


def _with_secrets(supply: Supply, before: Supply) -> Supply:
    return Supply(supply.endpoint, before.secrets, supply.due)
