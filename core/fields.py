"""Field types shared by the documents that come in and go out.

What cannot be represented exactly is refused here; whether a document is complete is judged elsewhere.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

AS_STORED: Mapping[str, bool] = {"as stored": True}
"""The validation context in which a store reads back what it holds.

What was taken in under an earlier version stays readable, whatever is refused of new documents since. Whether it may
still be sent is judged with its completeness.
"""

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
DECIMAL = f"^{_DECIMAL.pattern}$"
"""How a decimal is written, as a pattern."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# What XML 1.0 cannot carry: most control characters, lone surrogates and two non-characters.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SEPARATORS = re.compile(r"[\x0b\x0c\x1c-\x1f]")  # those of them that part words: Word's line and page breaks

# What nobody sees, and what turns round the order of what is seen: with it one name passes for another. The joiners
# U+200C and U+200D are not among them: the writing of Persian, Hindi and others needs them.
_HIDDEN = r"\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_HIDDEN_TAGS = r"\U000e0000-\U000e007f"  # beyond what the regular expressions of JSON Schema can name
_HIDDEN_SIGN = re.compile(f"[{_HIDDEN}{_HIDDEN_TAGS}]")

# The same rules in the regular expressions of JSON Schema; a lone surrogate is no text there to begin with.
_BAD = r"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_INVISIBLE = r"\x00-\x1f\x7f-\xa0"
PRINTABLE = rf"^[^{_INVISIBLE}]*$"
"""Roughly what `str.isprintable` says, as a pattern: which signs can be shown changes with every Unicode."""

_TEXT_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^[^{_BAD}]*$"})
_BAD_IN_NAMES = _BAD + _HIDDEN
_SHOWN_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^[^{_HIDDEN}]*$"})
_NAME_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "minLength": 1,
        "pattern": rf"^[^{_BAD_IN_NAMES}]*[^{_BAD_IN_NAMES}\s\x85][^{_BAD_IN_NAMES}]*$",
    }
)
_SHORT_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "minLength": 1,
        "maxLength": 50,
        "pattern": rf"^[^ {_INVISIBLE}](?:[^{_INVISIBLE}]*[^ {_INVISIBLE}])?$",
    }
)


class Document(BaseModel):
    """A frozen record that refuses fields it does not know.

    It is made ready when it is first used: there are many kinds of them, and a command meets few.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def plain(amount: Decimal) -> str:
    """Write a decimal without exponent, keeping its decimals: `Decimal("1E+2")` becomes `100`."""
    return f"{amount:f}"


def decimal_of(value: object) -> Decimal:
    """Read a decimal as documents write them. Errors: ValueError, saying how it is to be written."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('write it as a decimal string, such as "1200.00"')
    if not _DECIMAL.fullmatch(value):
        raise ValueError('not a decimal string such as "1200.00" (point, no thousands separator, no exponent)')
    return Decimal(value)


def _iso_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise ValueError('write it as a date string, such as "2021-01-15"')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("does not exist in the calendar") from None


_HALF = re.compile(r"[\ud800-\udfff]")


def _without_unstorable(value: str) -> str:
    if _HALF.search(value):
        raise ValueError("holds half a character (a lone surrogate)")
    return storable(value)


def _writable(value: str) -> str:
    if _UNWRITABLE.search(value):
        raise ValueError("holds a control character, or another that no accounting system can store")
    return value


def storable(text: str) -> str:
    """Return the text without the signs that no accounting system can store (what XML 1.0 forbids).

    Those that part words, such as a word processor's line break U+000B, become a space. Texts are compared as this
    leaves them: a record may hold such signs, and an invoice of ours does not.
    """
    return _UNWRITABLE.sub("", _SEPARATORS.sub(" ", text))


def hidden_in(text: str) -> str | None:
    """Say which sign of the text is invisible or turns it round, or return None: the text is what it looks like."""
    hidden = _HIDDEN_SIGN.search(text)
    if hidden is None:
        return None
    return (
        f"holds the invisible sign U+{ord(hidden[0]):04X} (character {hidden.start() + 1}), which makes a name look "
        f"like another; remove it"
    )


def is_as_stored(info: ValidationInfo) -> bool:
    """Whether a store is reading back what it holds."""
    return info.context is AS_STORED


def _shown_whole(value: str, info: ValidationInfo) -> str:
    if not is_as_stored(info) and (fault := hidden_in(value)):
        raise ValueError(fault)
    return value


def _printable(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("must be printable characters with no space at either end")
    return value


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its UTC offset; use UTC")
    return value.astimezone(UTC)


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


DecimalText = Annotated[
    Decimal,
    BeforeValidator(decimal_of),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DECIMAL, "examples": ["1200.00"]}),
]
"""An amount, quantity or percentage; a decimal string in JSON, never a float."""

IsoDate = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar date, not an instant."""

Instant = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(_instant_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in UTC."""

Text = Annotated[str, AfterValidator(_writable), _TEXT_SCHEMA]
"""Text that every store and wire format of ours can carry."""

SourceText = Annotated[str, AfterValidator(_without_unstorable), WithJsonSchema({"type": "string"})]
"""Text as a source states it: signs that nothing can store, as word processors leave them, are not in the value."""

ReadText = Annotated[str, AfterValidator(storable)]
"""What a record in an accounting system says, without the signs that nothing can store."""

ShownText = Annotated[str, AfterValidator(_without_unstorable), AfterValidator(_shown_whole), _SHOWN_SCHEMA]
"""A name or address of a source's: a SourceText that is what it looks like.

Row texts and comments are any text: nobody is known by them.
"""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_writable),
    AfterValidator(_shown_whole),
    _NAME_SCHEMA,
]
"""A name that says something, without the spaces around it."""

InvoiceNumber = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50),
    AfterValidator(_printable),
    AfterValidator(_writable),
    _SHORT_SCHEMA,
]
"""The source's own number: 1 to 50 printable characters, compared exactly."""

BusinessName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$")]
"""The short name of a business, fit for a path and a command line."""

KeyName = Annotated[
    str, StringConstraints(min_length=1, max_length=50), AfterValidator(_printable), AfterValidator(_writable)
]
"""What a person calls an API key: 1 to 50 printable characters."""
