"""One SOAP call."""

from dataclasses import replace
from typing import Any

from lxml import etree

from sandbox.exchange import Exchange, Reply
from sandbox.faults import Fault
from sandbox.journal import Call
from sandbox.twentyfour_seven_office.refusals import CallRefusedError, InvalidRequestError
from sandbox.twentyfour_seven_office.soap import envelope, shapes
from sandbox.twentyfour_seven_office.soap.contracts import NAMESPACE
from sandbox.twentyfour_seven_office.soap.services import Service, Visit
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice

SESSION_COOKIE = "ASP.NET_SessionId"

_READING = ("Get", "Has", "Login", "Logout", "SetIdentity")


class SoapExchange(Exchange):
    """An operation of a service, asked in a version of SOAP.

    Carrying it out leaves either an `answer` (the payload) or a `refusal`.
    """

    def __init__(
        self,
        system: TwentyFourSevenOffice,
        service: Service,
        operation: str,
        version: envelope.Version,
        payload: Any,
        *,
        cookie: str | None,
        call: Call,
    ) -> None:
        super().__init__(system.world, operation, call)
        self._system = system
        self.service = service
        self.version = version
        self.payload = payload
        self.cookie = cookie
        self.answer: Any = None
        self.refusal: CallRefusedError | None = None
        self.new_cookie: str | None = None

    def carry_out(self) -> None:
        """Do what is asked, as one step that nothing else comes between."""
        with self.world.lock:
            try:
                self._system.quota.take()
                self.answer = self._answer()
            except CallRefusedError as refusal:
                self.refusal = refusal
            finally:
                if not self.operation.startswith(_READING):
                    self.world.keep()

    def reply(self) -> Reply:
        """The answer or the fault, in the version that was asked."""
        if self.refusal is not None:
            return refused(self.version, self.refusal)
        body = envelope.with_answer(self.version, self.answer)
        cookie = (("Set-Cookie", f"{SESSION_COOKIE}={self.new_cookie}; path=/; HttpOnly"),) if self.new_cookie else ()
        return Reply(200, self.version.content_type, body, headers=cookie)

    @property
    def outcome(self) -> str:
        """How it went, in the journal's words."""
        if self.refusal is None:
            return "ok"
        return "invalid" if isinstance(self.refusal, InvalidRequestError) else "fault"

    def break_down(self, fault: Fault) -> None:
        """As the vendor's inside leaks out: nested, with an internal address and a stack trace."""
        self.refusal = CallRefusedError(
            "System.Reflection.TargetInvocationException: The call to \\\\10.20.30.40\\office24seven failed. ---> "
            f"{fault.text}\n"
            "   at Office24Seven.Library.Economy.InvoiceOrder.Save(InvoiceOrder order) in "
            "\\\\10.20.30.40\\build\\InvoiceOrder.cs:line 812\n"
            "   --- End of inner exception stack trace ---"
        )

    def exceed_quota(self) -> None:
        """Answer with the fault that names the quarantine's end."""
        self.refusal = self._system.quota.refusal()

    def end_session(self) -> None:
        """End the session whose cookie came along."""
        with self.world.lock:
            self._system.sessions.end(self.cookie)

    def malformed_reply(self) -> Reply:
        """The reply, its body's end tag broken."""
        reply = self.reply()
        return replace(reply, body=reply.body.replace(b"</soap:Body>", b"</soap:Bo"))

    def leave_out(self, item: int) -> None:
        """Take an item out of every array of the answer."""
        for items in self.items_answered():
            del items[item : item + 1 or None]

    def items_answered(self) -> list[Any]:
        """The elements of the answer that hold its items: the result itself, or its Items where it is a page."""
        results = [] if self.answer is None else list(self.answer)
        pages = [result.find("{*}Items") for result in results]
        return [result if page is None else page for result, page in zip(results, pages, strict=True)]

    def _answer(self) -> Any:
        contract = self.service.contract
        contract.check(self.payload)
        asked = shapes.read(contract, self.payload, contract.elements[self.operation])
        session = self._system.sessions.find(self.cookie)
        visit = Visit(self._system, asked, self.cookie, session)
        result = self.service.result_of(self.operation, visit)
        if visit.session is not None:
            self.call.account = visit.session.account.name
            self.new_cookie = visit.session.id if visit.sets_cookie else None
        response = f"{self.operation}Response"
        answer = etree.Element(f"{{{NAMESPACE}}}{response}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
        shapes.write(contract, answer, contract.elements[response], {f"{self.operation}Result": result})
        return answer


def refused(version: envelope.Version, refusal: CallRefusedError) -> Reply:
    """A fault; HTTP 500, as ASP.NET has it for whoever is to blame (docs/24sevenoffice.md, "Calls and errors")."""
    return Reply(500, version.content_type, envelope.with_fault(version, refusal))
