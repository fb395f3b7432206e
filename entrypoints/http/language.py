"""Answers in the language that their reader asks for: Accept-Language, or else what KVITT_LANGUAGE says.

Only sentences are translated: fields, codes and states are the same in every language.
"""

import json
from typing import Any

from litestar.types import HTTPScope, Send

from entrypoints.language.at_hand import Language, language_for, speaking, translated_document

_JSON = (b"application/json", b"application/problem+json")
_LINES = (b"application/x-ndjson", b"application/ndjson")


def language_of(scope: HTTPScope, otherwise: Language) -> Language:
    """Return the language that a request asks for."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-language")
    return language_for(accepted.decode("latin-1"), otherwise=otherwise) if accepted else otherwise


def spoken(send: Send, language: Language) -> Send:
    """Return what sends an answer on, its JSON in this language, and says which language that is."""
    return _Speaker(send, language) if language is not Language.ENGLISH else _named(send)


def _named(send: Send) -> Send:
    async def send_named(message: Any) -> None:
        if message["type"] == "http.response.start" and _media_type(message).startswith((*_JSON, *_LINES)):
            message["headers"] = [*message["headers"], *_said_in(Language.ENGLISH)]
        await send(message)

    return send_named


class _Speaker:
    """Holds a JSON answer back until it is whole, then translates it; lines of JSON go on one by one."""

    def __init__(self, send: Send, language: Language) -> None:
        self._send = send
        self._language = language
        self._start: Any = None
        self._held = bytearray()
        self._in_lines = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body" and self._in_lines:
            await self._send_lines(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._send_whole(message)
        else:
            await self._send(message)

    async def _begin(self, message: Any) -> None:
        media_type = _media_type(message)
        if media_type.startswith(_JSON):
            self._start = message
            return
        if media_type.startswith(_LINES):
            self._in_lines = True
            message["headers"] = [*message["headers"], *_said_in(self._language)]
        await self._send(message)

    async def _send_whole(self, message: Any) -> None:
        self._held += message.get("body", b"")
        if message.get("more_body"):
            return
        body = _rewritten(bytes(self._held), self._language)
        kept = [header for header in self._start["headers"] if header[0].lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        self._start["headers"] = [*kept, length, *_said_in(self._language)]
        await self._send(self._start)
        await self._send(_with_body(message, body))

    async def _send_lines(self, message: Any) -> None:
        self._held += message.get("body", b"")
        whole, _, rest = bytes(self._held).rpartition(b"\n")
        if not message.get("more_body"):
            whole, rest = bytes(self._held), b""
        elif whole:
            whole += b"\n"
        self._held = bytearray(rest)
        lines = [_rewritten(line, self._language) for line in whole.split(b"\n")]
        await self._send(_with_body(message, b"\n".join(lines)))


def _with_body(message: Any, body: bytes) -> Any:
    return {**message, "body": body}


def _rewritten(body: bytes, language: Language) -> bytes:
    if not body.strip():
        return body
    with speaking(language):
        document = translated_document(json.loads(body))
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _said_in(language: Language) -> list[tuple[bytes, bytes]]:
    return [(b"content-language", language.encode()), (b"vary", b"Accept-Language")]


def _media_type(message: Any) -> bytes:
    return next((value for name, value in message["headers"] if name.lower() == b"content-type"), b"")
