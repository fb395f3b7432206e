"""The front door of Tripletex: from an HTTP request to the reply, with faults, latency and journal."""

import base64
from email.message import Message
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.exchange import Reply
from sandbox.injection import reply_to
from sandbox.tripletex import token
from sandbox.tripletex.exchange import Request, TripletexExchange, reply_of
from sandbox.tripletex.injections import TRIPLETEX_INJECTIONS
from sandbox.tripletex.operation import Operation
from sandbox.tripletex.operations import OPERATIONS
from sandbox.tripletex.refusals import RefusedError, missing, not_allowed
from sandbox.tripletex.system import Tripletex

SERVICE = "Tripletex"
ROOT = "/tripletex/v2"
UNKNOWN = "?"


class TripletexGateway:
    """All operations under the root."""

    def __init__(self, system: Tripletex) -> None:
        self._system = system
        self._world = system.world

    def serves(self, path: str) -> bool:
        """Whether an address is of this API."""
        return path.startswith(f"{ROOT}/")

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Reply:
        """Answer a request; `target` is the path with the query."""
        path, query = unquote(urlsplit(target).path), urlsplit(target).query
        user, session = _credentials(headers.get("Authorization", ""))
        try:
            operation, ids = _operation_at(method, path.removeprefix(ROOT))
        except RefusedError as refusal:
            call = self._world.journal.open(operation=UNKNOWN, service=SERVICE, session_id=session)
            self._world.pause(self._world.latency)
            self._world.journal.end(call, "invalid")
            return reply_of(refusal)
        root = f"{headers.get('Host', '')}{ROOT}"
        asked = parse_qs(query, keep_blank_values=True)
        name = operation.name if operation else token.CREATE
        call = self._world.journal.open(operation=name, service=SERVICE, session_id=session)
        request = Request(root, asked, body, ids, user, session)
        exchange = TripletexExchange(self._system, operation, request, call=call)
        self._world.pause(self._world.latency)
        reply = reply_to(exchange, TRIPLETEX_INJECTIONS)
        if not call.outcome.startswith("fault:"):
            with self._world.lock:
                self._system.exchanges.append(exchange.record(reply))
        return reply


def _operation_at(method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
    """The operation, None for making a session, and what its path names. Errors: RefusedError."""
    if path == token.PATH:
        if method != "PUT":
            raise not_allowed()
        return None, {}
    at_path = [(operation, ids) for operation in OPERATIONS if (ids := operation.ids_in(path)) is not None]
    if not at_path:
        raise missing()
    for operation, ids in at_path:
        if operation.method == method:
            return operation, ids
    raise not_allowed()


def _credentials(header: str) -> tuple[str, str | None]:
    """The user name and the session token, by Basic; without them, nobody."""
    scheme, _, given = header.partition(" ")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", None
    return (user, password) if scheme.lower() == "basic" and password else ("", None)
