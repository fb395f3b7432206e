"""The language at hand: of this process on the command line, of each request over HTTP.

English costs nothing: no catalogue is read, and texts are given back as they are.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from core.errors import InvalidInput

VARIABLE = "KVITT_LANGUAGE"


class Language(StrEnum):
    """A language that Kvitt speaks, by its BCP 47 tag."""

    ENGLISH = "en"
    NORWEGIAN = "nb"


_READ_AS = {"en": Language.ENGLISH, "nb": Language.NORWEGIAN, "no": Language.NORWEGIAN, "nn": Language.NORWEGIAN}
"""What a reader asks for, and what comes nearest: who reads Nynorsk reads Bokmål before English."""

_AT_HAND: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)

_TITLES = frozenset({"detail", "hint", "message", "title"})
"""The fields of documents that are sentences for people."""


def language_at_hand() -> Language:
    """Return the language in which is spoken now."""
    return _AT_HAND.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language within the block."""
    token = _AT_HAND.set(language)
    try:
        yield
    finally:
        _AT_HAND.reset(token)


def language_of_environment() -> Language:
    """Return what KVITT_LANGUAGE says; English where it is not set.

    Errors: InvalidInput, code `bad_settings`, when Kvitt does not speak it.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    try:
        return Language(asked.lower()) if asked else Language.ENGLISH
    except ValueError:
        raise InvalidInput(
            f"The settings can't be used. {VARIABLE}: choose one of {', '.join(Language)}.",
            code="bad_settings",
            hint="Correct these environment variables.",
        ) from None


def language_for(accepted: str, *, otherwise: Language) -> Language:
    """Return what suits a header Accept-Language (RFC 9110, 12.5.4) best; `otherwise` where nothing in it does."""
    wanted: list[tuple[float, int, Language]] = []
    for place, choice in enumerate(accepted.split(",")):
        tag, *parameters = (part.strip().lower() for part in choice.split(";"))
        language = otherwise if tag == "*" else _READ_AS.get(tag.partition("-")[0])
        quality = _quality(parameters)
        if language and quality > 0:
            wanted.append((-quality, place, language))
    return min(wanted)[2] if wanted else otherwise


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter.removeprefix("q="))
            except ValueError:
                return 0
    return 1


def translated(text: str) -> str:
    """Say a text in the language at hand; what is not Kvitt's own wording stays as it is."""
    language = _AT_HAND.get()
    if language is Language.ENGLISH:
        return text
    from entrypoints.language.catalogue import catalogue_of

    return catalogue_of(language).translated(text)


def translator_into(language: Language) -> Callable[[str], str]:
    """Return what says a text in a language, whichever is at hand."""

    def say(text: str) -> str:
        with speaking(language):
            return translated(text)

    return say


def translated_document(document: Any) -> Any:
    """Say a document's sentences in the language at hand: titles, messages, hints, warnings and steps of stories.

    Names of fields, codes, states and everything that came from outside stay as they are.
    """
    return document if _AT_HAND.get() is Language.ENGLISH else _with_sentences(document)


def _with_sentences(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_field(name, held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_with_sentences(item) for item in value]
    return value


def _with_field(name: str, value: Any) -> Any:
    if name in _TITLES and isinstance(value, str):
        return translated(value)
    if name == "warnings" and isinstance(value, list | tuple):
        return [translated(item) if isinstance(item, str) else _with_sentences(item) for item in value]
    if name == "steps" and isinstance(value, list | tuple):
        return [
            {**step, "text": translated(step["text"])} if isinstance(step, Mapping) and "text" in step else step
            for step in value
        ]
    return _with_sentences(value)
