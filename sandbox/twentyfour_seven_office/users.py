"""Who may call, and for which companies: accounts, users and the identities that join them.

docs/24sevenoffice.md, "Sessions": one user reaches several companies, and lands in a default one that may be the
wrong one.
"""

from dataclasses import dataclass, field

from sandbox.twentyfour_seven_office.books import Books


@dataclass
class Account:
    """A company that uses 24SevenOffice, with its books and what its contract covers.

    The integration's user is invited with the Invoicing package only, so AccountService is refused unless
    `account_service` says otherwise; `vat_types_refused` closes ClientService.GetVatTypeList, `dimensions_refused`
    the lists of departments and projects.
    """

    name: str
    identity_id: str
    number: int
    books: Books
    invoicing_package: bool = True
    account_service: bool = False
    vat_types_refused: bool = False
    dimensions_refused: bool = False
    department_required: bool = False
    project_required: bool = False


@dataclass
class User:
    """A user. The first of `accounts` is the default identity; `blocked` ones may not be used."""

    username: str
    password: str = field(repr=False)
    application_id: str
    accounts: list[Account]
    blocked: list[Account]

    def may_use(self, account: Account) -> bool:
        """Whether the identity is open to this user."""
        return any(account is open_account for open_account in self.accounts)

    def account(self, identity_id: str) -> Account | None:
        """The company behind an identity of this user, blocked or not."""
        wanted = identity_id.lower()
        return next((account for account in self.accounts + self.blocked if account.identity_id == wanted), None)

    @property
    def default_account(self) -> Account | None:
        """Where a login without an identity lands."""
        return next(iter(self.accounts + self.blocked), None)


class Users:
    """All users, by user name; an e-mail address, so capitals make no difference."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def add(self, user: User) -> None:
        """Add a user, or put one in the place of another of the same name."""
        self._users[user.username.lower()] = user

    def authenticated(self, username: str, password: str, application_id: str) -> User | None:
        """The user these credentials belong to; None when anything about them is wrong."""
        user = self._users.get(username.lower())
        if user is None or user.password != password:
            return None
        return user if user.application_id.lower() == application_id.lower() else None
