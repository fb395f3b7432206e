"""Bring the catalogues up to date and compile them: `python -m tests.messages`, which is what `make messages` does."""

from pathlib import Path

from babel.messages.catalog import Catalog

from entrypoints.language.at_hand import Language
from tests.messages import catalogues, console, sandbox_page
from tests.messages.catalogues import compiled, written


def _write(catalogue: Catalog, po: Path) -> None:
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(written(catalogue))
    po.with_suffix(".mo").write_bytes(compiled(catalogue))
    left = console.untranslated(catalogue)
    print(f"Wrote {po.name}: {len(catalogue)} sentences, {len(left)} of them to be translated.")
    for template in left[:20]:
        print(f"  {template}")


if __name__ == "__main__":
    for language in Language:
        if language is not Language.ENGLISH:
            _write(catalogues.brought_up_to_date(language), catalogues.po_of(language))
            _write(console.brought_up_to_date(language), console.po_of(language))
    for other in sandbox_page.OTHERS:
        _write(sandbox_page.brought_up_to_date(other), sandbox_page.po_of(other))
