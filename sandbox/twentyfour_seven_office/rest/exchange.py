"""One REST call."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any
from urllib.parse import urlencode

from sandbox.exact_json import json_from, value_from
from sandbox.exchange import Exchange, Reply
from sandbox.faults import Fault
from sandbox.journal import Call, RestExchanged
from sandbox.twentyfour_seven_office.refusals import CallRefusedError
from sandbox.twentyfour_seven_office.rest.operation import Answer, Operation, Visit
from sandbox.twentyfour_seven_office.rest.refusals import (
    RestRefusedError,
    broken_down,
    forbidden,
    invalid,
    over_quota,
    throttled,
    unauthorized,
)
from sandbox.twentyfour_seven_office.rest.token import OPERATION as TOKEN_OPERATION
from sandbox.twentyfour_seven_office.rest.token import issue_token
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request as it came in. `url` is its own address, without the query; `bearer` is a secret."""

    url: str
    query: Mapping[str, str]
    body: bytes
    ids: Mapping[str, int] = field(default_factory=dict)
    bearer: str | None = field(default=None, repr=False)


class RestExchange(Exchange):
    """An operation, asked by a request; None is the token endpoint.

    Carrying it out leaves either an `answer` or a `refusal`.
    """

    def __init__(
        self, system: TwentyFourSevenOffice, operation: Operation | None, request: Request, *, call: Call
    ) -> None:
        super().__init__(system.world, operation.name if operation else TOKEN_OPERATION, call)
        self._system = system
        self._operation = operation
        self.request = request
        self.answer = Answer()
        self.refusal: RestRefusedError | None = None

    def carry_out(self) -> None:
        """Do what is asked, as one step that nothing else comes between."""
        with self.world.lock:
            try:
                self.answer = self._token() if self._operation is None else self._answer(self._operation)
            except RestRefusedError as refusal:
                self.refusal = refusal
            finally:
                if self._operation is not None and self._operation.method != "GET":
                    self.world.keep()

    def reply(self) -> Reply:
        """The answer or the refusal, as JSON; the other pages of a listing in a Link header."""
        if self.refusal is not None:
            return reply_of(self.refusal)
        links = [
            f'<{self.request.url}?{urlencode(query)}>; rel="{relation}"'
            for relation, query in self.answer.links.items()
        ]
        headers = (("Link", ", ".join(links)),) if links else ()
        return Reply(self.answer.status, JSON, _body(self.answer.content), headers=headers)

    @property
    def outcome(self) -> str:
        """How it went, in the journal's words."""
        if self.refusal is None:
            return "ok"
        return "invalid" if self.refusal.status == 400 else "fault"

    def break_down(self, fault: Fault) -> None:
        """A 500 that tells more of the inside than it should."""
        self.refusal = broken_down(fault.text)

    def exceed_quota(self) -> None:
        """A 429 until the next hour begins."""
        self.refusal = over_quota(self._system.quota.ends_at)

    def end_session(self) -> None:
        """Take back the token that came along."""
        with self.world.lock:
            self._system.clients.revoke(self.request.bearer)

    def malformed_reply(self) -> Reply:
        """The reply, its JSON not closed."""
        reply = self.reply()
        return replace(reply, body=reply.body[:-1])

    def leave_out(self, item: int) -> None:
        """Take an item out of a listing; of a single thing everything is missing."""
        content = self.answer.content
        if isinstance(content, list):
            content = content[:]
            del content[item : item + 1 or None]
        elif content is not None:
            content = {}
        self.answer = replace(self.answer, content=content)

    def record(self, reply: Reply) -> RestExchanged:
        """The call as it is kept."""
        method, _, template = self.operation.partition(" ")
        asked = self.request
        return RestExchanged(method, template, dict(asked.query), asked.body, reply.status, reply.body)

    def _token(self) -> Answer:
        token, content = issue_token(self._system, _json(self.request.body))
        self.call.account = token.account.name
        return Answer(content)

    def _answer(self, operation: Operation) -> Answer:
        pace = self._system.pace
        if seconds := pace.take():
            raise throttled(ceil(seconds) if pace.tells_reset else None)
        try:
            self._system.quota.take()
        except CallRefusedError:
            raise over_quota(self._system.quota.ends_at) from None
        token = self._system.clients.token(self.request.bearer)
        if token is None:
            raise unauthorized()
        self.call.account = token.account.name
        if operation.refuses(token.account):
            raise forbidden()
        for name in self.request.query:
            if name not in operation.query:
                raise invalid(name, "additionalProperties")
        body = _json(self.request.body) if operation.method in ("POST", "PATCH") else None
        return operation.handler(Visit(self._system, token.account, self.request.ids, self.request.query, body))


def reply_of(refusal: RestRefusedError) -> Reply:
    """A refusal as it is answered."""
    return Reply(refusal.status, JSON, _body(refusal.body), headers=refusal.headers)


def _body(content: Any) -> bytes:
    return b"" if content is None else json_from(content).encode(errors="backslashreplace")


def _json(body: bytes) -> Any:
    try:
        return value_from(body)
    except (ValueError, RecursionError):
        raise invalid("", "format") from None
