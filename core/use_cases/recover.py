"""Recover: learn from the books what was sent since the day to which the database was put back.

Orders that carry our references are tied to their invoices, what can't be told is left to a person, and sending goes
on: business by business. It may be killed anywhere and run again: what is tied already stays so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.audit import Action
from core.auditor import Auditor
from core.errors import InvalidInput, KvittError, LeaseLost, Outcome, TryAgain, Unsettled
from core.intent import CLOCKS_DIFFER, Intent, IntentKind
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.recovery import (
    LONGEST_NUMBER,
    FindingKind,
    FoundOrder,
    Installation,
    Recovery,
    Verdict,
    is_shut,
    look_first_intent,
    verdict_on,
)
from core.sending.books import note_books
from core.sending.fence import FencedSession, Hold
from core.sending.restore_watch import RestoreWatch
from core.sending.telling import tell_ends
from core.sending.tie_order import TieOrder
from core.stored import require_business
from core.transfer import (
    RetryPolicy,
    Transfer,
    TransferError,
    TransferState,
    failed,
    order_may_be_elsewhere,
    superseded,
)
from core.use_cases.connect_business import release_parked

PIECE = 200
"""So many numbers are dealt with in one transaction."""

MOST_FINDINGS = 1000
"""So many findings are kept of a business; beyond that a person has to look at the books as a whole."""

_PAGE = 1000


class Recover:
    """Recovers businesses. `settling` is how long a call may still take effect after it began."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        auditor: Auditor,
        watch: RestoreWatch,
        tie_order: TieOrder,
        settling: timedelta,
        lease: timedelta,
        new_holder: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._watch = watch
        self._tie_order = tie_order
        self._settling = settling
        self._lease = lease
        self._new_holder = new_holder

    def begin(self, since: datetime | None = None) -> Sequence[str]:
        """Look whether the database was put back; return the businesses that have to be recovered, by name.

        With `since`, every business has to be, by the orders from then on: for what can't be noticed.
        Errors: InvalidInput, code `since_ahead`, when that is yet to come; TryAgain.
        """
        self._watch.check()
        if since is not None:
            if since >= self._clock.now():
                raise InvalidInput(
                    "The time from which to read orders is in the future.",
                    code="since_ahead",
                    hint="Give the time of the backup, or an earlier one.",
                )
            with self._storage.transaction() as work:
                self._watch.shut(work)
                for recovery in work.installation.recoveries(needed=True):
                    work.installation.put_recovery(recovery.model_copy(update={"since": since}))
                found = work.installation.get()
                work.installation.put(found.model_copy(update={"known_until": since + CLOCKS_DIFFER}))
        return self.left()

    def left(self) -> Sequence[str]:
        """Return the businesses for which nothing is sent until they are recovered, by name."""
        return [recovery.business for recovery in self.all() if recovery.needed]

    def all(self) -> Sequence[Recovery]:
        """Return how every recovery stands, by business; also of businesses that came only after a restore."""
        with self._storage.transaction() as work:
            found, known = (
                work.installation.get(),
                {recovery.business: recovery for recovery in work.installation.recoveries()},
            )
            if not is_shut(found, None, now=self._clock.now()):
                return list(known.values())
            after: str | None = None
            while page := work.businesses.list(limit=_PAGE, after=after):
                for business in page:
                    known.setdefault(business.name, _of_stranger(found, business.name))
                after = page[-1].name
        return [known[name] for name in sorted(known)]

    def settled_at(self) -> datetime | None:
        """Return when no call can be running any more that the database does not know of; None where none was."""
        with self._storage.transaction() as work:
            noticed_at = work.installation.get().noticed_at
        return noticed_at + self._settling if noticed_at else None

    def recover(self, business: str) -> Recovery:
        """Recover one business and return how that went; one that needs no recovery is returned as it is.

        Trouble with its books (no access, say) leaves it shut, and is told in the recovery.
        Errors: NotFound; TryAgain, codes `settling` (with the time to come back), `business_busy`; LeaseLost.
        """
        with self._storage.transaction() as work:
            require_business(work, business)
            found, recovery = work.installation.get(), work.installation.recovery(business)
            if not is_shut(found, recovery, now=self._clock.now()):
                return recovery or Recovery(business=business, needed=False)
            recovery = recovery or _of_stranger(found, business)
            lease = None
            if not (unsettled := self._unsettled(found)):
                lease = work.leases.acquire(business, holder=self._new_holder(), length=self._lease)
        if unsettled:
            raise unsettled
        if lease is None:
            raise TryAgain(f'A worker is still busy with "{business}"; it will be done soon.', code="business_busy")
        hold = Hold(lease, storage=self._storage, clock=self._clock, length=self._lease)
        try:
            return self._recover(hold, recovery, found)
        except LeaseLost:
            raise
        except KvittError as error:
            return self._note_trouble(recovery, error)
        finally:
            hold.release()

    def _unsettled(self, found: Installation) -> Unsettled | None:
        """Calls that were in hand when the database was put back may take effect for a while; they are waited for."""
        settled_at = found.noticed_at + self._settling if found.noticed_at else None
        if settled_at is None or self._clock.now() >= settled_at:
            return None
        return Unsettled(
            f"Earlier calls may still take effect; Kvitt reads the orders after {settled_at:%H:%M:%S} UTC.",
            code="settling",
            not_before=settled_at,
        )

    def _recover(self, hold: Hold, recovery: Recovery, found: Installation) -> Recovery:
        since = recovery.since
        if since is None:
            raise InvalidInput(
                "The database holds no order, so Kvitt can't tell from what time to read orders.",
                code="since_needed",
                hint="Run kvitt recover --since INSTANT, with the time of the backup, or an earlier one.",
            )
        with self._storage.transaction() as work:
            business = require_business(work, hold.business)
        session = FencedSession(self._systems.open(business), hold)
        here = session.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
        ours: dict[str, list[FoundOrder]] = defaultdict(list)
        read = set[str]()
        for page in _read_orders(session, since):
            for order in page:
                if order.receipt.order_id not in read and order.reference and len(order.reference) <= LONGEST_NUMBER:
                    read.add(order.receipt.order_id)
                    ours[order.reference].append(order)
        done = recovery.model_copy(update={"orders": len(read), "tied": 0, "findings": (), "trouble": None})
        numbers = sorted(ours)
        for start in range(0, len(numbers), PIECE):
            piece = {number: ours[number] for number in numbers[start : start + PIECE]}
            done = self._tie(session, done, piece, since)
        return self._end(hold, done, found)

    def _tie(
        self, session: FencedSession, done: Recovery, piece: Mapping[str, Sequence[FoundOrder]], since: datetime
    ) -> Recovery:
        """Deal with the orders of some numbers, in one transaction."""
        hold = session.hold
        numbers, now, tied, findings = list(piece), self._clock.now(), done.tied, list(done.findings)
        books = session.identity().key
        asked = {number: {order.receipt.customer_id for order in found} for number, found in piece.items()}
        others = self._tie_order.other_customers(hold.business, asked, session)
        with self._storage.transaction() as work:
            hold.renew(work)
            invoices = work.invoices.of_numbers(hold.business, numbers, for_update=True)
            transfers = work.transfers.of_invoices(hold.business, numbers, for_update=True)
            intents = work.intents.of_keys(hold.business, IntentKind.ORDER, numbers)
            for number, found in piece.items():
                earlier, transfer = intents.get(number), transfers.get(number)
                verdict = verdict_on(
                    number,
                    found,
                    invoice=invoices.get(number),
                    transfer=transfer,
                    other_customers=others.get(number, ()),
                    is_elsewhere=_is_elsewhere(transfer, earlier, books),
                )
                self._carry_out(work, hold.business, number, verdict, transfer, books=books, now=now)
                if verdict.look_first:
                    ids = verdict.customer_ids
                    mark = look_first_intent(earlier, number, since=since, customer_ids=ids, books=books, now=now)
                    work.intents.put(hold.business, mark)
                tied += verdict.tie is not None
                findings += [verdict.finding] if verdict.finding else []
        return done.model_copy(update={"tied": tied, "findings": tuple(findings[:MOST_FINDINGS])})

    def _carry_out(
        self,
        work: UnitOfWork,
        business: str,
        number: str,
        verdict: Verdict,
        transfer: Transfer | None,
        *,
        books: str,
        now: datetime,
    ) -> None:
        """Do what the verdict says with the invoice's transfer: it has arrived, or waits for a person."""
        if verdict.tie:
            if transfer and transfer.state is TransferState.WITHDRAWN:  # it was sent again since: that is another
                work.transfers.save(superseded(transfer))
                transfer = None
            warnings = verdict.warnings
            self._tie_order.tie(
                work, business, number, verdict.tie, transfer=transfer, warnings=warnings, books=books, now=now
            )
        elif verdict.finding and verdict.finding.kind is FindingKind.UNCLEAR and transfer:
            error = KvittError(
                verdict.finding.message, code="order_unclear", hint=_UNCLEAR_HINT, outcome=Outcome.UNKNOWN
            )
            ended = work.transfers.save(failed(transfer, error, policy=RetryPolicy(), now=now, order_open=True))
            tell_ends(work, self._auditor, [ended], now=now)

    def _end(self, hold: Hold, done: Recovery, seen: Installation) -> Recovery:
        """Let the business's sending go on, unless the database was put back once more meanwhile."""
        now = self._clock.now()
        done = done.model_copy(update={"needed": False, "ended_at": now})
        with self._storage.transaction() as work:
            hold.renew(work)
            found = work.installation.get()
            if (found.id, found.noticed_at) != (seen.id, seen.noticed_at):
                raise TryAgain("The database was restored once more; this recovery starts over.", code="put_back")
            work.installation.put_recovery(done)
            self._auditor.done(work, Action.RECOVERY_ENDED, business=hold.business)
            release_parked(work, hold.business, clock=self._clock)
        return done

    def _note_trouble(self, recovery: Recovery, error: KvittError) -> Recovery:
        trouble = TransferError.of(error, order_open=True)
        troubled = recovery.model_copy(update={"trouble": trouble})
        with self._storage.transaction() as work:
            work.installation.put_recovery(troubled)
        return troubled


_UNCLEAR_HINT = "If the order is the invoice's, use invoice adopt; if not, change the number on it, then send."


def _read_orders(session: FencedSession, since: datetime) -> Iterator[Sequence[FoundOrder]]:
    """Yield the orders page by page, each with a call of its own."""
    pages: Iterator[Sequence[FoundOrder]] | None = None
    while True:
        with session.call("Reading orders") as call:
            pages = pages if pages is not None else call.system.orders.changed_since(since)
            page = next(pages, ())
            call.tell(f"{len(page)} read")
        if not page:
            return
        yield page


def _is_elsewhere(transfer: Transfer | None, intent: Intent | None, books: str) -> bool:
    has_arrived = transfer is not None and transfer.state.has_order
    is_there = transfer is not None and has_arrived and transfer.is_elsewhere(books)
    return is_there or order_may_be_elsewhere(transfer, intent, books)


def _of_stranger(found: Installation, business: str) -> Recovery:
    since = found.known_until - CLOCKS_DIFFER if found.known_until else None
    return Recovery(business=business, since=since)
