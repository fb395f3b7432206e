"""Which pages there are, and what writes each of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.pages.errors_page import errors_page
from tests.pages.settings_page import settings_page
from tests.pages.systems_page import systems_page

DOCS = Path(__file__).parents[2] / "docs"

PAGES: Mapping[Path, Callable[[], str]] = {
    DOCS / "accounting-systems.md": systems_page,
    DOCS / "errors.md": errors_page,
    DOCS / "settings.md": settings_page,
}
