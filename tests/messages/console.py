"""The console's own texts: what its templates and pages say through `_` and `ngettext`, as Babel finds it."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from entrypoints.console.texts import DOMAIN
from entrypoints.language.catalogue import LOCALE
from tests.messages.catalogues import ROOT, new_catalogue

CONSOLE = ROOT / "entrypoints" / "console"

_READ = [("**.py", "python"), ("**.html.jinja", "jinja2")]
_AS = {"**.html.jinja": {"trimmed": "true", "silent": "false"}}
_BY = {"_": None, "gettext": None, "ngettext": (1, 2)}


def po_of(language: str) -> Path:
    """Return where the console's catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Read the console's catalogue as it is."""
    po = po_of(language)
    if not po.exists():
        return Catalog(locale=language)
    with po.open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str) -> Catalog:
    """Return the console's catalogue with what its source says now: known translations are kept, the rest left out."""
    known, new = read(language), new_catalogue(language, DOMAIN, what="What Kvitt's console says")
    places: dict[str | tuple[str, ...], set[str]] = {}
    found = extract_from_dir(CONSOLE, method_map=_READ, options_map=_AS, keywords=_BY, comment_tags=())
    for name, _line, message, _comments, _context in found:
        places.setdefault(message, set()).add(f"entrypoints/console/{name}")
    for message in sorted(places, key=lambda said: (min(places[said]), str(said))):
        earlier = known.get(message if isinstance(message, str) else message[0])
        none = "" if isinstance(message, str) else ("", "")
        kept = earlier.string if earlier and earlier.id == message else none
        new.add(message, kept, locations=sorted((place, 0) for place in places[message]))
    return new


def untranslated(catalogue: Catalog) -> list[object]:
    """Return what is not translated, or only in one of its forms."""
    return [
        message.id
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]
