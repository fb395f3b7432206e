"""By what a customer is recognized, each in its canonical form: names, e-mail addresses, organization numbers.

Pure, and the one place where two spellings are told to be one. Organization numbers are read with python-stdnum,
country by country; which country a number belongs to is said by its prefix, else by the address that it stands with.
"""

import re
import string
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from stdnum.eu.vat import MEMBER_STATES
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siren
from stdnum.no import orgnr
from stdnum.util import get_cc_module

NORWAY = "NO"

_NORWEGIAN = re.compile(r"(NO)?([0-9]{9})(MVA)?")
_PREFIXED = re.compile(r"([A-Z]{2})([0-9A-Z]*[0-9][0-9A-Z]*)")
# What people write around a number, without spaces and signs: Norwegian, Swedish, Danish, Finnish, German, English.
_WORDS_BEFORE = re.compile(
    r"(?:ORGANI[SZ]ATIONS?(?:NUMBER|NUMMER|NO|NR)|ORGANISASJONS(?:NUMMER|NR)|ORG(?:ANISASJONS?)?(?:NUMMER|NR)"
    r"|FORETAKSREGISTERET|FORETAKSNUMMER|MOMSREG(?:ISTRERINGS)?(?:NUMMER|NR)|MOMSNR|CVR(?:NUMMER|NR)?|YTUNNUS"
    r"|UST(?:ID)?(?:NR)|VAT(?:REG(?:ISTRATION)?)?(?:NUMBER|NO|NR|ID)?|TVA)+(?=[A-Z]{0,3}[0-9])"
)
_SHORTEST_WORD = 3  # letters: two may be a country's
_LONGEST_WITH_WORD = 60  # letters and digits: there is no number to look for in what is longer
_SIRET = 14  # digits: nine of the company, five of its branch
_WORDS_AFTER = re.compile(r"(?<=[0-9])(?:MVA)?(?:FORETAKSREGISTERET|IFORETAKSREGISTERET)(?:MVA)?$")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_ACE, _LONGEST_LABEL = "xn--", 63
_ADDRESS_BREAK = re.compile(r"[\s;,<>]+")

# The modules of python-stdnum that know a country's numbers beside its VAT number. Where both the register's number and
# the VAT number are known, a number that is neither is none of that country's.
_REGISTERS = {
    "CH": ("uid",),
    "DK": ("cvr",),
    "EE": ("registrikood",),
    "FI": ("ytunnus",),
    "FR": ("siren", "siret"),
    "IS": ("kennitala",),
    "SE": ("orgnr",),
}
_WHOLLY_KNOWN = frozenset({"DK", "FI", "SE"})
_VAT_PREFIXES = frozenset(state.upper() for state in MEMBER_STATES) - {"XI"} | {"CH", "EL", "GB", "IS", "XI"}
_SAME_COUNTRY = {"EL": "GR", "UK": "GB", "XI": "GB"}


class NumberFault(StrEnum):
    """Why a text is no organization number of its country."""

    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"


class OrganizationNumber(NamedTuple):
    """An organization number as it was read.

    `country` is None where neither the number nor its address says it. `national` is what the country's own register
    calls it, without prefix, spaces and signs; as it was written where the country's numbers are not known.
    `prefixed`: the number says its country itself.
    """

    country: str | None
    national: str
    fault: NumberFault | None = None
    prefixed: bool = False

    @property
    def key(self) -> str:
        """The form in which numbers are compared and remembered: Norwegian ones are their nine digits."""
        return self.national if self.country in (None, NORWAY) else f"{self.country}{self.national}"


