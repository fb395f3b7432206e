"""Files that people have: UBL, CSV and XLSX, told apart by what is in them."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.adapters.spreadsheet.workbooks import workbook
from tests.adapters.ubl.files import Line, Ubl
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]
UBL = Ubl([Line("1000.00", item="<cbc:Description>Red</cbc:Description>")], "1000.00", "250.00", "1250.00").bytes()
TABLE = "number;customer_name;customer_email;issue_date;due_date;product;quantity;unit_price;vat_percent\n"
ROWS = TABLE + "1;Signe;s@p.example;01.10.2026;15.10.2026;Tractor;1;1 200,00;25\n1;;;;;Delivery;1;100;25\n"


def test_a_ubl_invoice_is_stored_and_sent_and_what_was_left_out_is_named(fjell: Kvitt) -> None:
    as_json = fjell("invoice", "add", fjell.file("2002-1.xml", UBL), *FJELL, "--json")
    plain = fjell("invoice", "add", "-", *FJELL, stdin=UBL)

    assert (as_json.code, as_json.json["invoice"], as_json.json["result"]) == (0, "2002-1", "added")
    assert any(one.startswith("InvoiceLine/Item/Description was left out") for one in as_json.json["warnings"])
    assert (plain.code, plain.out) == (0, "2002-1: unchanged\n")
    assert "InvoiceLine/Item/Description was left out" in plain.err
    assert fjell("invoice", "send", "2002-1", *FJELL).code == 0


@pytest.mark.parametrize("name", ["month.csv", "month.txt", "month"])
def test_a_table_is_a_list_whose_good_invoices_are_kept(fjell: Kvitt, name: str) -> None:
    file = fjell.file(name, ROWS + "2;Signe;;;;Tractor;1;1,2,3;25\n")

    answer = fjell("invoice", "add", file, *FJELL, "--json")
    plain = fjell("invoice", "add", file, *FJELL)

    assert answer.code == plain.code == 1
    assert answer.json[0] == {"invoice": "1", "result": "added"}
    assert (answer.json[1]["invoice"], answer.json[1]["place"]) == ("2", f"{file}, row 4")
    assert [fault["field"] for fault in answer.json[1]["faults"]] == ["row 4, column unit_price (H4)"]
    assert f"{file}, row 4: " in plain.err
    assert "row 4, column unit_price (H4): is not a number; write it like" in plain.err
    assert fjell("invoice", "send", "1", *FJELL).code == 0
    assert [one["number"] for one in fjell("invoice", "list", *FJELL, "--json").json] == ["1"]


@pytest.mark.parametrize(("name", "content"), [("month.csv", TABLE), ("month.json", "[]")])
def test_a_file_without_invoices_is_told(fjell: Kvitt, name: str, content: str) -> None:
    file = fjell.file(name, content)

    answer = fjell("invoice", "add", file, *FJELL)

    assert (answer.code, answer.out, answer.err) == (0, "", f"There are no invoices in {file}.\n")


def test_xlsx_and_standard_input_too(fjell: Kvitt) -> None:
    content = workbook(["Fakturanummer", "Antall"], ["7", 2], ["8", "x"])

    answer = fjell("invoice", "add", fjell.file("book.xlsx", content), "-", *FJELL, "--json", stdin=ROWS.encode())

    assert [one.get("result") for one in answer.json] == ["added", None, "added"]
    assert answer.json[1]["faults"][0]["field"] == "row 3, column Antall (B3)"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"name;price\nx;1\n", "bad_table"),
        ("a.csv", TABLE.replace("product", "farge").encode() + b"1;;;;;;;;\n", "bad_table"),
        ("a.xlsx", b"PK\x03\x04", "bad_table"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "bad_table"),
        ("a.xml", b"<Invoice/>", "not_an_invoice"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "bad_xml"),
        ("a.json", b"<Invoice", "bad_xml"),
        ("a.txt", b"numbers, please", "bad_json"),
        ("a.xml", UBL.replace(b"1250.00", b"1251.00"), "totals_differ"),
    ],
)
def test_nothing_is_stored_of_a_file_whose_shape_is_unknown(fjell: Kvitt, name: str, content: bytes, code: str) -> None:
    file = fjell.file(name, content)

    answer = fjell("invoice", "add", file, *FJELL, "--json")

    assert (answer.code, answer.json["code"], answer.json["place"]) == (1, code, str(file))
    assert fjell("invoice", "list", *FJELL, "--json").json == []


def test_json_is_still_json_whatever_its_name(fjell: Kvitt) -> None:
    file = fjell.file("given.csv", json.dumps(an_invoice()))
    assert fjell("invoice", "add", file, *FJELL).out == "1001-1: added\n"


def test_no_more_than_so_much_is_read_of_a_large_file(fjell: Kvitt, tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    with file.open("wb") as stream:
        stream.write(b"<a>")
        stream.truncate(3_000_000_000)

    answer = fjell("invoice", "add", file, *FJELL, "--json")

    assert answer.json["code"] == "bad_xml"
    assert "larger than the 20 MB" in answer.json["detail"]


def test_a_template_is_written_and_taken(fjell: Kvitt, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"

    written = fjell("invoice", "template", "--format", "csv", "--output", file)
    again = fjell("invoice", "template", "--format", "csv", "--output", file)
    book = fjell("invoice", "template", "--format", "xlsx", "--output", tmp_path / "new.xlsx")

    assert (written.code, book.code) == (0, 0)
    assert file.read_text(encoding="utf-8-sig").startswith("number;order_number;type;")
    assert zipfile.is_zipfile(tmp_path / "new.xlsx")
    assert again.code == 1
    assert "is there already" in again.err
    assert fjell("invoice", "add", file, tmp_path / "new.xlsx", *FJELL, "--json").json == []
    assert fjell("invoice", "template", "--format", "csv").out.lstrip("\ufeff").startswith("number;")
    assert fjell("invoice", "template").code == 2
