"""The pages for people: they need no key and nothing from elsewhere, and show nothing secret."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.http.documents import Api

ASSETS = Path(__file__).parents[2] / "entrypoints" / "http" / "assets"
REDOC = "dcaf76612bc4a3fbcc923a8966dee2f6146a5f32e5ce1b6f02dd60cbbf89500b"
"""The SHA-256 of bundles/redoc.standalone.js in redoc 2.5.4 of the npm registry."""


@pytest.fixture
def anybody(shared_fjell: Api) -> Api:
    shared_fjell.headers.pop("Authorization", None)
    return shared_fjell


def test_the_library_is_the_one_that_its_package_has_with_its_licences() -> None:
    assert hashlib.sha256((ASSETS / "redoc" / "redoc.standalone.js").read_bytes()).hexdigest() == REDOC
    assert "MIT License" in (ASSETS / "redoc" / "LICENSE").read_text(encoding="utf-8")
    assert (ASSETS / "redoc" / "redoc.standalone.js.LICENSE.txt").exists()


def test_the_documentation_is_drawn_from_here_alone(anybody: Api) -> None:
    page = anybody.get("/schema")

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers.get_list("content-security-policy") == [page.headers["content-security-policy"]]
    assert "script-src 'self';" in page.headers["content-security-policy"]
    scripts = re.findall('<script src="([^"]*)"></script>', page.text)
    assert len(scripts) == page.text.count("<script") == 2
    for script in scripts:
        answer = anybody.get(script)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "cdn.redoc.ly" not in answer.text
    assert '"/schema/openapi.json"' in anybody.get("/schema/draw.js").text


def test_no_other_answer_may_run_scripts(anybody: Api) -> None:
    for path in ("/health/live", "/schema/openapi.json", "/schema/redoc.js"):
        assert "script-src" not in anybody.get(path).headers["content-security-policy"], path
