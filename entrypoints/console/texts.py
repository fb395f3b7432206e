"""The console's own texts, in the language at hand. Templates and pages say `_("English text")`.

What errors and stories say is in the catalogue of all of Kvitt instead, and said by `translated`.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations

from entrypoints.language.at_hand import Language, language_at_hand
from entrypoints.language.catalogue import LOCALE

DOMAIN = "console"


def gettext(text: str) -> str:
    """Say a text in the language at hand."""
    return _catalogue(language_at_hand()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Say a text that depends on a number in the language at hand."""
    return _catalogue(language_at_hand()).ngettext(one, many, number)


_ = gettext
"""The name by which texts are found in the source (make messages)."""


@cache
def _catalogue(language: Language) -> NullTranslations:
    if language is Language.ENGLISH:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return GNUTranslations(file)
