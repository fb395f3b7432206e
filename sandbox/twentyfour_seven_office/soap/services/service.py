"""What the services have in common: a call's surroundings, and who may come in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.refusals import CallRefusedError, ItemRefusedError
from sandbox.twentyfour_seven_office.sessions import Session
from sandbox.twentyfour_seven_office.soap.contracts import Contract, contract
from sandbox.twentyfour_seven_office.soap.shapes import Values
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World

NOT_AUTHENTICATED = "Session is not authenticated"


@dataclass
class Visit:
    """One call to one operation: what is asked, and by whom.

    `cookie` is the session id that came along, live or not. A handler that begins a session leaves it in
    `session`, and asks for the cookie to be set through `sets_cookie`.
    """

    world: World
    asked: Values
    cookie: str | None
    session: Session | None
    sets_cookie: bool = False

    @property
    def live_session(self) -> Session:
        """The caller's session. Errors: CallRefusedError without one."""
        if self.session is None:
            raise CallRefusedError(NOT_AUTHENTICATED)
        return self.session

    @property
    def account(self) -> Account:
        """The company that the caller's session stands in."""
        return self.live_session.account

    @property
    def books(self) -> Books:
        """That company's books."""
        return self.account.books


Handler = Callable[[Visit], Any]


def invoicing_package(account: Account, operation: str) -> bool:  # noqa: ARG001 - one shape for all
    """Most services are open to whoever has the Invoicing package."""
    return account.invoicing_package


@dataclass(frozen=True)
class Service:
    """One ASMX: its contract, what answers its operations, and which accounts it is open to."""

    contract_name: str
    operations: Mapping[str, Handler]
    admits: Callable[[Account, str], bool] = invoicing_package
    without_session: frozenset[str] = field(default_factory=frozenset)

    @property
    def contract(self) -> Contract:
        """The service's WSDL."""
        return contract(self.contract_name)

    def result_of(self, operation: str, visit: Visit) -> Any:
        """Carry an operation out. Errors: CallRefusedError."""
        if operation not in self.without_session:
            session = visit.live_session
            if not self.admits(session.account, operation):
                raise CallRefusedError(
                    f"Access denied. The user '{session.user.username}' does not have access to "
                    f"{self.contract.service}.{operation}."
                )
        return self.operations[operation](visit)


def each(asked: Values, name: str, save: Callable[[Values], Values]) -> list[Values]:
    """Save the items of an array write in order; a refused one is answered with what was sent and why.

    Errors: CallRefusedError when the array is missing altogether.
    """
    if name not in asked:
        raise CallRefusedError(f"System.ArgumentNullException: Value cannot be null. Parameter name: {name}")
    results = []
    for item in asked[name]:
        try:
            results.append(save(item))
        except ItemRefusedError as refused:
            results.append({**item, "APIException": refused.as_values()})
    return results


def with_exception(values: Values, kept: Collection[str]) -> Values:
    """A record that can't be read: what is `kept` of it, and an exception instead of the rest (assumed)."""
    refused = ItemRefusedError("The record is damaged")
    return {**{name: values[name] for name in kept if name in values}, "APIException": refused.as_values()}
