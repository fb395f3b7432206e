"""A worker: takes turns on its threads, and sweeps up what is due and nobody works on, until it is told to stop.

Events go out to webhooks on a thread of their own. Unless the operator wants it never, another follows up open orders;
and one tells people what needs them, where somebody is named who is told.
"""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from adapters.notices.judging import fault_for_operator
from adapters.queue.durable import DurableTransferQueue
from adapters.telemetry.telemetry import Telemetry
from core.errors import TryAgain
from core.notice_address import require_usable
from core.ports.access_stores import KEPT_FOR
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.sending.restore_watch import RestoreWatch
from core.sending.sweep import Sweep
from core.use_cases.follow_up import FollowedUp, FollowUp
from core.use_cases.forget_old import ForgetOld
from core.use_cases.tell_people import Sending, TellPeople
from entrypoints.container import Container
from entrypoints.deliverer import Deliverer
from entrypoints.readiness import Pulse
from entrypoints.stopping import Stopping

_TIDY_EVERY = timedelta(hours=1)
_FORGET_EVERY = timedelta(days=1)
_LOOK_FOR_FOLLOW_UPS_SECONDS = 20.0
_LOOK_FOR_NOTICES_SECONDS = 15.0

_log = logging.getLogger("kvitt.worker")


class Worker:
    """The working half of an installation. Used as a context manager it works while the block lasts.

    Errors: InvalidInput, code `bad_settings`, where KVITT_NOTIFY names what reaches nobody.
    """

    def __init__(self, container: Container) -> None:
        require_usable(container.settings().notify_addresses, fault_for_operator)
        self._queue: DurableTransferQueue = container.queue()
        self._sweep: Sweep = container.sweep()
        self._deliverer: Deliverer = container.deliverer()
        self._watch: RestoreWatch = container.restore_watch()
        self._follow_up: FollowUp = container.follow_up()
        self._forget_old: ForgetOld = container.forget_old()
        self._tell_people: TellPeople = container.tell_people()
        self._storage: Storage = container.storage()
        self._clock: Clock = container.clock()
        self._telemetry: Telemetry = container.telemetry()
        self._pulse: Pulse = container.pulse()
        self._stopping: Stopping = container.stopping()
        self._sweep_seconds = container.settings().sweep_seconds
        self._follow_up_seconds = container.settings().follow_up_seconds
        self._sweeper = threading.Thread(target=self._keep_sweeping, name="kvitt-sweeper", daemon=True)
        self._follower = threading.Thread(target=self._keep_following_up, name="kvitt-follow-up", daemon=True)
        self._notifier = threading.Thread(target=self._keep_telling_people, name="kvitt-notifier", daemon=True)

    def start(self) -> None:
        """Begin to take turns."""
        self._queue.start()
        self._pulse.beat()
        self._sweeper.start()
        self._deliverer.start()
        if self._follow_up_seconds != 0:
            self._follower.start()
        self._notifier.start()

    def stop(self) -> None:
        """Finish the calls in hand, hand the rest back, and end; what hangs is left when the time is up."""
        self._stopping.set()
        self._deliverer.tell_to_stop()
        if self._sweeper.is_alive():
            self._sweeper.join(self._stopping.seconds_left())
        self._queue.stop(patience=timedelta(seconds=self._stopping.seconds_left()))
        self._deliverer.stop(patience=timedelta(seconds=self._stopping.seconds_left()))
        if self._follower.is_alive():  # its call in hand only reads, so it can be left
            self._follower.join(self._stopping.seconds_left())
        if self._notifier.is_alive():  # what is being sent is noted, so that it is not sent again
            self._notifier.join(self._stopping.seconds_left())
        self._telemetry.close()

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _keep_sweeping(self) -> None:
        tidy_at = forget_at = time.monotonic()
        pieces: Iterator[None] = iter(())
        while not self._stopping.is_set():
            try:
                self._watch.keep_watch()
                self._sweep.run()
                self._pulse.beat()
                self._telemetry.swept()
                if time.monotonic() >= tidy_at:
                    self._tidy()
                    tidy_at = time.monotonic() + _TIDY_EVERY.total_seconds()
                if time.monotonic() >= forget_at:
                    forget_at = time.monotonic() + _FORGET_EVERY.total_seconds()
                    pieces = self._forget_old.pieces()
                next(pieces, None)  # a piece between two sweeps: nobody waits for what is merely old
            except Exception as error:  # noqa: BLE001 - such as a database out of reach: a sweeper that ends is worse
                _log.warning("Sweeping failed, and is done again soon: %s", type(error).__name__)
            self._stopping.wait(self._sweep_seconds)

    def _keep_following_up(self) -> None:
        pause_seconds = min(self._follow_up_seconds or _LOOK_FOR_FOLLOW_UPS_SECONDS, _LOOK_FOR_FOLLOW_UPS_SECONDS)
        while not self._stopping.is_set():
            try:
                for followed in self._follow_up.run():
                    _tell(followed)
            except Exception as error:  # noqa: BLE001 - as above: one that ends is worse
                _log.warning("Following up failed, and is done again soon: %s", type(error).__name__)
            self._stopping.wait(pause_seconds)

    def _keep_telling_people(self) -> None:
        while not self._stopping.is_set():
            try:
                for sending in self._tell_people.run():
                    _log_sending(sending)
            except Exception as error:  # noqa: BLE001 - as above: one that ends is worse
                _log.warning("Telling people failed, and is done again soon: %s", type(error).__name__)
            self._stopping.wait(_LOOK_FOR_NOTICES_SECONDS)

    def _tidy(self) -> None:
        """Forget what nobody asks for any more: turns that ended, answers kept for long enough."""
        self._queue.tidy()
        with self._storage.transaction() as work:
            work.answers.forget_older(self._clock.now() - KEPT_FOR)


def _log_sending(sending: Sending) -> None:
    """Log how sending a notice went: by the service's name, for the address is a secret."""
    if sending.trouble is None:
        _log.info("A notice was sent by %s", sending.service)
    else:
        _log.warning("A notice could not be sent by %s, and is tried again: %s", sending.service, sending.trouble.code)


def _tell(followed: FollowedUp) -> None:
    """Log how a follow-up went: of a trouble no more than its code, because its message may name a customer."""
    _log.info("Followed up the business %s: %d orders were reported on", followed.business, followed.reports)
    if followed.not_ours:
        _log.warning(
            "The business %s: %d orders are not ours any more, such as that of invoice %s; check its status",
            followed.business,
            len(followed.not_ours),
            followed.not_ours[0],
        )
    if followed.trouble:
        level = logging.INFO if isinstance(followed.trouble, TryAgain) else logging.WARNING
        _log.log(level, "Following up the business %s met trouble: %s", followed.business, followed.trouble.code)
