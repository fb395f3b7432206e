"""The pages that are written from the source say what it says today."""

import re
from pathlib import Path

import pytest

from tests.pages.pages import DOCS, PAGES
from tests.pages.settings_page import settings_page

_ROOMS = ("core", "adapters", "plugins", "sandbox", "kvitt", "entrypoints")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_what_would_be_written_today(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page](), "run make docs (errors: edit tests/pages/errors.md first)"


def test_every_variable_that_the_source_names_is_a_setting_on_the_page() -> None:
    named = {
        name
        for room in _ROOMS
        for file in (DOCS.parent / room).rglob("*.py")
        for name in re.findall(r"\bKVITT_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8"))
    }

    assert named - set(re.findall(r"KVITT_[A-Z_]*[A-Z]", settings_page())) == set()
