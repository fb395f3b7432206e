"""Uploading invoices as files."""

import json
import time
import zipfile
from io import BytesIO

import pytest

from core.rights import Role
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader, Shown
from tests.http.documents import Api, invoice_document

UPLOAD = "/businesses/fjell/invoices/upload"
CSV = "text/csv"


def table_of(number: int, *, faulty: int) -> bytes:
    """A CSV file with so many invoices, the first of which have a quantity that is none."""
    rows = [
        f"{nth:04};data_for_accounting;2021-01-15;2021-01-29;Gjest {nth};gjest{nth}@post.example;Tractor;"
        f"{'many' if nth < faulty else 1};1200.00;25"
        for nth in range(number)
    ]
    head = "number;type;issue_date;due_date;customer.name;customer.email;product;quantity;unit_price;vat_percent"
    return "\n".join([head, *rows]).encode()


def upload(reader: Reader, *files: tuple[str, bytes]) -> Shown:
    csrf = reader.read(UPLOAD).text("//form[@enctype]//input[@name='csrf']/@value")
    sent = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return Shown(reader.client.post(UPLOAD, data={"csrf": csrf}, files=sent))


def numbers(fjell: Api) -> list[str]:
    return [item["number"] for item in fjell.get("/v1/businesses/fjell/invoices?limit=200").json()["items"]]


def test_the_good_ones_are_kept_and_each_fault_is_shown_by_file_and_row(reader: Reader, fjell: Api) -> None:
    began = time.monotonic()
    page = upload(reader, ("january.csv", table_of(300, faulty=20)))
    took = time.monotonic() - began

    assert (
        page.text("//*[@role='status']//strong")
        == "280 invoices are stored. 20 were refused; they are shown below with what to do."
    )
    assert len(page.rows) == 20
    where, number, wrong, _what = page.rows[2]
    assert where.startswith("january.csv, ")
    assert "4" in where
    assert number == "0002"
    assert "quantity" in wrong
    assert len(numbers(fjell)) == 200
    assert took < 20

    again = upload(reader, ("january.csv", table_of(300, faulty=0)))
    assert "New: 20. Replaced: 0. As they were: 280." in again.text("//*[@role='status']")
    asked = reader.press(again, "Send 300 invoices")
    assert asked.heading == "Send 300 invoices?"


def test_several_files_of_several_forms_are_taken_at_once(reader: Reader, fjell: Api) -> None:
    lines = "\n".join(json.dumps(invoice_document(number)) for number in ("1", "2"))

    page = upload(
        reader,
        ("one.json", json.dumps(invoice_document("3")).encode()),
        ("many.jsonl", lines.encode()),
        ("folder\\broken.json", b'{"number": '),
        ("table.csv", table_of(1, faulty=0)),
    )

    assert numbers(fjell) == ["0000", "1", "2", "3"]
    assert [row[0] for row in page.rows] == ["broken.json"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xlsx", "bomb"),
        ("empty.csv", b""),
        ("nothing.bin", b"\x00\xff\xfe" * 100),
        ("deep.json", b"[" * 100_000),
        ("entities.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><Invoice>&b;</Invoice>'),
        ("<img src=x onerror=alert(1)>.json", b"{"),
    ],
)
def test_what_is_no_invoice_is_told_of_as_such(reader: Reader, fjell: Api, name: str, content: bytes | str) -> None:
    if content == "bomb":
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * 200_000_000)
            archive.writestr("[Content_Types].xml", b"<a/>")
        content = packed.getvalue()
    assert isinstance(content, bytes)

    page = upload(reader, (name, content))

    assert page.status == 200
    assert page.text("//*[@role='status']//strong").startswith("Nothing was stored. 1 was refused")
    assert page.rows[0][0].startswith(name)
    assert page.tree.xpath("//img") == []
    assert numbers(fjell) == []


def test_what_is_wrong_in_a_row_is_told_with_the_row_as_a_person_counts(reader: Reader) -> None:
    row = {"product": "Tractor", "quantity": "1,5", "unit_price": "1", "vat_percent": "25"}
    page = upload(reader, ("one.json", json.dumps({"number": "1", "rows": [row]}).encode()))

    assert "row 1, quantity: not a decimal string" in page.rows[0][2]


def test_nothing_chosen_and_too_much_are_told(reader: Reader) -> None:
    none = reader.press(reader.read(UPLOAD), "Upload")
    assert none.status == 422
    assert "No file was chosen." in none.problem

    much = upload(reader, ("large.csv", b"x" * 20_500_000))
    assert much.status == 413
    assert much.heading == "That is too much at once"


def test_more_invoices_than_are_taken_at_once_are_refused_whole(
    reader: Reader, fjell: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.console.pages.upload.MOST_INVOICES", 2)

    page = upload(reader, ("january.csv", table_of(3, faulty=0)))

    assert page.status == 422
    assert "These files hold 3 invoices, and 2 are taken at once." in page.problem
    assert numbers(fjell) == []


def test_there_are_templates_to_fill_in(reader: Reader, fjell: Api) -> None:
    page = reader.read(UPLOAD)
    for link, name in (("CSV template", "invoices.csv"), ("Excel template", "invoices.xlsx")):
        answer = reader.client.get(page.links[link])
        assert answer.status_code == 200
        assert name in answer.headers["content-disposition"]
        filled = upload(reader, (name, answer.content))
        assert filled.status == 200


def test_whoever_may_only_look_can_not_upload(fjell: Api, signed_in_as: SignedInAs) -> None:
    assert signed_in_as("kari", fjell=Role.READ).read(UPLOAD).status == 403
