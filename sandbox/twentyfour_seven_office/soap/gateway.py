"""The front door of the SOAP services: from an HTTP request to the reply, with faults, latency and journal."""

from email.message import Message
from http.cookies import CookieError, SimpleCookie

from sandbox.twentyfour_seven_office.exchange import Reply
from sandbox.twentyfour_seven_office.injection import SOAP_INJECTIONS, reply_to
from sandbox.twentyfour_seven_office.refusals import UnreadableRequestError
from sandbox.twentyfour_seven_office.soap import envelope
from sandbox.twentyfour_seven_office.soap.contracts import NAMESPACE
from sandbox.twentyfour_seven_office.soap.exchange import SoapExchange, refused
from sandbox.twentyfour_seven_office.soap.services import SERVICES, Service
from sandbox.twentyfour_seven_office.world import World

SESSION_COOKIE = "ASP.NET_SessionId"
LONGEST_REQUEST = 4 * 1024 * 1024  # docs/24sevenoffice.md, "Calls and errors": up to 4 MB of request
UNKNOWN = "?"


class Gateway:
    """All services behind their addresses, which do not care for capitals."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._services = {service.contract.path.lower(): service for service in SERVICES}

    def service_at(self, path: str) -> Service | None:
        """The service at this path."""
        return self._services.get(path.lower())

    def answer(self, service: Service, headers: Message, body: bytes) -> Reply:
        """Answer a POST to a service."""
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
        journal.keep(service.contract.service, operation, root)
        call = journal.open(operation=operation, service=service.contract.service, session_id=cookie)
        with self._world.lock:
            session = self._world.sessions.find(cookie)
            call.account = session.account.name if session else ""
        return SoapExchange(self._world, service, operation, version, payload, cookie=cookie, call=call)


def _session_id(header: str) -> str | None:
    try:
        cookie = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None
