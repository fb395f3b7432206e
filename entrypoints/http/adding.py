"""Adding invoices for many callers at once: what comes while others are being stored is stored next, in one go.

A transaction costs several times what an invoice in it does, and SQLite has one at a time in any case. Nobody waits
for others to come: a caller who is alone is served alone.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import NamedTuple

from core.errors import KvittError
from core.use_cases.add_invoice import AddedInvoice, AddInvoice, InvoiceToAdd

MOST_AT_ONCE = 100
"""So many invoices share a transaction, at most: others wait for it."""

_LAST_SECONDS = 5.0

Outcome = AddedInvoice | Exception
"""What came of adding one."""


class _Asked(NamedTuple):
    addition: InvoiceToAdd
    outcome: "asyncio.Future[AddedInvoice]"


class Adding:
    """Adds invoices from a thread of its own, which starts with the first.

    `add_invoice` gives the installation's use case; it is called on the event loop's thread.
    """

    def __init__(self, add_invoice: Callable[[], AddInvoice]) -> None:
        self._add_invoice = add_invoice
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def add(self, addition: InvoiceToAdd) -> AddedInvoice:
        """Store an invoice. Errors: those of AddInvoice.add."""
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(self._add_invoice(), loop), name="http-adding", daemon=True
            )
            self._thread.start()
        asked = _Asked(addition, loop.create_future())
        self._asked.put(asked)
        return await asked.outcome

    def stop(self) -> None:
        """Store what was asked for, and end the thread; where the database hangs, leave it."""
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join(_LAST_SECONDS)
            self._thread = None

    def _work(self, add_invoice: AddInvoice, loop: asyncio.AbstractEventLoop) -> None:
        while these := self._next():
            outcomes = outcomes_of(add_invoice, [asked.addition for asked in these])
            with suppress(RuntimeError):  # the server was made to end at once: nobody waits any more
                loop.call_soon_threadsafe(_tell, these, outcomes)

    def _next(self) -> Sequence[_Asked]:
        """Wait for something to be asked for, and return it with what else is there by then; nothing at the end."""
        these: list[_Asked] = []
        while not these or (len(these) < MOST_AT_ONCE and not self._asked.empty()):
            asked = self._asked.get()
            if asked is None:
                if these:
                    self._asked.put(None)  # for the next time
                break
            these.append(asked)
        return these


def outcomes_of(add_invoice: AddInvoice, these: Sequence[InvoiceToAdd]) -> Sequence[Outcome]:
    """Add invoices together. A fault of ours, which ends the transaction of all, befalls that one alone that has it."""
    try:
        return add_invoice.add_all(these)
    except KvittError as error:
        return [error] * len(these)
    except Exception as error:  # noqa: BLE001 - whoever asked is told
        return [error] if len(these) == 1 else [outcomes_of(add_invoice, [addition])[0] for addition in these]


def _tell(these: Sequence[_Asked], outcomes: Sequence[Outcome]) -> None:
    for asked, outcome in zip(these, outcomes, strict=True):
        if asked.outcome.done():  # nobody waits for it any more
            continue
        if isinstance(outcome, Exception):
            asked.outcome.set_exception(outcome)
        else:
            asked.outcome.set_result(outcome)
