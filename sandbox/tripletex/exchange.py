"""One call to Tripletex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.exact_json import json_from, value_from
from sandbox.exchange import Exchange, Reply
from sandbox.faults import Fault
from sandbox.journal import Call, RestExchanged
from sandbox.tripletex.operation import Answer, Operation, Visit
from sandbox.tripletex.refusals import (
    RefusedError,
    bad_parameter,
    broken_down,
    forbidden,
    throttled,
    unauthorized,
    unreadable,
)
from sandbox.tripletex.system import Tripletex
from sandbox.tripletex.token import CREATE, create_session

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request as it came in. `root` is where the API lives; the token is a secret."""

    root: str
    query: Mapping[str, Sequence[str]] = field(repr=False)
    body: bytes
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: str = ""
    token: str | None = field(default=None, repr=False)


class TripletexExchange(Exchange):
    """An operation, asked by a request; None is the one that makes a session token.

    Carrying it out leaves either an `answer` or a `refusal`.
    """

    def __init__(self, system: Tripletex, operation: Operation | None, request: Request, *, call: Call) -> None:
        super().__init__(system.world, operation.name if operation else CREATE, call)
        self._system = system
        self._operation = operation
        self.request = request
        self.answer = Answer()
        self.refusal: RefusedError | None = None

    def carry_out(self) -> None:
        """Do what is asked, as one step that nothing else comes between."""
        with self.world.lock:
            try:
                self._in_pace()
                self.answer = self._token() if self._operation is None else self._answer(self._operation)
            except RefusedError as refusal:
                self.refusal = refusal
            finally:
                if self._operation is not None and self._operation.method != "GET":
                    self.world.keep()

    def reply(self) -> Reply:
        """The answer or the refusal, as JSON; where calls are counted, with how many are left."""
        if self.refusal is not None:
            return reply_of(self.refusal)
        pace = self._system.pace
        counted = (("X-Rate-Limit-Limit", str(pace.limit)), ("X-Rate-Limit-Remaining", str(pace.left)))
        return Reply(self.answer.status, JSON, _body(self.answer.content), headers=counted if pace.limit else ())

    @property
    def outcome(self) -> str:
        """How it went, in the journal's words."""
        if self.refusal is None:
            return "ok"
        return "invalid" if self.refusal.status in (400, 422) else "fault"

    def break_down(self, fault: Fault) -> None:
        """A 500 that tells more of the inside than it should."""
        self.refusal = broken_down(fault.text)

    def end_session(self) -> None:
        """End the session whose token came along."""
        with self.world.lock:
            self._system.sessions.end(self.request.token)

    def malformed_reply(self) -> Reply:
        """The reply, its JSON not closed."""
        reply = self.reply()
        return replace(reply, body=reply.body[:-1])

    def leave_out(self, item: int) -> None:
        """Take an item out of a listing; of a single thing everything is missing."""
        content = self.answer.content
        if content is not None and "values" in content:
            values = content["values"][:]
            del values[item : item + 1 or None]
            content = {**content, "values": values, "count": len(values)}
        elif content is not None:
            content = {**content, "value": {}}
        self.answer = replace(self.answer, content=content)

    def cut_list(self, first_left_out: int | None) -> None:
        """Ask for what comes first in a list only, half of it by default; what is no list is asked for as it is."""
        asked = _value_or_none(self.request.body)
        if isinstance(asked, list):
            kept = asked[: len(asked) // 2 if first_left_out is None else first_left_out]
            self.request = replace(self.request, body=json_from(kept).encode())

    def write_meanwhile(self) -> None:
        """Let somebody else save what this call is about to change."""
        with self.world.lock:
            if company := self._company():
                asked = _value_or_none(self.request.body)
                items = asked if isinstance(asked, list) else [{**self.request.ids}]
                for item in items[:1]:
                    number = item.get("id") if isinstance(item, dict) else None
                    company.books.write_meanwhile(int(number or 0))

    def record(self, reply: Reply) -> RestExchanged:
        """The call as it is kept: without tokens."""
        method, _, template = self.operation.partition(" ")
        asked = self.request
        query = {name: ",".join(given) for name, given in asked.query.items() if not name.endswith("Token")}
        return RestExchanged(method, template, query, asked.body, reply.status, reply.body)

    def _in_pace(self) -> None:
        pace = self._system.pace
        if seconds := pace.take():
            raise throttled(pace.limit, seconds, tells_reset=pace.tells_reset)

    def _token(self) -> Answer:
        session, answer = create_session(self._system, self.request.query, self.request.root)
        self.call.account = session.login.own.name
        return answer

    def _company(self) -> Any:
        session = self._system.sessions.find(self.request.token)
        return None if session is None else session.login.company(self.request.user)

    def _answer(self, operation: Operation) -> Answer:
        session = self._system.sessions.find(self.request.token)
        if session is None or not self.request.user.isdecimal():
            raise unauthorized()
        company = session.login.company(self.request.user)
        if company is None:
            raise forbidden("The token has no access to this company.")
        self.call.account = company.name
        if refusal := operation.refuses(session.login, company):
            raise refusal
        for name in self.request.query:
            if name not in operation.query:
                raise bad_parameter(name, "There is no such parameter.")
        body = _value(self.request.body) if operation.has_body else None
        asked = self.request
        return operation.handler(Visit(self._system, session.login, company, asked.ids, asked.query, body, asked.root))


def reply_of(refusal: RefusedError) -> Reply:
    """A refusal as it is answered."""
    return Reply(refusal.status, JSON, _body(refusal.body), headers=refusal.headers)


def _body(content: Any) -> bytes:
    return b"" if content is None else json_from(content).encode(errors="backslashreplace")


def _value(body: bytes) -> Any:
    try:
        return value_from(body)
    except (ValueError, RecursionError):
        raise unreadable() from None


def _value_or_none(body: bytes) -> Any:
    try:
        return value_from(body)
    except (ValueError, RecursionError):
        return None