class Likeness(StrEnum):
    """What comes of comparing two organization numbers. UNDECIDED: they may be one number in two spellings."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


def tidy(text: str) -> str:
    """Fold runs of white space into one space; nothing at the ends."""
    return " ".join(text.split())


def canonical(text: str) -> str:
    """Return a text as it is compared exactly: Unicode NFC, white space tidied; capitals count."""
    return unicodedata.normalize("NFC", tidy(text))


def normal_name(name: str | None) -> str:
    """Return a name in the form in which names are compared: Unicode NFC, without regard to case and spaces."""
    return unicodedata.normalize("NFC", tidy(unicodedata.normalize("NFC", name or "")).casefold())


def normal_email(email: str | None) -> str | None:
    """Return an e-mail address in the form in which addresses are compared, or None when there is none.

    Whole, in Unicode NFC, without regard to case; the domain as people read it: "xn--blbr-roah.no" is "blåbær.no".
    Case only: a name folds ß to ss, but straße.de and strasse.de are two domains (IDNA 2008).
    """
    text = unicodedata.normalize("NFC", (email or "").strip()).lower()
    local, at, domain = text.rpartition("@")
    return unicodedata.normalize("NFC", f"{local}{at}{_readable(domain)}") or None


def emails_in(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return the e-mail addresses that fields hold, normalized, each once.

    A field may hold several, with semicolons, commas or spaces between, and names beside them.
    """
    parts = (part for text in texts for part in _ADDRESS_BREAK.split(text or "") if "@" in part)
    return tuple(dict.fromkeys(email for part in parts if (email := normal_email(part))))


def email_spellings(email: str | None) -> tuple[str, ...]:
    """Return how an address may stand in a record, to be searched for: its domain in Unicode, and in ASCII."""
    normal = normal_email(email)
    if normal is None:
        return ()
    local, at, domain = normal.rpartition("@")
    written = ".".join(map(_ascii_label, domain.split(".")))
    return tuple(dict.fromkeys((normal, f"{local}{at}{written}")))


def organization_number(text: str | None, *, country: str | None = None) -> OrganizationNumber | None:
    """Read an organization number that stands with an address in this country; None when there is none.

    Without a country it is taken for Norwegian where it looks so; else its country is not known.
    """
    code = _country_code(country)
    return _read(_bare(_compact(text), code), code)


def normal_organization_number(text: str | None, *, country: str | None = None) -> str | None:
    """Return an organization number in the form in which numbers are compared, or None when there is none.

    "817 404 502" and "Org.nr NO817404502MVA" are the same Norwegian number (docs/24sevenoffice.md, "Norwegian VAT").
    """
    number = organization_number(text, country=country)
    return number.key if number else None


def written_organization_number(text: str | None, *, country: str | None = None) -> str | None:
    """Return an organization number as it is written into a new record: a Norwegian one as nine digits.

    Others keep the prefix that they came with, or the lack of one.
    """
    number = organization_number(text, country=country)
    if number and number.country == NORWAY:
        return number.national
    return _bare(_compact(text), _country_code(country)) or None


def number_likeness(
    stated: str | None, recorded: str | None, *, stated_in: str | None = None, recorded_in: str | None = None
) -> Likeness | None:
    """Compare the number that a source states with a record's, each with its address's country; None if one is missing.

    A record's number that is none of its country's is read once more as one of the source's country. What is still no
    number, or has the same digits while nothing says another country, is undecided.
    """
    one = organization_number(stated, country=stated_in)
    other = organization_number(recorded, country=recorded_in)
    if one is None or other is None:
        return None
    if one.key == other.key or (recorded_in is None and _compact(stated) == _compact(recorded)):
        return Likeness.SAME
    says_country = other.prefixed or (_country_code(recorded_in) is not None and other.fault is None)
    if not says_country and (other.fault or other.country is None):
        again = organization_number(recorded, country=one.country)
        if again is not None and again.key == one.key:
            return Likeness.SAME
    has_same_digits = _digits(_compact(recorded)) in search_numbers(stated, country=stated_in)
    says_another = says_country and other.country != one.country
    return Likeness.UNDECIDED if other.fault or (has_same_digits and not says_another) else Likeness.DIFFERENT


def search_number(text: str | None) -> str | None:
    """Return what a number is found by in a list of numbers: loosely, so that no spelling of one is missed."""
    number = organization_number(text)
    return _listed(number.national) if number else None


def search_numbers(text: str | None, *, country: str | None = None) -> tuple[str, ...]:
    """Return all that a source's number may be listed under (`search_number`); the first is part of the others."""
    number = organization_number(text, country=country)
    if number is None:
        return ()
    digits = _listed(number.national)
    match number.country:
        case "SE":
            return digits, f"{digits}01"
        case "FR" if siren.is_valid(digits):
            return digits, siren.to_tva(digits).replace(" ", "")
        case "BE" if digits.startswith("0"):
            return digits[1:], digits
    return (digits,)


