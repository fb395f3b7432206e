"""The catalogues say all that the source says, and know each sentence again."""

import ast
import re
from collections.abc import Iterator

import pytest

from entrypoints.language.at_hand import Language
from entrypoints.language.catalogue import Template, catalogue_of
from tests.messages.catalogues import ROOT, brought_up_to_date, compiled, po_of, read, written
from tests.messages.sentences import ROOMS, is_left_out, sentences

OTHERS = [language for language in Language if language is not Language.ENGLISH]
_PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_source_says_now(language: Language) -> None:
    held = {message.id for message in read(language) if message.id}
    said = {message.id for message in brought_up_to_date(language) if message.id}

    assert sorted(said - held) == [], "make messages, then translate these"
    assert sorted(held - said) == [], "make messages: these are said no more"
    assert po_of(language).read_bytes() == written(brought_up_to_date(language)), "make messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_with_its_values(language: Language) -> None:
    assert [message.id for message in read(language) if message.id and message.fuzzy] == []
    for said, meant in _pairs(language).items():
        assert meant, f"not translated: {said}"
        assert set(_PLACE.findall(meant)) == set(_PLACE.findall(said)), said


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_shipped_is_compiled_from_it(language: Language) -> None:
    assert po_of(language).with_suffix(".mo").read_bytes() == compiled(read(language)), "make messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_known_again_with_its_values(language: Language) -> None:
    catalogue = catalogue_of(language)
    for said, meant in _pairs(language).items():
        if _PLACE.search(said):
            template = Template(said, meant)
            values = {
                name: f"[{number}]" if name != "count" else f"{number}" for number, name in enumerate(template.names)
            }
            found = catalogue.template_of(Template("", said).said_with(values))
            assert found, said
            assert found[0].said_with(found[1]) == template.said_with(values), f"translated in two ways: {said}"


def test_what_errors_are_raised_with_is_in_the_catalogues() -> None:
    known = sentences(ROOT)
    places = {place for sentence in known.values() for place in sentence.places}
    for name, tree in _modules():
        for node in ast.walk(tree):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=error), args=[ast.JoinedStr() as message, *_])):
                    is_for_people = error not in ("AssertionError", "NotImplementedError", "RuntimeError", "TypeError")
                    assert not is_for_people or (name, message.lineno) in places or not _has_words(message), (
                        f"{name}:{message.lineno} is not taken"
                    )
                case ast.Raise(exc=ast.Call(func=ast.Name(id=error), args=[ast.Constant(value=str(message)), *_])):
                    is_for_people = error not in ("AssertionError", "NotImplementedError", "RuntimeError", "TypeError")
                    assert not is_for_people or " " not in message or message in known, f"{name}: {message}"


def _pairs(language: Language) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in read(language) if message.id}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not is_left_out(name):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _has_words(message: ast.JoinedStr) -> bool:
    said = " ".join(str(part.value) for part in message.values if isinstance(part, ast.Constant))
    return len(re.findall(r"[A-Za-z]{2,}", said)) > 1
