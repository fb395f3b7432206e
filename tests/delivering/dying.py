"""A process that delivers, until it kills itself at a point of one's choosing: `python -m tests.delivering.dying`.

It says that it is ready, and begins when it reads a line. With `--kill STEP:N` and `--edge` it kills itself with
SIGKILL right before or after the n-th such step, or, of a post, while the answer is awaited. `take`, `read`, `record`
and `release` are transactions: they claim endpoints, read what is next, keep how it went, and give endpoints up. One
that does several of these goes by the last.
"""

import argparse
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

import core.use_cases.deliver_events
import entrypoints.deliverer
from adapters.clock import SystemClock
from adapters.identifiers import time_ordered_id
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.webhooks.courier import Courier
from core.audit import WORKER
from core.auditor import Auditor
from core.endpoint_address import Reach, networks_in
from core.ports.webhook_stores import EndpointLease
from core.posting import Posted, Posting
from core.use_cases.deliver_events import Counts, DeliverEvents, Need, Supply
from tests.attack.launcher import AFTER, BEFORE, DURING, Killer

TAKE, READ, POST, RECORD, RELEASE = "take", "read", "post", "record", "release"
LEASE_SECONDS = 4.0
READY = "ready"


def watch_posts(killer: Killer) -> None:
    """Watch every post."""
    post = Courier.post

    async def watched(courier: Courier, posting: Posting) -> Posted:
        is_the_point = killer.begins(POST)
        posted = await post(courier, posting)
        killer.ended(is_the_point=is_the_point)
        return posted

    Courier.post = watched  # type: ignore[method-assign, assignment]


def watch_transactions(killer: Killer) -> None:
    """Watch the end of every transaction, by what it is for; they follow one another on one thread."""
    claim, step, write = DeliverEvents.claim, DeliverEvents.step, SqlStorage.write
    now = [TAKE]

    def claiming(
        steps: DeliverEvents, most: int, *, besides: Collection[str] = ()
    ) -> tuple[Sequence[EndpointLease], bool]:
        now[:] = [TAKE]
        return claim(steps, most, besides=besides)

    def stepping(steps: DeliverEvents, needs: Iterable[Need]) -> tuple[Mapping[str, Supply | None], Counts]:
        needs = list(needs)
        releases, records = any(need.release for need in needs), any(need.posted for need in needs)
        now[:] = [RELEASE if releases else RECORD if records else READ]
        return step(steps, needs)

    @contextmanager
    def writing(storage: SqlStorage) -> Iterator[Connection]:
        with write(storage) as database:
            yield database
            is_the_point = killer.begins(now[0])
        killer.ended(is_the_point=is_the_point)

    DeliverEvents.claim = claiming  # type: ignore[method-assign, assignment]
    DeliverEvents.step = stepping  # type: ignore[method-assign, assignment]
    SqlStorage.write = writing  # type: ignore[method-assign, assignment]


def main() -> None:
    """Do as the command line says."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url")
    asked.add_argument("key")
    asked.add_argument("--kill", default="none:0", metavar="STEP:N")
    asked.add_argument("--edge", default=BEFORE, choices=(BEFORE, DURING, AFTER))
    asked.add_argument("--most", type=int, default=entrypoints.deliverer.MOST_ENDPOINTS)
    given = asked.parse_args()
    step, number = given.kill.rsplit(":", 1)
    core.use_cases.deliver_events.ENDPOINT_LEASE = timedelta(seconds=LEASE_SECONDS)
    entrypoints.deliverer._FRESH_SECONDS = LEASE_SECONDS
    entrypoints.deliverer.MOST_ENDPOINTS = given.most
    storage = open_storage(given.url, FernetSecretBox([given.key]))
    auditor = Auditor(storage=storage, clock=storage.clock, actor=lambda: WORKER)
    steps = DeliverEvents(
        storage=storage, clock=storage.clock, auditor=auditor, new_holder=time_ordered_id, chance=lambda: 0.5
    )
    killer = Killer(step, int(number), given.edge)
    watch_posts(killer)
    watch_transactions(killer)
    reach = Reach(networks_in("127.0.0.0/8"))
    deliverer = entrypoints.deliverer.Deliverer(
        steps, new_courier=lambda: Courier(reach), reach=reach, clock=storage.clock, wall=SystemClock()
    )
    print(READY, flush=True)  # noqa: T201 - the test waits for it
    sys.stdin.readline()
    deliverer.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
