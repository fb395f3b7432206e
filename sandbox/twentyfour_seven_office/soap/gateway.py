"""The front door of the SOAP services: from an HTTP request to the reply, with faults, latency and journal."""

from copy import deepcopy
from email.message import Message
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from sandbox.exchange import Reply
from sandbox.injection import reply_to
from sandbox.journal import KeptRequest
from sandbox.twentyfour_seven_office.refusals import UnreadableRequestError
from sandbox.twentyfour_seven_office.soap import envelope
from sandbox.twentyfour_seven_office.soap.contracts import NAMESPACE
from sandbox.twentyfour_seven_office.soap.exchange import SESSION_COOKIE, SoapExchange, refused
from sandbox.twentyfour_seven_office.soap.injections import SOAP_INJECTIONS
from sandbox.twentyfour_seven_office.soap.services import SERVICES, Service
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice

LONGEST_REQUEST = 4 * 1024 * 1024  # docs/24sevenoffice.md, "Calls and errors": up to 4 MB of request
UNKNOWN = "?"


class Gateway:
    """All services behind their addresses, which do not care for capitals."""

    def __init__(self, system: TwentyFourSevenOffice) -> None:
        self._system = system
        self._world = system.world
        self._services = {service.contract.path.lower(): service for service in SERVICES}

    def serves(self, path: str) -> bool:
        """Whether there is a service at this path."""
        return path.lower() in self._services

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Reply:
        """Answer a call with a POST, and a GET with the contract."""
        path, query = urlsplit(target).path, urlsplit(target).query
        service = self._services[path.lower()]
        if method == "POST":
            return self._called(service, headers, body)
        if method != "GET":
            return Reply(405, "text/plain", b"Send a POST.")
        if query.lower().split("=")[0] == "wsdl":
            return Reply(200, "text/xml", service.contract.published_at(f"http://{headers.get('Host', '')}"))
        return Reply(200, "text/plain", f"{service.contract.service}: ?wsdl".encode())

    def _called(self, service: Service, headers: Message, body: bytes) -> Reply:
        version = envelope.version_of(headers.get("Content-Type", ""))
        if version is None:
            return Reply(415, "text/plain", b"Send text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2).")
        cookie = _session_id(headers.get("Cookie", ""))
        try:
            exchange = self._exchange(service, version, headers, body, cookie)
        except UnreadableRequestError as refusal:
            name = service.contract.service
            call = self._world.journal.open(operation=UNKNOWN, service=name, session_id=cookie)
            self._world.pause(self._world.latency)
            self._world.journal.end(call, "invalid")
            return refused(version, refusal)
        self._world.pause(self._world.latency)
        return reply_to(exchange, SOAP_INJECTIONS)

    def _exchange(
        self,
        service: Service,
        version: envelope.Version,
        headers: Message,
        body: bytes,
        cookie: str | None,
    ) -> SoapExchange:
        if len(body) > LONGEST_REQUEST:
            raise UnreadableRequestError(
                "System.Web.Services.Protocols.SoapException: There was an exception running the extensions "
                "specified in the config file. ---> Maximum request length exceeded."
            )
        root, payload = envelope.read(version, body)
        action = envelope.action_of(version, headers.get("Content-Type", ""), headers.get("SOAPAction"))
        operation = service.contract.operations.get(action)
        if operation is None or payload.tag != f"{{{NAMESPACE}}}{operation}":
            raise UnreadableRequestError(
                "System.Web.Services.Protocols.SoapException: Server did not recognize the value of HTTP "
                f"Header SOAPAction: {action}."
            )
        journal = self._world.journal
        if journal.keeps_requests:
            journal.keep(KeptRequest(service.contract.service, operation, _masked(root)))
        call = journal.open(operation=operation, service=service.contract.service, session_id=cookie)
        with self._world.lock:
            session = self._system.sessions.find(cookie)
            call.account = session.account.name if session else ""
        return SoapExchange(self._system, service, operation, version, payload, cookie=cookie, call=call)


def _masked(envelope: Any) -> bytes:
    """The request without its passwords."""
    masked = deepcopy(envelope)
    for element in masked.iter("{*}Password"):
        element.text = "***"
    return bytes(etree.tostring(masked))


def _session_id(header: str) -> str | None:
    try:
        cookie = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None
