"""Answers in the language that their reader asks for: Accept-Language, or else what KVITT_LANGUAGE says.

Only sentences are translated: fields, codes and states are the same in every language. Where a sentence names a
command, the answer names its route.
"""

import json
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.types import HTTPScope, Send

from entrypoints.http.wording import is_of_business_s_webhooks, may_name_commands, worded_document
from entrypoints.language.at_hand import Language, language_for, speaking, translated_document

_JSON = (b"application/json", b"application/problem+json")


def language_of(scope: HTTPScope, otherwise: Language) -> Language:
    """Return the language that a request asks for."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-language")
    return language_for(accepted.decode("latin-1"), otherwise=otherwise) if accepted else otherwise


def spoken(send: Send, language: Language, *, path: str) -> Send:
    """Return what sends an answer on: its JSON in this language, naming routes, and saying which language that is.

    `path` is what was asked for: routes are named as seen from there.
    """
    return _Speaker(send, language, of_business=is_of_business_s_webhooks(path))


class _Speaker:
    """Holds a JSON answer back until it is whole, and words it then."""

    def __init__(self, send: Send, language: Language, *, of_business: bool) -> None:
        self._send = send
        self._of_business = of_business
        self._language = language
        self._start: Any = None
        self._held = bytearray()

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start" and _media_type(message).startswith(_JSON):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._held += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_whole(message)
        else:
            await self._send(message)

    async def _send_whole(self, last: Any) -> None:
        body, headers = bytes(self._held), self._start["headers"]
        if body and (self._language is not Language.ENGLISH or may_name_commands(body)):
            body = await sync_to_thread(_worded, body, self._language, self._of_business)
            kept = [header for header in headers if header[0].lower() != b"content-length"]
            headers = [*kept, (b"content-length", str(len(body)).encode())]
        self._start["headers"] = [*headers, *_said_in(self._language)]
        last["body"] = body
        await self._send(self._start)
        await self._send(last)


def _worded(body: bytes, language: Language, of_business: bool) -> bytes:
    """Translate first: names of commands are the same in every language."""
    with speaking(language):
        document = translated_document(json.loads(body))
    return json.dumps(
        worded_document(document, of_business=of_business), ensure_ascii=False, separators=(",", ":")
    ).encode()


def _said_in(language: Language) -> list[tuple[bytes, bytes]]:
    return [(b"content-language", language.encode()), (b"vary", b"Accept-Language")]


def _media_type(message: Any) -> bytes:
    return next((value for name, value in message["headers"] if name.lower() == b"content-type"), b"")
