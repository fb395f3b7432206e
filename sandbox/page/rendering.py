"""How a page is made and sent: templates, static files, and the headers that keep everything else out.

The headers are those of the OWASP Secure Headers project, without HSTS: the sandbox speaks plain HTTP on loopback.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.exchange import HTML, Reply
from sandbox.page.words import Words

STATIC_ROOT = "/control/static/"
_HERE = Path(__file__).parent
_STATIC = {"sandbox.css": "text/css; charset=utf-8", "sandbox.js": "text/javascript; charset=utf-8"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
)


def page_reply(html: str, *, status: int = 200, known: str = "") -> Reply:
    """A page; or no more than that it is the one already `known`, by its ETag."""
    body = html.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (*_HEADERS, ("ETag", etag), ("Vary", "Cookie, Accept-Language"))
    if status == 200 and etag in known:
        return Reply(304, headers=headers, cache_control="no-store")
    return Reply(status, HTML, body, headers=headers, cache_control="no-store")


def static_reply(name: str) -> Reply | None:
    """A static file; None where there is none of this name."""
    if name not in _STATIC:
        return None
    return Reply(
        200, _STATIC[name], _static_file(name), headers=_HEADERS, cache_control="public, max-age=31536000, immutable"
    )


def rendered(template: str, words: Words, **values: Any) -> str:
    """A page from its template."""
    return _environment(words).get_template(template).render(words=words, **values)


@cache
def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["static"] = _address_of
    return environment


def _address_of(name: str) -> str:
    """The address of a static file, another one whenever the file is."""
    return f"{STATIC_ROOT}{name}?v={hashlib.sha256(_static_file(name)).hexdigest()[:12]}"


@cache
def _static_file(name: str) -> bytes:
    return (_HERE / "static" / name).read_bytes()
