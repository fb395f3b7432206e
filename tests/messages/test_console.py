"""The console's catalogues say all that its templates and pages say."""

import re

import pytest

from entrypoints.language.at_hand import Language
from tests.messages.catalogues import compiled, written
from tests.messages.console import brought_up_to_date, po_of, read, untranslated

OTHERS = [language for language in Language if language is not Language.ENGLISH]
_PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_console_says_now(language: Language) -> None:
    catalogue = brought_up_to_date(language)

    assert untranslated(catalogue) == [], "make messages, then translate these in console.po"
    assert po_of(language).read_bytes() == written(catalogue), "make messages"
    assert po_of(language).with_suffix(".mo").read_bytes() == compiled(catalogue), "make messages"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_of_what_it_translates(language: Language) -> None:
    for message in read(language):
        for one, other in zip(_forms(message.id), _forms(message.string), strict=True):
            assert set(_PLACE.findall(one)) == set(_PLACE.findall(other)) or not one, one


def _forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(form) for form in text] if isinstance(text, list | tuple) else []
