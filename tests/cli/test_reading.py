import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from core.invoice import Invoice
from entrypoints.cli.reading import read_invoices, read_object
from tests.cli.conftest import an_invoice


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.json"


def problem_of(file: Path) -> str:
    [item] = read_invoices(file).items
    assert isinstance(item.outcome, InvalidInput)
    return item.outcome.message


def test_one_invoice_with_a_byte_order_mark_is_read(file: Path) -> None:
    file.write_text(json.dumps(an_invoice(), indent=1), encoding="utf-8-sig")

    content = read_invoices(file)

    assert not content.is_list
    assert isinstance(content.items[0].outcome, Invoice)


@pytest.mark.parametrize("name", ["given.json", "given.jsonl"])
def test_json_lines_are_read_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("".join(json.dumps(an_invoice(number)) + "\r\n\n" for number in ("1", "2")), encoding="utf-8")

    content = read_invoices(file)

    assert content.is_list
    assert [item.number for item in content.items] == ["1", "2"]


def test_a_broken_line_is_named_and_keeps_the_others(file: Path) -> None:
    file.write_text(f'{json.dumps(an_invoice("1"))}\n{{"number": }}\n{json.dumps(an_invoice("3"))}', encoding="utf-8")

    items = read_invoices(file).items

    assert [isinstance(item.outcome, Invoice) for item in items] == [True, False, True]
    assert f"{file}, line 2, column 12" in str(items[1].outcome)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b'{\n "number": "1",\n}', "line 3, column 1"),
        (b'{"number": "1"} {"number": "2"}', "line 1, column 17"),
        (b'{"number": "\xe5"}', "byte 13 is not UTF-8"),
        (b'{"number": "1", "number": "2"}', "number: is given twice"),
        (b'{"number": "1", "rows": [{"quantity": NaN}]}', "row 1, quantity: NaN is not JSON"),
        (b'{"number": "1", "rows": [{"quantity": -Infinity}]}', "row 1, quantity: -Infinity is not JSON"),
        (b'{"number": "1", "rows": [{"quantity": "1", "quantity": "2"}]}', "row 1, quantity: is given twice"),
        (b'{"number": "1", "rows": [{"quantity": 1.5}]}', "row 1, quantity"),
        (b'{"number": "1", "colour": "red"}', "colour"),
        (b"[" * 100_000, "too deeply nested"),
        (b"1" * 5000, "too deeply nested"),
        (b'"text"', "This is not an invoice"),
    ],
)
def test_what_is_no_invoice_is_refused_naming_the_place(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)

    message = problem_of(file)

    assert said in message
    assert str(file) in message


def test_items_of_a_list_are_counted_from_one(file: Path) -> None:
    documents: list[Any] = [an_invoice("1"), {"number": 2}, an_invoice("3"), []]
    file.write_text(json.dumps(documents), encoding="utf-8")

    items = read_invoices(file).items

    assert [item.place for item in items if isinstance(item.outcome, InvalidInput)] == [
        f"{file}, item 2",
        f"{file}, item 4",
    ]


def test_a_message_never_shows_a_value(file: Path) -> None:
    file.write_text('{"name": "fjell", "accounting": {"password": "hunter2" "x"}}', encoding="utf-8")

    with pytest.raises(InvalidInput) as caught:
        read_object(file)

    assert "line 1, column 56" in caught.value.message
    assert "hunter2" not in caught.value.message
