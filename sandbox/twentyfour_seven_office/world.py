"""Everything the sandbox pretends exists, under one lock. No network here."""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, RLock

from sandbox.twentyfour_seven_office.faults import Faults
from sandbox.twentyfour_seven_office.journal import Journal, RestExchanged
from sandbox.twentyfour_seven_office.norwegian_time import Clock
from sandbox.twentyfour_seven_office.quota import Quota
from sandbox.twentyfour_seven_office.users import Account, Clients, Sessions, Users


@dataclass
class World:
    """Accounts, who may use them over SOAP and over REST, and what befalls a call.

    `lock` is held for each operation, never while waiting. `latency` is in seconds; every call waits for
    itself, so that calls at the same time are late together. `closing` is set when the sandbox stops, and
    ends every wait. `keep` is called with the lock held after each change of the books, before it is answered.
    """

    clock: Clock
    sessions: Sessions
    clients: Clients
    quota: Quota
    journal: Journal
    latency: float = 0.0
    lock: RLock = field(default_factory=RLock)
    closing: Event = field(default_factory=Event)
    faults: Faults = field(default_factory=Faults)
    users: Users = field(default_factory=Users)
    accounts: list[Account] = field(default_factory=list)
    rest_exchanges: deque[RestExchanged] = field(default_factory=lambda: deque(maxlen=0))
    keep: Callable[[], None] = lambda: None

    def account(self, name_or_identity: str) -> Account:
        """An account by name or identity id. Errors: KeyError."""
        for account in self.accounts:
            if name_or_identity in (account.name, account.identity_id):
                return account
        raise KeyError(name_or_identity)

    def set_latency(self, seconds: float) -> None:
        """Let every answer take so long from now on. Errors: ValueError for a negative or endless time."""
        if not 0 <= seconds < float("inf"):
            raise ValueError("The latency is a number of seconds, not negative.")
        self.latency = seconds

    def pause(self, seconds: float) -> bool:
        """Wait; False when the sandbox was stopped meanwhile."""
        return not self.closing.wait(seconds) if seconds > 0 else not self.closing.is_set()

    def end_sessions(self) -> None:
        """End every session, and take back every token."""
        with self.lock:
            self.sessions.end_all()
            self.clients.revoke_all()

    def reset(self) -> None:
        """Empty all books, end all sessions, and forget faults, calls and quota; accounts, users and clients stay."""
        with self.lock:
            for account in self.accounts:
                account.books.clear()
            self.end_sessions()
            self.sessions.forget_logins()
            self.clients.forget_logins()
            self.faults.clear()
            self.journal.clear()
            self.rest_exchanges.clear()
            self.quota.clear()


def identity_id_of(number: int, name: str) -> str:
    """An identity's id: the same whenever the same world is made again, so that it can be remembered."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{number}.{name}.kvitt.example"))
