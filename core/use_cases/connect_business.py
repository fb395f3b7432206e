"""Connect a business: store how its books are reached. Nobody is called; verifying and the first send do that."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.audit import Action
from core.auditor import Auditor
from core.business import Business, Connection
from core.business_changes import Change, Settings, StoredBusiness, changes_between, patched, resets_in
from core.errors import Conflict, Fault, InvalidInput, OrderOpen, TryAgain
from core.notice_address import MOST_ADDRESSES, fault_of, require_allowed, services_of
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.stored import require_business
from core.transfer import due_now

WOULD_RESET = "would_reset"
"""The code with which it is refused to undo settings by leaving them out."""

_AT_ONCE = 1000
_MOST_NAMED = 5

_HOLDER = "connect"
_WHILE_MOVING = timedelta(minutes=1)  # far longer than storing takes; it is given up at once


def release_parked(work: UnitOfWork, business: str, *, clock: Clock) -> None:
    """Queue again what waits for the business's connection to be mended."""
    while parked := work.transfers.not_begun(business, parked=True, limit=_AT_ONCE):
        work.transfers.save_all([due_now(transfer, now=clock.now()) for transfer in parked])


class ConnectBusiness:
    """Stores a business, new or changed, as a whole or in part.

    `judge_notice_address` says what keeps people from being told at an address; nothing where nothing does.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        auditor: Auditor,
        judge_notice_address: Callable[[str], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._judge_notice_address = judge_notice_address

    def store(self, business: Business, *, may_reset: bool = True) -> StoredBusiness:
        """Store the business, and return it as stored, with what has changed.

        Secrets left out of an existing business, its `notify` among them, are kept; whatever else is left out is as by
        default.
        Without `may_reset` that is refused where it would undo a setting. A changed connection forgets what was read
        through the old one and the login that was kept of it, and releases the transfers that were parked for it. A
        business that moves to another accounting system keeps its invoices and transfers, with their order ids.

        Errors: InvalidInput, naming every setting that is missing, wrong or unknown. Conflict, code `would_reset`,
        naming every setting that is left out. For what may lead to other books: Conflict, code `orders_open`, while it
        is open whether an invoice has an order, which only the books that were asked can tell, and code
        `books_unknown`, while it was never told in which books earlier orders lie; TryAgain, code `business_busy`,
        while a worker writes to them. Where invoices wait because there is no way into the account, it may be named
        anew all the same: nothing that lies in other books is touched in these.
        """
        judged = self._judged(business.notify_addresses)
        with (
            self._auditor.refusals(Action.BUSINESS_STORED, business=business.name),
            self._storage.transaction() as work,
        ):
            earlier = work.businesses.get(business.name, for_update=True)
            connection = self._systems.checked(self._with_kept_secrets(business.accounting, earlier))
            notify = _kept_notify(earlier) if earlier and "notify" not in business.model_fields_set else {}
            stored = business.model_copy(update={"accounting": connection, **notify})
            stored = _with_judged_notify(stored, earlier, judged)
            changes = self._changes(earlier, stored)
            if not may_reset and (resets := resets_in(changes, business)):
                raise _would_reset(business.name, resets)
            self._keep(work, earlier, stored)
        return StoredBusiness(business=stored, changes=changes, is_new=earlier is None)

    def change(self, name: str, patch: Settings, *, read: Callable[[object], Business]) -> StoredBusiness:
        """Change just those settings of a business that a merge patch names; one that is null is as by default again.

        What is changed by others at the same time is kept, and where nothing differs nothing is done. `read` reads the
        whole document that comes of it, or says what is wrong.
        Errors: NotFound; those of `read` and of `store`.
        """
        given = patch.get("notify")
        judged = self._judged([one for one in given if isinstance(one, str)] if isinstance(given, list | tuple) else [])
        with self._auditor.refusals(Action.BUSINESS_STORED, business=name), self._storage.transaction() as work:
            earlier = require_business(work, name, for_update=True)
            wanted = read(patched(earlier, patch))
            checked = wanted.model_copy(update={"accounting": self._systems.checked(wanted.accounting)})
            stored = _with_judged_notify(checked, earlier, judged)
            if changes := self._changes(earlier, stored):
                self._keep(work, earlier, stored)
        return StoredBusiness(business=stored, changes=changes)

    def _judged(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """Say of addresses what keeps people from being told there: before anything is locked, for it takes a while."""
        allowed = [address for address in addresses[:MOST_ADDRESSES] if not fault_of(address)]
        return {address: self._judge_notice_address(address) for address in allowed}

    def _keep(self, work: UnitOfWork, earlier: Business | None, stored: Business) -> None:
        """Store a business whose connection was checked, and do what follows from its change."""
        self._require_fitting(stored)
        if earlier and self._may_lead_elsewhere(earlier.accounting, stored.accounting):
            is_other_system = earlier.accounting.system != stored.accounting.system
            _require_movable(work, earlier, is_other_system=is_other_system)
        work.businesses.put(stored)
        if earlier and earlier.accounting != stored.accounting:
            work.references.drop(stored.name)
            work.businesses.forget_login(stored.name)
            release_parked(work, stored.name, clock=self._clock)
        self._auditor.done(work, Action.BUSINESS_STORED, business=stored.name)

    def _changes(self, earlier: Business | None, stored: Business) -> tuple[Change, ...]:
        if earlier is None:
            return ()
        secrets = {*self._hidden(earlier.accounting), *self._hidden(stored.accounting)}
        return changes_between(earlier, stored, secrets=secrets)

    def _hidden(self, connection: Connection) -> set[str]:
        """Return the names of the settings that are not shown: all of them where the plugin is gone."""
        return set(connection.settings) - set(self._systems.shown(connection))

    def _with_kept_secrets(self, given: Connection, earlier: Business | None) -> Connection:
        if earlier is None or earlier.accounting.system != given.system:
            return given
        secrets = self._systems.secrets(given.system)
        kept = {name: value for name, value in earlier.accounting.settings.items() if name in secrets}
        return Connection.of(given.system, {**kept, **given.settings})

    def _may_lead_elsewhere(self, earlier: Connection, given: Connection) -> bool:
        if earlier.system != given.system:
            return True
        deciding = self._systems.deciding_books(given.system)
        return any(earlier.settings.get(name) != given.settings.get(name) for name in deciding)

    def _require_fitting(self, business: Business) -> None:
        longest = self._systems.open(business).limits.product_name
        for field, name in (("product_name", business.product_name), ("category_name", business.category_name)):
            if len(name) > longest:
                raise InvalidInput(
                    f"{field} is longer than the {longest} characters that the accounting system takes.",
                    hint=f"Choose a shorter {field}.",
                )


def _kept_notify(earlier: Business) -> dict[str, Any]:
    return {"notify": earlier.notify}


def _with_judged_notify(stored: Business, earlier: Business | None, judged: Mapping[str, str]) -> Business:
    """See that people may be told at these addresses; those given back as they are shown, by name, are kept."""
    if earlier and stored.notify and list(stored.notify_addresses) == services_of(earlier.notify_addresses):
        return stored.model_copy(update=_kept_notify(earlier))
    if earlier is None or stored.notify != earlier.notify:
        require_allowed(stored.notify_addresses, judged)
    return stored


def _would_reset(business: str, resets: Sequence[Change]) -> Conflict:
    told = [Fault(change.setting, f"is {change.before} and would be {change.after or 'not set'}") for change in resets]
    return Conflict(
        f"Settings of the business {business} that are left out would go back to their defaults: "
        f"{'; '.join(f'{fault.field} {fault.message}' for fault in told)}. Nothing was changed.",
        code=WOULD_RESET,
        hint="Change just what differs with kvitt business set, or give --replace to store just what the file says.",
        faults=told,
    )


def _require_movable(work: UnitOfWork, business: Business, *, is_other_system: bool) -> None:
    """Let nobody write to the old books any more, and leave nothing behind that only they can tell."""
    lease = work.leases.acquire(business.name, holder=_HOLDER, length=_WHILE_MOVING)
    if lease is None:
        raise TryAgain(
            f"A worker is sending invoices of business {business.name} right now; its account can be changed when "
            f"that is done.",
            code="business_busy",
            hint="Try again in a moment.",
        )
    if is_other_system or not _is_shut_out(work, business.name):
        _require_nothing_open(work, business)
        _require_books_told(work, business)
    work.leases.release(lease)


def _require_nothing_open(work: UnitOfWork, business: Business) -> None:
    open_orders = _open_orders(work, business.name)
    if open_orders:
        raise OrderOpen(
            f"Kvitt is still finding out whether there is an order for {', '.join(open_orders[:_MOST_NAMED])}"
            f"{' and others' if len(open_orders) > _MOST_NAMED else ''}, and only the account at "
            f"{business.accounting.system} that the business is connected to now can tell.",
            code="orders_open",
            hint="Wait until these transfers have finished, or retry them (transfer list), then change the connection.",
        )


def _open_orders(work: UnitOfWork, business: str) -> list[str]:
    """Return the numbers of the invoices of which it is open whether they have an order, be it one that is being
    withdrawn; those left out that wait for other books than these."""
    created = work.intents.open_orders(business, limit=_AT_ONCE)
    numbers = list(dict.fromkeys([*created, *work.intents.open_withdrawals(business, limit=_AT_ONCE)]))
    transfers = work.transfers.of_invoices(business, numbers)
    return [number for number in numbers if number not in transfers or not transfers[number].waits_for_its_books]


def _require_books_told(work: UnitOfWork, business: Business) -> None:
    if not work.books.of(business.name) and work.books.has_unclaimed(business.name):
        raise Conflict(
            f"Invoices of business {business.name} were sent before Kvitt recorded whose books they are in, and its "
            f"connection has not been used since.",
            code="books_unknown",
            hint="Run business verify with the present connection, which finds out; then change the connection.",
        )


def _is_shut_out(work: UnitOfWork, business: str) -> bool:
    """Whether invoices wait because there is no way into the account: then nobody can find out anything there."""
    return any(transfer.is_shut_out for transfer in work.transfers.not_begun(business, parked=True, limit=_AT_ONCE))
