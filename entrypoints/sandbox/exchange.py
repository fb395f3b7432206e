"""One call: carrying it out, and what goes back over the wire."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from lxml import etree

from entrypoints.sandbox import envelope, shapes
from entrypoints.sandbox.contracts import NAMESPACE
from entrypoints.sandbox.journal import Call
from entrypoints.sandbox.refusals import CallRefusedError, InvalidRequestError
from entrypoints.sandbox.services import Service, Visit
from entrypoints.sandbox.world import World

HTML = "text/html; charset=utf-8"


class Ending(Enum):
    """How the connection fares once the reply is due."""

    WHOLE = auto()
    CUT = auto()  # announced in full, broken off halfway
    CLOSED = auto()  # closed without a byte
    RESET = auto()


@dataclass(frozen=True)
class Reply:
    """What goes back. `cookie` is a session id to set."""

    status: int = 200
    content_type: str = HTML
    body: bytes = b""
    cookie: str | None = None
    ending: Ending = Ending.WHOLE
    location: str | None = None


class Exchange:
    """A call that has been read: an operation of a service, asked in a version of SOAP.

    Carrying it out leaves either an `answer` (the payload) or a `refusal`.
    """

    def __init__(
        self,
        world: World,
        service: Service,
        operation: str,
        version: envelope.Version,
        payload: Any,
        *,
        cookie: str | None,
        call: Call,
    ) -> None:
        self.world = world
        self.service = service
        self.operation = operation
        self.version = version
        self.payload = payload
        self.cookie = cookie
        self.call = call
        self.answer: Any = None
        self.refusal: CallRefusedError | None = None
        self.new_cookie: str | None = None

    def carry_out(self) -> None:
        """Do what is asked, as one step that nothing else comes between."""
        with self.world.lock:
            try:
                self.world.quota.take()
                self.answer = self._answer()
            except CallRefusedError as refusal:
                self.refusal = refusal

    def reply(self) -> Reply:
        """The answer or the fault, in the version that was asked."""
        if self.refusal is not None:
            return refused(self.version, self.refusal)
        body = envelope.with_answer(self.version, self.answer)
        return Reply(200, self.version.content_type, body, cookie=self.new_cookie)

    @property
    def outcome(self) -> str:
        """How it went, in the journal's words."""
        if self.refusal is None:
            return "ok"
        return "invalid" if isinstance(self.refusal, InvalidRequestError) else "fault"

    def _answer(self) -> Any:
        contract = self.service.contract
        contract.check(self.payload)
        asked = shapes.read(contract, self.payload, contract.elements[self.operation])
        session = self.world.sessions.find(self.cookie)
        visit = Visit(self.world, asked, self.cookie, session)
        result = self.service.result_of(self.operation, visit)
        if visit.session is not None:
            self.call.account = visit.session.account.name
            self.new_cookie = visit.session.id if visit.sets_cookie else None
        response = f"{self.operation}Response"
        answer = etree.Element(f"{{{NAMESPACE}}}{response}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
        shapes.write(contract, answer, contract.elements[response], {f"{self.operation}Result": result})
        return answer


def refused(version: envelope.Version, refusal: CallRefusedError) -> Reply:
    """A fault; HTTP 500, as ASP.NET has it for whoever is to blame (FACTS)."""
    return Reply(500, version.content_type, envelope.with_fault(version, refusal))
