"""Amounts, dates and times as people write them in the language at hand; times are Norwegian time."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_currency, format_decimal

from core.norwegian_time import NORWEGIAN_TIME
from entrypoints.language.at_hand import Language, language_at_hand

_LOCALES = {Language.ENGLISH: Locale("en", "GB"), Language.NORWEGIAN: Locale("nb", "NO")}
"""English as Europe writes it: the day before the month, and 24 hours."""

_MOST_KEPT = 4096


def locale_at_hand() -> Locale:
    """Return the locale of the language at hand."""
    return _LOCALES[language_at_hand()]


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency, to the øre: `1 200,00 kr`."""
    return _money(amount, currency, language_at_hand())


def amount(value: Decimal) -> str:
    """Write an amount, to the øre, where the currency is said elsewhere."""
    return str(_amount_pattern(language_at_hand()).apply(value, locale_at_hand()))


def quantity(value: Decimal) -> str:
    """Write a number with the decimals that it has, such as a quantity or a percentage."""
    return _quantity(value, language_at_hand())


def price(value: Decimal) -> str:
    """Write an amount with all the decimals that it has, two at least."""
    return amount(value) if value == round(value, 2) else quantity(value)


def day(when: date) -> str:
    """Write a date."""
    return _day(when, language_at_hand())


def moment(instant: datetime) -> str:
    """Write an instant as Norwegian date and time, to the minute."""
    return _moment(instant, language_at_hand())


def machine_time(instant: datetime) -> str:
    """Write an instant for the attribute `datetime` of <time>."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def is_day(text: str) -> bool:
    """Whether a text is a date that a browser's field for dates can show, or nothing."""
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@lru_cache(_MOST_KEPT)
def _money(value: Decimal, currency: str, language: Language) -> str:
    return format_currency(value, currency, locale=_LOCALES[language], currency_digits=False, decimal_quantization=True)


@lru_cache(_MOST_KEPT)
def _quantity(value: Decimal, language: Language) -> str:
    return format_decimal(value, locale=_LOCALES[language], decimal_quantization=False)


@lru_cache(_MOST_KEPT)
def _day(when: date, language: Language) -> str:
    return format_date(when, "short" if language is Language.NORWEGIAN else "medium", locale=_LOCALES[language])


@lru_cache(_MOST_KEPT)
def _moment(instant: datetime, language: Language) -> str:
    return format_datetime(instant, "short", tzinfo=NORWEGIAN_TIME, locale=_LOCALES[language])


@cache
def _amount_pattern(language: Language) -> NumberPattern:
    pattern = _LOCALES[language].decimal_formats[None]
    return NumberPattern(
        pattern.pattern, pattern.prefix, pattern.suffix, pattern.grouping, pattern.int_prec, (2, 2), pattern.exp_prec,
        pattern.exp_plus, pattern.number_pattern,
    )  # fmt: skip
