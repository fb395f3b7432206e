"""Session tokens: made of an integration's and an employee's, and who they are of.

A token ends at midnight, Norwegian time, as its expiration date begins.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sandbox.norwegian_time import day_of
from sandbox.tripletex.companies import Session
from sandbox.tripletex.fields import EVERYTHING, shown
from sandbox.tripletex.operation import FIELDS, Answer, Operation, Visit, anybody
from sandbox.tripletex.refusals import Problem, bad_parameter, missing, unauthorized
from sandbox.tripletex.shown import KINDS
from sandbox.tripletex.system import Tripletex

PATH = "/token/session/:create"
CREATE = f"PUT {PATH}"
ASKED = ("consumerToken", "employeeToken", "expirationDate")


def create_session(system: Tripletex, query: Mapping[str, Sequence[str]], root: str) -> tuple[Session, Answer]:
    """The session, and what is answered. Errors: RefusedError."""
    for name in ASKED:
        if not query.get(name, [""])[0]:
            raise bad_parameter(name, "Is required.")
    for name in query:
        if name not in ASKED:
            raise bad_parameter(name, "There is no such parameter.")
    consumer, employee, expiration = (query[name][0] for name in ASKED)
    try:
        expires = date.fromisoformat(expiration)
    except ValueError:
        raise bad_parameter("expirationDate", "Must be a date, yyyy-MM-dd.") from None
    if consumer != system.consumer_token:
        raise unauthorized(Problem("consumerToken", "The token is not valid."))
    login = system.login(employee)
    if login is None:
        raise unauthorized(Problem("employeeToken", "The token is not valid."))
    if expires <= day_of(system.world.clock()):
        raise bad_parameter("expirationDate", "Must be after today.")
    session = system.sessions.begin(login, expires)
    value: dict[str, Any] = shown(KINDS["SessionToken"], session, {EVERYTHING: None}, login.own.books, root)
    return session, Answer({"value": value})


def delete_session(visit: Visit) -> Answer:
    """End the session of a token: one of one's own."""
    session = visit.system.sessions.find(visit.ids["token"])
    if session is None or session.login is not visit.login:
        raise missing()
    visit.system.sessions.end(session.token)
    return Answer(status=204)


def who_am_i(visit: Visit) -> Answer:
    """Who has logged in, and in which company."""
    return visit.one("LoggedInUserInfo", visit)


OPERATIONS = (
    Operation("GET", "/token/session/>whoAmI", who_am_i, FIELDS, refuses=anybody),
    Operation("DELETE", "/token/session/{token}", delete_session, refuses=anybody),
)
