"""What the services have in common: a call's surroundings, who may come in, searching and selecting.

docs/24sevenoffice.md, "Searching": the Get* operations return only the properties named, need at least one search
parameter, and match names and e-mail addresses loosely: part of the text, "%" is a wildcard.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.refusals import PARAMETER_NOT_FOUND, CallRefusedError, ItemRefusedError
from sandbox.twentyfour_seven_office.soap.contracts import Contract, contract
from sandbox.twentyfour_seven_office.soap.shapes import SENTINEL, Values
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice
from sandbox.twentyfour_seven_office.users import Account, Session

NOT_AUTHENTICATED = "Session is not authenticated"


@dataclass
class Visit:
    """One call to one operation: what is asked, and by whom.

    `cookie` is the session id that came along, live or not. A handler that begins a session leaves it in
    `session`, and asks for the cookie to be set through `sets_cookie`.
    """

    system: TwentyFourSevenOffice
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


NO_PARAMETER = "Please specify at least one search parameter"
MOST_IDS = 1_000  # docs/24sevenoffice.md, "Searching"

Matches = Callable[[Any], bool]
Rules = Mapping[str, Callable[[Any], Matches]]


def found(records: Mapping[int, Any], asked: Values, rules: Rules, *, ids: Collection[str]) -> list[Any]:
    """The records that satisfy every parameter given. An empty text or list is not given.

    `records` go by their number. The parameters in `ids` are such numbers, one or many: they are looked up, so
    that a few of many thousand are found at once. `rules` says of each other parameter what a value asks of a
    record.
    Errors: CallRefusedError when nothing is given, or more than MOST_IDS numbers.
    """
    given = {name: value for name, value in asked.items() if value not in ("", [])}
    if not given:
        raise CallRefusedError(NO_PARAMETER)
    candidates: Iterable[Any] = records.values()
    if numbers := [_numbers(name, given.pop(name)) for name in ids if name in given]:
        candidates = [records[number] for number in sorted(set.intersection(*numbers)) if number in records]
    for name, value in given.items():
        candidates = filter(rules[name](value), candidates)
    return list(candidates)


def _numbers(name: str, value: Any) -> set[int]:
    numbers = value if isinstance(value, list) else [value]
    if len(numbers) > MOST_IDS:
        raise CallRefusedError(f"System.ArgumentException: {name} takes at most {MOST_IDS} ids")
    return set(numbers)


def equals(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute is the value asked for."""
    return lambda wanted: lambda record: getattr(record, attribute) == wanted


def one_of(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute is among the values asked for."""

    def rule(wanted: Any) -> Matches:
        values = frozenset(wanted)
        return lambda record: getattr(record, attribute) in values

    return rule


def later(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute, an instant, comes after the one asked for."""
    return lambda wanted: lambda record: getattr(record, attribute) > wanted


def any_text(
    read: Callable[[Any], Iterable[str]], match: Callable[[str], Callable[[str], bool]]
) -> Callable[[Any], Matches]:
    """Whether any of a record's texts matches the one asked for."""

    def rule(wanted: str) -> Matches:
        holds = match(wanted)
        return lambda record: any(map(holds, read(record)))

    return rule


def loosely(wanted: str) -> Callable[[str], bool]:
    """Whether a text holds what is wanted, capitals aside; "%" stands for anything."""
    parts = wanted.lower().split("%")

    def holds(text: str) -> bool:
        text, at = text.lower(), 0
        for part in parts:
            at = text.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True

    return holds


def loosely_by_digits(wanted: str) -> Callable[[str], bool]:
    """As `loosely`, but "817 404 502" and "NO817404502MVA" are the same; where there are no digits, as text."""
    digits = _digits(wanted)
    return (lambda text: digits in _digits(text)) if digits else loosely(wanted)


def _digits(text: str) -> str:
    return text if text.isdecimal() else re.sub(r"\D", "", text)


class Selection:
    """The properties that a caller names, and no others.

    `written_when_unset` are those whose sentinel the vendor writes out, instead of leaving the element away.
    Errors: CallRefusedError for a property that the type does not have.
    """

    def __init__(
        self, contract: Contract, type_name: str, names: Collection[str], *, written_when_unset: Collection[str] = ()
    ) -> None:
        known = {member.name for member in contract.types[type_name]}
        for name in names:
            if name not in known:
                raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: The property '{name}' was not found on {type_name}")
        self._unset = {name: SENTINEL if name in written_when_unset else None for name in names}

    def of(self, read: Callable[[str], Any]) -> Values:
        """The values of a record; `read` tells them by the name of their property, None when unset."""
        return {name: unset if (value := read(name)) is None else value for name, unset in self._unset.items()}
