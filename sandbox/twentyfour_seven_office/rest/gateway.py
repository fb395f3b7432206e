"""The front door of the REST API: from an HTTP request to the reply, with faults, latency and journal."""

from email.message import Message
from urllib.parse import parse_qsl, urlsplit

from sandbox.exchange import Reply
from sandbox.injection import reply_to
from sandbox.twentyfour_seven_office.rest import OPERATIONS, token
from sandbox.twentyfour_seven_office.rest.exchange import Request, RestExchange, reply_of
from sandbox.twentyfour_seven_office.rest.injections import REST_INJECTIONS
from sandbox.twentyfour_seven_office.rest.operation import Operation
from sandbox.twentyfour_seven_office.rest.refusals import RestRefusedError, missing, not_allowed
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice

SERVICE = "REST"
ROOT = "/v1"
UNKNOWN = "?"


class RestGateway:
    """The token endpoint, and all operations under /v1."""

    def __init__(self, system: TwentyFourSevenOffice) -> None:
        self._system = system
        self._world = system.world

    def serves(self, path: str) -> bool:
        """Whether an address is of this API."""
        return path == token.PATH or path.startswith(f"{ROOT}/")

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Reply:
        """Answer a request; `target` is the path with the query."""
        path, query = urlsplit(target).path, urlsplit(target).query
        bearer = _bearer(headers.get("Authorization", ""))
        try:
            operation, ids = _operation_at(method, path)
        except RestRefusedError as refusal:
            call = self._world.journal.open(operation=UNKNOWN, service=SERVICE, session_id=bearer)
            self._world.pause(self._world.latency)
            self._world.journal.end(call, "invalid")
            return reply_of(refusal)
        url = f"http://{headers.get('Host', '')}{path}"
        asked = dict(parse_qsl(query, keep_blank_values=True))
        name = operation.name if operation else token.OPERATION
        call = self._world.journal.open(operation=name, service=SERVICE, session_id=bearer)
        exchange = RestExchange(self._system, operation, Request(url, asked, body, ids, bearer), call=call)
        self._world.pause(self._world.latency)
        reply = reply_to(exchange, REST_INJECTIONS)
        if operation is not None and not call.outcome.startswith("fault:"):
            with self._world.lock:
                self._world.rest_exchanges.append(exchange.record(reply))
        return reply


def _operation_at(method: str, path: str) -> tuple[Operation | None, dict[str, int]]:
    """The operation, None for the token endpoint, and the numbers in its path. Errors: RestRefusedError."""
    if path == token.PATH:
        if method != "POST":
            raise not_allowed()
        return None, {}
    at_path = [
        (operation, ids) for operation in OPERATIONS if (ids := operation.ids_in(path.removeprefix(ROOT))) is not None
    ]
    if not at_path:
        raise missing()
    for operation, ids in at_path:
        if operation.method == method:
            return operation, ids
    raise not_allowed()


def _bearer(header: str) -> str | None:
    scheme, _, given = header.partition(" ")
    return given.strip() if scheme.lower() == "bearer" and given.strip() else None
