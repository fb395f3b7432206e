"""This machine's own callers only, as long as there is no access control.

Listening on loopback keeps other machines out, but not the web pages that a browser on this machine shows: a page may
post anywhere (Origin tells), and a name it controls may be pointed at loopback (Host tells).
"""

import ipaddress
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from core.errors import InvalidInput


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Refuse to listen where others can reach.

    Errors: InvalidInput, code `loopback_only`.
    """
    if not is_loopback(host):
        raise InvalidInput(
            f'Kvitt serves this machine only, and "{host}" is not a loopback address: there is no access control yet.',
            code="loopback_only",
            hint="Serve on 127.0.0.1, ::1 or localhost, and put what checks access in front.",
        )


class LocalCallersOnly(ASGIMiddleware):
    """Refuses requests under a foreign name, or sent by a web page from elsewhere."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request pass. Errors: InvalidInput, code `unknown_host`; PermissionDeniedException."""
        headers = dict(scope["headers"])
        if not _is_own(headers.get(b"host", b"")):
            raise InvalidInput(
                "The Host header does not name this machine.",
                code="unknown_host",
                hint="Call Kvitt as 127.0.0.1, [::1] or localhost.",
            )
        origin = headers.get(b"origin")
        if origin is not None and not _is_own(origin.rpartition(b"//")[2]):
            raise PermissionDeniedException
        await next_app(scope, receive, send)


def _is_own(authority: bytes) -> bool:
    try:
        return is_loopback(urlsplit(f"//{authority.decode('latin-1')}").hostname or "")
    except ValueError:
        return False
