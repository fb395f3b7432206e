"""This machine's own callers only, where Kvitt listens on loopback and no proxy is named.

Listening on loopback keeps other machines out, but not the web pages that a browser on this machine shows: a page may
post anywhere (Origin tells), and a name it controls may be pointed at loopback (Host tells). It has no API key either;
this keeps it from as much as asking.
"""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from litestar.types import Scope

from core.errors import InvalidInput, NotAllowed


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_local_caller(scope: Scope) -> None:
    """Refuse a request under a foreign name, or sent by a web page from elsewhere.

    Errors: InvalidInput, code `unknown_host`; NotAllowed, code `foreign_origin`.
    """
    host, origin = b"", None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"origin":
            origin = value
    if not _is_own(host):
        raise InvalidInput(
            "The Host header does not name this machine.",
            code="unknown_host",
            hint="Call Kvitt as 127.0.0.1, [::1] or localhost; behind a proxy, set KVITT_TRUSTED_PROXIES.",
        )
    if origin is not None and not _is_own(origin.rpartition(b"//")[2]):
        raise NotAllowed(
            "The request comes from a web page of another site.",
            code="foreign_origin",
            hint="Call Kvitt from a program, or from a page on this machine.",
        )


@lru_cache(maxsize=128)
def _is_own(authority: bytes) -> bool:
    try:
        return is_loopback(urlsplit(f"//{authority.decode('latin-1')}").hostname or "")
    except ValueError:
        return False
