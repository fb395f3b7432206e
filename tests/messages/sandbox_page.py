"""The catalogues of the sandbox's page: they are the stand-in's own, as it shares nothing with Kvitt."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sandbox.faults import MEANINGS
from sandbox.page.words import DOMAIN, LANGUAGES, LOCALE

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]
_FOLDER = ROOT / "sandbox"
_METHODS = [("**.py", "python"), ("**.jinja", "jinja2.ext:babel_extract")]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "NotPossibleError": None,
    "NotUnderstoodError": None,
}
_DAY = datetime(2026, 11, 29, tzinfo=UTC)
_HEADER = """\
# What the sandbox's page says in Norwegian bokmål.
# `make messages` brings it up to date with the source; write the translations here, then run it again.
# Names in braces, and in parentheses after a percent sign, are values, and stay as they are."""


def po_of(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Read a catalogue as it is."""
    po = po_of(language)
    if not po.exists():
        return Catalog(locale=language)
    with po.open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str) -> Catalog:
    """Return the catalogue with what the page says now: known translations are kept, what is gone is left out."""
    known = read(language)
    new = Catalog(
        locale=language, domain=DOMAIN, header_comment=_HEADER, project="kvitt", fuzzy=False, charset="utf-8",
        copyright_holder="", msgid_bugs_address="", last_translator="", language_team="nb",
        creation_date=_DAY, revision_date=_DAY,
    )  # fmt: skip
    for place, message in _said():
        earlier = known.get(message[0] if isinstance(message, tuple) else message)
        new.add(message, earlier.string if earlier else "", locations=[(place, 0)])
    return new


def _said() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    options = {"**.jinja": {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "newstyle_gettext": "true"}}
    for file, _, message, _, _ in sorted(
        extract_from_dir(_FOLDER, _METHODS, options, keywords=_KEYWORDS), key=lambda found: (found[0], found[1])
    ):
        yield f"{_FOLDER.relative_to(ROOT).as_posix()}/{Path(file).as_posix()}", message
    for meaning in MEANINGS.values():
        yield f"{_FOLDER.relative_to(ROOT).as_posix()}/faults.py", meaning
