"""What comments and docstrings refer to is in the repository: the pages, their headings, and other files."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file
    for room in ("core", "adapters", "plugins", "sandbox", "kvitt", "entrypoints", "tests")
    for file in (ROOT / room).rglob("*.py")
)

_PAGE = re.compile(r'(docs/[\w/-]+\.md)(?:, "([^"]+)")?')
_FILE = re.compile(
    r"(?<![\w/.<{*])((?:docs|features|core|adapters|plugins|sandbox|entrypoints|tests|deploy)/[\w/.-]*\w)"
)
_OUTSIDE = re.compile(r"\b(?:FACTS|DESIGN|STYLE)\b|\.\./shared|documented-behaviour|/work\b")


@pytest.mark.parametrize("room", sorted({file.relative_to(ROOT).parts[0] for file in SOURCES}))
def test_what_is_cited_is_in_the_repository(room: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {fault}"
        for file in SOURCES
        if file.relative_to(ROOT).parts[0] == room
        for text in _prose(file.read_text(encoding="utf-8"))
        for fault in _faults(text)
    ]

    assert wrong == []


def test_a_page_a_heading_and_a_document_that_are_not_here_are_noticed() -> None:
    assert list(_faults('Source: docs/behaviour.md, "The order".')) == []
    assert list(_faults("Source: docs/nowhere.md.")) == ["there is no docs/nowhere.md"]
    assert list(_faults('Source: docs/behaviour.md, "Nothing".')) == ['docs/behaviour.md has no heading "Nothing"']
    assert list(_faults("Source: FACTS.")) == ["FACTS is not in the repository"]


def _faults(text: str) -> Iterator[str]:
    for outside in _OUTSIDE.findall(text):
        yield f"{outside} is not in the repository"
    for path in _FILE.findall(text):
        if not (ROOT / path).exists():
            yield f"there is no {path}"
    for page, heading in _PAGE.findall(text):
        if heading and (ROOT / page).exists() and heading not in _headings(ROOT / page):
            yield f'{page} has no heading "{heading}"'


def _headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _prose(source: str) -> Iterator[str]:
    """Every docstring, and every run of comments, each on one line, of a source that refers to anything at all."""
    if not _FILE.search(source) and not _OUTSIDE.search(source):
        return  # Taking a source apart takes long.
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield " ".join(node.value.value.split())
    comments = [
        token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.COMMENT
    ]
    yield " ".join(" ".join(token.string.lstrip("# ") for token in comments).split())
