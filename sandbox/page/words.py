"""The languages of the page: which one a reader gets, its sentences, and how it writes money and times.

Times are Norwegian ones, whatever the language.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal

from sandbox.norwegian_time import OSLO, day_of
from sandbox.refused import RefusedError

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "sandbox"
LANGUAGES = {"nb": "Norsk", "en": "English"}
_READ_AS = {"nb": "nb", "no": "nb", "nn": "nb", "en": "en"}
_FORMATS = {"nb": "nb_NO", "en": "en_GB"}
_MONEY = {"nb": None, "en": "¤¤\N{NO-BREAK SPACE}#,##0.00"}  # Babel's English has no space after a currency's code


class Words:
    """How a language says things."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.translations = _translations(language)
        self._format = _FORMATS[language]

    def say(self, error: RefusedError) -> str:
        """What somebody is told who was refused something."""
        return self.translations.gettext(error.template).format(**error.values)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        return format_currency(amount, currency, _MONEY[self.language], locale=self._format)

    def entered(self, amount: Decimal) -> str:
        """An amount as one would enter it."""
        return format_decimal(amount, "0.00", locale=self._format).replace("\N{MINUS SIGN}", "-")

    def number(self, number: int) -> str:
        """A count."""
        return format_decimal(number, locale=self._format)

    def day(self, day: date | datetime) -> str:
        """A date in Norway."""
        return format_date(day_of(day) if isinstance(day, datetime) else day, "medium", locale=self._format)

    def moment(self, instant: datetime) -> str:
        """A date and a time in Norway."""
        return format_datetime(instant, "medium", tzinfo=OSLO, locale=self._format)

    def clock(self, instant: datetime) -> str:
        """The time of a day in Norway, to the second."""
        return format_time(instant, "HH:mm:ss", tzinfo=OSLO, locale=self._format)


@cache
def words_of(language: str) -> Words:
    """The words of one of the LANGUAGES."""
    return Words(language)


@cache
def _translations(language: str) -> NullTranslations:
    file = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as stream:
        return GNUTranslations(stream)


def language_for(chosen: str | None, accepted: str) -> str:
    """The language somebody chose, else the one that they would rather have (Accept-Language), else English."""
    if chosen in LANGUAGES:
        return chosen
    return next((_READ_AS[tag] for tag in _by_preference(accepted) if tag in _READ_AS), "en")


def _by_preference(accepted: str) -> Iterable[str]:
    """The languages of an Accept-Language, without their countries, the dearest first; q=0 is none at all."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, options = part.partition(";")
        try:
            weight = float(options.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0
        if weight > 0:
            wanted.append((weight, tag.strip().lower().partition("-")[0]))
    return (tag for _, tag in sorted(wanted, key=lambda one: -one[0]))
