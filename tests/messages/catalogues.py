"""The catalogues: what stands in them, and how they are brought up to date with the source."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from entrypoints.language.catalogue import DOMAIN, LOCALE
from tests.messages.sentences import sentences

ROOT = Path(__file__).parents[2]
_DAY = datetime(2026, 11, 29, tzinfo=UTC)
"""What the headers say: a catalogue that is written again without a change is the same file."""

_HEADER = """\
# {what} in Norwegian bokmål.
# `make messages` brings it up to date with the source; write the translations here, then run it again.
# Names in braces are values, and stay as they are."""


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
    """Return the catalogue with what the source says now: known translations are kept, what is gone is left out."""
    known, new = read(language), new_catalogue(language, DOMAIN, what="What Kvitt says")
    for template, sentence in sentences(ROOT).items():
        earlier = known.get(template)
        files = sorted({(place, 0) for place, _ in sentence.places})
        new.add(template, earlier.string if earlier else "", locations=files)
    return new


def new_catalogue(language: str, domain: str, *, what: str) -> Catalog:
    """Begin a catalogue; `what` it holds is said at its head."""
    return Catalog(
        locale=language, domain=domain, header_comment=_HEADER.replace("{what}", what), project="kvitt", fuzzy=False,
        charset="utf-8", copyright_holder="", msgid_bugs_address="", last_translator="", language_team="nb",
        creation_date=_DAY, revision_date=_DAY,
    )  # fmt: skip


def written(catalogue: Catalog) -> bytes:
    """Write a catalogue as its file has it."""
    file = BytesIO()
    write_po(file, catalogue, width=120, include_lineno=False, sort_by_file=False)
    return file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Compile a catalogue."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()
