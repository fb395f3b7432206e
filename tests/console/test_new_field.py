"""A new field of an invoice takes a line in a template and its words in a catalogue, as docs/architecture.md shows."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pydantic.fields import FieldInfo

from core import invoice
from core.invoice import Invoice
from entrypoints.console import rendering, texts, typed_document
from entrypoints.language.catalogue import LOCALE
from tests.console.reader import Reader
from tests.http.documents import Api

DOCS = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
FIELDS = Path("parts") / "invoice_fields.html.jinja"
CATALOGUE = Path("nb") / "LC_MESSAGES" / "console.po"


def _example(language: str) -> str:
    """Return the only example of this language in the document's section about fields."""
    section = DOCS.partition("## A new field of an invoice")[2].partition("\n## ")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return str(found)


@pytest.fixture
def _model() -> Iterator[None]:
    """The invoice with the field."""
    name, annotation, default = re.split(r": | = ", _example("python").strip())
    field = FieldInfo.from_annotation(eval(annotation, vars(invoice)))
    field.default = eval(default)
    Invoice.__pydantic_fields__[name] = field
    Invoice.model_rebuild(force=True)
    typed_document._kinds.cache_clear()
    yield
    del Invoice.__pydantic_fields__[name]
    Invoice.model_rebuild(force=True)
    typed_document._kinds.cache_clear()


@pytest.fixture
def _template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The templates, of which one has the line."""
    folder = tmp_path / "templates"
    shutil.copytree(rendering.TEMPLATES, folder)
    before, macro, after = (folder / FIELDS).read_text(encoding="utf-8").partition("{% macro more(one) %}\n")
    (folder / FIELDS).write_text(before + macro + _example("jinja") + after, encoding="utf-8")
    monkeypatch.setattr(rendering, "TEMPLATES", folder)
    rendering.environment.cache_clear()
    yield
    rendering.environment.cache_clear()


@pytest.fixture
def _catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The console's Norwegian catalogue, with the words."""
    po = tmp_path / "locale" / CATALOGUE
    po.parent.mkdir(parents=True)
    po.write_text(f"{(LOCALE / CATALOGUE).read_text(encoding='utf-8')}\n{_example('po')}", encoding="utf-8")
    with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source))
    monkeypatch.setattr(texts, "LOCALE", tmp_path / "locale")
    texts._catalogue.cache_clear()
    yield
    texts._catalogue.cache_clear()


@pytest.mark.usefixtures("_model", "_template", "_catalogue")
def test_the_form_asks_for_it_and_the_page_tells_it(fjell: Api, reader: Reader) -> None:
    new = reader.read("/businesses/fjell/invoices/new?lang=nb")
    assert "Selger" in new.texts("//label")

    page = reader.press(new, "Lagre", number="1", salesperson="Berit Vik")

    assert ("Selger", "Berit Vik") in zip(page.texts("//dt"), page.texts("//dd"), strict=True)
    edit = reader.read(f"{page.address}/edit?lang=en")
    assert "Salesperson" in edit.texts("//label")
    assert edit.text("//*[@name='salesperson']/@value") == "Berit Vik"