def _listed(number: str) -> str:
    """Leave the digits, and of a French branch's number those of its company: nobody could list its branches."""
    digits = _digits(number)
    return digits[:9] if len(digits) == _SIRET and siren.is_valid(digits[:9]) else digits


def _bare(compact: str, country: str | None) -> str:
    """Leave out a word before a number that is none with it, and without it one of this country: `NIP` and the like."""
    if country is None or not compact or len(compact) > _LONGEST_WITH_WORD or _recognized(compact, country):
        return compact
    letters = len(compact) - len(compact.lstrip(string.ascii_uppercase))
    for length in range(_SHORTEST_WORD, letters + 1):
        number = _recognized(compact[length:], country)
        if number and number.country == country and number.fault is None:
            return compact[length:]
    return compact


@lru_cache(maxsize=8192)
def _read(compact: str, country: str | None) -> OrganizationNumber | None:
    if not compact:
        return None
    if number := _recognized(compact, country):
        return number
    if country is None or country == NORWAY or country in _WHOLLY_KNOWN:
        return OrganizationNumber(None, compact, NumberFault.SHAPE)
    return OrganizationNumber(country, compact.removeprefix(country) or compact)


@lru_cache(maxsize=8192)
def _recognized(compact: str, country: str | None) -> OrganizationNumber | None:
    """Read a number of a known shape; None for another."""
    if norwegian := _NORWEGIAN.fullmatch(compact):
        prefix, digits, suffix = norwegian.groups()
        says_so = bool(prefix or suffix)
        if says_so or country in (None, NORWAY) or (country in _WHOLLY_KNOWN and orgnr.is_valid(digits)):
            fault = None if orgnr.is_valid(digits) else NumberFault.CHECK_DIGIT
            return OrganizationNumber(NORWAY, digits, fault, prefixed=says_so)
    if (prefixed := _PREFIXED.fullmatch(compact)) and prefixed[1] in _VAT_PREFIXES:
        named = _country_code(prefixed[1]) or prefixed[1]
        if national := _national(named, compact, prefixed[2]):
            return OrganizationNumber(named, national, prefixed=True)
        if named == country:
            return OrganizationNumber(named, prefixed[2], NumberFault.SHAPE, prefixed=True)
    if country and country != NORWAY and (national := _national(country, compact)):
        return OrganizationNumber(country, national)
    return None


def _national(country: str, *spellings: str) -> str | None:
    """Return what the country's register calls a number of one of its shapes; None for one of none.

    A wrong check digit is a country's own affair: old numbers have them.
    """
    for name in (*_REGISTERS.get(country, ()), "vat"):
        if (module := get_cc_module(country, name)) is None:
            continue
        for text in spellings:
            try:
                number = module.validate(text)
            except InvalidChecksum:
                number = module.compact(text)
            except StdnumError:
                continue
            return _registered(country, name, number)
    return None


def _registered(country: str, name: str, number: str) -> str:
    """Leave away what a VAT number, or that of a branch, has around the company's own number."""
    if country == "CH":
        return _digits(number)
    if (country, name) == ("FR", "vat"):
        return number[2:]
    if (country, name) == ("FR", "siret"):
        return number[:9]
    return number[:10] if country == "SE" else number


@lru_cache(maxsize=8192)
def _compact(text: str | None) -> str:
    """Leave letters and digits, without the words that people write around a number."""
    letters = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text or "").upper())
    return _WORDS_AFTER.sub("", _WORDS_BEFORE.sub("", letters, count=1))


def _country_code(country: str | None) -> str | None:
    code = (country or "").strip().upper()
    return _SAME_COUNTRY.get(code, code) if re.fullmatch("[A-Z]{2}", code) else None


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number) or number


def _readable(domain: str) -> str:
    labels = _DOTS.split(unicodedata.normalize("NFKC", domain).lower())
    return ".".join(map(_readable_label, labels))


def _readable_label(label: str) -> str:
    """Return a part of a domain in Unicode; one that is in ASCII for no such reason stays as it is."""
    if not label.startswith(_ACE) or len(label) > _LONGEST_LABEL:
        return label
    try:
        text = label.removeprefix(_ACE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    is_usual = text == unicodedata.normalize("NFKC", text.lower()) and _ascii_label(text) == label
    return text if is_usual else label


def _ascii_label(label: str) -> str:
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return label
    return _ACE + label.encode("punycode").decode("ascii")
