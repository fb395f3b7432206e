"""A process that posts what is due, and never gets to keep how it went: `python -m tests.delivering.dying URL KEY`."""

import sys
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta

from typing_extensions import override

import core.use_cases.deliver_events
import entrypoints.deliverer
from adapters.clock import SystemClock
from adapters.identifiers import time_ordered_id
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
from adapters.webhooks.courier import Courier
from core.audit import WORKER
from core.auditor import Auditor
from core.endpoint_address import Reach, networks_in
from core.use_cases.deliver_events import Counts, DeliverEvents, Need, Supply

LEASE_SECONDS = 2.0


class _NeverKept(DeliverEvents):
    @override
    def step(self, needs: Iterable[Need]) -> tuple[Mapping[str, Supply | None], Counts]:
        needs = list(needs)
        if any(need.posted for need in needs):
            threading.Event().wait()
        return super().step(needs)


if __name__ == "__main__":
    url, key = sys.argv[1:]
    core.use_cases.deliver_events.ENDPOINT_LEASE = timedelta(seconds=LEASE_SECONDS)
    entrypoints.deliverer._FRESH_SECONDS = LEASE_SECONDS
    storage = open_storage(url, FernetSecretBox([key]))
    auditor = Auditor(storage=storage, clock=storage.clock, actor=lambda: WORKER)
    steps = _NeverKept(
        storage=storage, clock=storage.clock, auditor=auditor, new_holder=time_ordered_id, chance=lambda: 0.5
    )
    reach = Reach(networks_in("127.0.0.0/8"))
    deliverer = entrypoints.deliverer.Deliverer(
        steps, new_courier=lambda: Courier(reach), reach=reach, clock=storage.clock, wall=SystemClock()
    )
    deliverer.start()
    threading.Event().wait()
