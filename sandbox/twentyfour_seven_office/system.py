"""24SevenOffice as it stands: its companies, and who may use them over SOAP and over REST. No network here."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.pace import Pace
from sandbox.twentyfour_seven_office.desk import OfficeDesk
from sandbox.twentyfour_seven_office.kept_books import kept, put_back
from sandbox.twentyfour_seven_office.quota import Quota
from sandbox.twentyfour_seven_office.users import Account, Clients, Sessions, Users
from sandbox.world import World


@dataclass
class TwentyFourSevenOffice:
    """Accounts, users and clients in a world; the pace is that of REST."""

    world: World
    sessions: Sessions
    clients: Clients
    quota: Quota
    pace: Pace = field(default_factory=Pace)
    users: Users = field(default_factory=Users)
    accounts: list[Account] = field(default_factory=list)

    def account(self, name_or_identity: str) -> Account:
        """An account by name or identity id. Errors: KeyError."""
        for account in self.accounts:
            if name_or_identity in (account.name, account.identity_id):
                return account
        raise KeyError(name_or_identity)

    @property
    def desks(self) -> list[OfficeDesk]:
        """What is on the accountants' desks."""
        return [OfficeDesk(account) for account in self.accounts]

    def kept_books(self) -> dict[str, Any]:
        """All books, as a file keeps them, by their companies' identities."""
        return {account.identity_id: kept(account.books) for account in self.accounts}

    def put_books_back(self, plain: Mapping[str, Any]) -> None:
        """Hold what a file has kept; companies that are not there are left out."""
        for account in self.accounts:
            if account.identity_id in plain:
                put_back(account.books, plain[account.identity_id])

    def end_sessions(self) -> None:
        """End every session, and take back every token."""
        with self.world.lock:
            self.sessions.end_all()
            self.clients.revoke_all()

    def reset(self) -> None:
        """Empty all books, end all sessions, and forget logins and the quota; accounts, users and clients stay."""
        with self.world.lock:
            for account in self.accounts:
                account.books.clear()
            self.end_sessions()
            self.sessions.forget_logins()
            self.clients.forget_logins()
            self.quota.clear()
            self.pace.clear()


def identity_id_of(number: int, name: str) -> str:
    """An identity's id: the same whenever the same world is made again, so that it can be remembered."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{number}.{name}.kvitt.example"))
