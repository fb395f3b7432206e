"""CSV and XLSX: their invoices, what is wrong with them by its cell, and what is no table of ours."""

import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.spreadsheet.columns import COLUMNS, column_of
from adapters.spreadsheet.csv_file import invoices_from_csv
from adapters.spreadsheet.template import csv_template, xlsx_template
from adapters.spreadsheet.xlsx_file import invoices_from_xlsx
from core.errors import InvalidInput
from core.invoice import Invoice
from core.stated_invoice import StatedInvoice
from entrypoints.parsing import stated_invoice_from
from tests.adapters.spreadsheet.workbooks import workbook

NORWEGIAN = """\
Fakturanummer;Fakturadato;Forfall;Firmanavn;Org.nr;Postnr;Vare;Fra dato;Til dato;Antall;Pris;Rabatt %;Mva %
2002-1;01.10.2026;15.10.2026;Moe Anlegg AS;923 609 016;0155;Minigraver på øya;01.09.2026;05.09.2026;1;1 490,00;10;25 %
2002-1;;;;;;Transport;;;2;980;;25

2002-2;01.10.2026;15.10.2026;Moe Anlegg AS;923609016;0155;Tractor;;;-1;1.200,50;;25
"""
ENGLISH = """number,issue_date,customer.name,customer_email,product,quantity,unit_price,vat_percent
7,2026-10-01,Signe Haugland,signe@post.example,"Tractor, red",1.5,"1,234.50",25
"""


def xlsx(content: bytes) -> list[StatedInvoice]:
    return invoices_from_xlsx(content, largest_unpacked=8_000_000)


def as_csv(*rows: str) -> list[StatedInvoice]:
    return invoices_from_csv("\n".join(rows).encode())


def faults_of(stated: StatedInvoice) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        stated_invoice_from(stated)
    assert caught.value.code == "not_an_invoice"
    return {fault.field: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_norwegian_csv_is_read_however_it_was_saved(encoding: str, separator: str) -> None:
    content = NORWEGIAN.replace(";", separator).replace("\n", "\r\n").encode(encoding)

    first, second = map(stated_invoice_from, invoices_from_csv(content))

    assert first.model_dump(mode="json", exclude_none=True) == {
        "number": "2002-1",
        "type": "data_for_accounting",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-15",
        "currency": "NOK",
        "prices_include_vat": False,
        "customer": {
            "organization_name": "Moe Anlegg AS",
            "organization_number": "923 609 016",
            "address": {"postal_code": "0155"},
        },
        "rows": [
            {
                "product": "Minigraver på øya",
                "period": {"start": "2026-09-01", "end": "2026-09-05"},
                "quantity": "1",
                "unit_price": "1490.00",
                "discount_percent": "10",
                "vat_percent": "25",
            },
            {"product": "Transport", "quantity": "2", "unit_price": "980", "vat_percent": "25"},
        ],
    }
    assert (second.number, str(second.rows[0].quantity), str(second.rows[0].unit_price)) == ("2002-2", "-1", "1200.50")


def test_english_csv_is_read_too() -> None:
    [invoice] = map(stated_invoice_from, invoices_from_csv(ENGLISH.encode()))

    [row] = invoice.rows
    assert (invoice.number, invoice.customer.name, row.product) == ("7", "Signe Haugland", "Tractor, red")
    assert (str(row.quantity), str(row.unit_price)) == ("1.5", "1234.50")


def test_excels_own_first_line_is_understood_and_rows_are_counted_as_excel_does() -> None:
    stated = as_csv("sep=;", "number;quantity;comment", '1;1;"two\nlines"', "2;x;")

    assert faults_of(stated[1]) == {
        "row 4, column quantity (B4)": 'is not a number; write it like "1234,50" or "1234.50"'
    }


def test_faults_are_named_by_their_cell_and_the_other_invoices_are_good() -> None:
    stated = as_csv(
        "number;issue_date;customer_name;quantity;unit_price;prices_include_vat;type",
        "1;2026-10-01;Signe;1;100;nei;",
        "2;03/04/2026;Signe;1.234;abc;kanskje;",
        "1;;Other;2;100;;",
        "3;;;;;;invoice;beyond",
        "4;;Si\u200bgne;1;1" + "0" * 20 + ";;",
    )

    one, two, three, four = stated
    assert [one.number, two.number, three.number, four.number] == ["1", "2", "3", "4"]
    assert faults_of(one) == {"row 4, column customer_name (C4)": "differs from row 2 of the same invoice"}
    assert list(faults_of(two)) == [
        "row 3, column issue_date (B3)",
        "row 3, column quantity (D3)",
        "row 3, column unit_price (E3)",
        "row 3, column prices_include_vat (F3)",
    ]
    assert list(faults_of(three)) == ["row 5, column (H5)", "row 5, column type (G5)"]
    assert list(faults_of(four)) == ["row 6, column unit_price (E6)", "row 6, column customer_name (C6)"]
    assert all("Signe" not in message and "abc" not in message for message in faults_of(two).values())


def test_a_row_that_names_no_invoice_leaves_those_above_and_below_it_open() -> None:
    """Merged cells hold the number on their first row alone: the invoice would be stored without its other rows."""
    stated = as_csv("number;quantity", "1;2", "2;3", ";4", "3;5", "4;6")
    one, two, three, four = stated

    place, said = "row 4, column number (A4)", "is missing; each row needs its invoice"
    assert [stated_invoice_from(whole).number for whole in (one, four)] == ["1", "4"]
    assert list(faults_of(two)) == list(faults_of(three)) == [place]
    assert faults_of(two)[place].startswith(said)


def test_a_number_that_cant_be_read_leaves_the_invoices_beside_it_open() -> None:
    one, two = xlsx(workbook(["number", "quantity"], ["1", 2], ["2", 3], [date(2026, 1, 2), 4]))

    assert stated_invoice_from(one).number == "1"
    assert faults_of(two)["row 4, column number (A4)"].startswith("is a date")


def test_rows_that_all_name_no_invoice_are_refused_together() -> None:
    [bad] = as_csv("number;quantity", ";2", ";3")

    assert bad.number is None
    assert list(faults_of(bad)) == ["row 2, column number (A2)", "row 3, column number (A3)"]


def test_rows_of_one_invoice_need_not_follow_each_other() -> None:
    first, second = map(stated_invoice_from, as_csv("number;quantity;comment", "1;1;", "2;5;", "1;2;late"))
    assert [str(row.quantity) for row in first.rows] == ["1", "2"]
    assert first.comment == "late"
    assert len(second.rows) == 1


def test_a_decimal_comma_among_commas_moves_no_cells() -> None:
    """The price would be 1200, the comment 50, and the empty comment beyond the headings nobody's."""
    [one] = as_csv("number,quantity,unit_price,comment", "1,1,1200,50,")

    assert list(faults_of(one)) == ["row 2, column (E2)"]


def test_what_keeps_a_text_from_excel_is_no_part_of_it() -> None:
    one, two = map(stated_invoice_from, as_csv("number;product", '="0012";="0155"', '"=""0013""";=1+1'))

    assert [(invoice.number, invoice.rows[0].product) for invoice in (one, two)] == [("0012", "0155"), ("0013", "=1+1")]


def test_what_a_workbook_writes_for_a_control_character_is_that_character() -> None:
    [one] = xlsx(workbook(["number", "product"], ["1", "Tractor_x000D_\nred_x0007_ _x1234_"]))

    assert stated_invoice_from(one).rows[0].product == "Tractor\r\nred _x1234_"


def test_a_number_with_too_many_decimals_is_refused_for_that() -> None:
    [one] = xlsx(workbook(["number", "unit_price", "quantity"], ["1", 1000 / 3, 1e20]))

    assert faults_of(one) == {
        "row 2, column unit_price (B2)": "has more than 10 decimals; round it",
        "row 2, column quantity (C2)": "has more than 15 digits",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", 'no column "number"'),
        (b"\n\n\n", 'no column "number"'),
        (b"name;price\nx;1", 'no column "number"'),
        ("number;farge\n1;rød".encode(), '"farge" (B1)'),
        (b"number;quantity;Antall\n1;2;3", "quantity is given twice (B1, C1)"),
        (b'number;comment\n1;"no end', "row 2 can't be read"),
        (b"number\n" + b";" * 300, "more than 200 columns"),
        (b"number\n" + b"1\n" * 100_001, "100,000 rows"),
        (b"number" + b" " * 10_000_000, "10 MB"),
        (b"number;comment\n1;" + b"x" * 200_000, "can't be read"),
    ],
    ids=range(10),
)
def test_what_is_no_table_of_ours_is_refused_whole(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        invoices_from_csv(content)
    assert caught.value.code == "bad_table"
    assert said in caught.value.message


@pytest.mark.parametrize("content", [b"number;comment\n1;\xc3\xb8 \xff", b"number;comment\n1;\x81", b"\xff\xfen\x00"])
def test_an_encoding_that_cant_be_told_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        invoices_from_csv(content + b"\xff")
    assert caught.value.code == "not_utf8"


def test_xlsx_is_read_with_its_own_dates_numbers_and_percentages() -> None:
    def formats(sheet: Any) -> None:
        sheet["F2"].number_format = "0%"
        sheet["B2"].number_format = "dd.mm.yyyy"

    content = workbook(
        ["Fakturanummer", "Fakturadato", "Forfall", "Antall", "Pris", "Mva %", "Org.nr", "Kommentar"],
        [2002, datetime(2026, 10, 1), date(2026, 10, 15), 1.5, 0.1 + 0.2, 0.25, 923609016, "Høst"],  # noqa: DTZ001
        [2002, None, None, 2, "1 234,50", 25, None, None],
        change=formats,
    )

    [invoice] = map(stated_invoice_from, xlsx(content))

    assert (invoice.number, str(invoice.issue_date), str(invoice.due_date)) == ("2002", "2026-10-01", "2026-10-15")
    assert [(str(row.quantity), str(row.unit_price)) for row in invoice.rows] == [("1.5", "0.3"), ("2", "1234.50")]
    assert [row.vat_percent for row in invoice.rows] == [25, 25]
    assert (invoice.customer.organization_number, invoice.comment) == ("923609016", "Høst")


@pytest.mark.parametrize("form", ['0.0"%"', "0.0\\%", '0.0 "% of it"', "0.0_%", "[$%-409]0.0"])
def test_a_percent_sign_that_is_only_shown_makes_no_percentage(form: str) -> None:
    def formatted(sheet: Any) -> None:
        sheet["B2"].number_format = form

    [one] = xlsx(workbook(["number", "discount_percent"], ["1", 0.5], change=formatted))

    assert str(stated_invoice_from(one).rows[0].discount_percent) == "0.5"


def test_faults_of_xlsx_are_named_by_their_cell() -> None:
    def formats(sheet: Any) -> None:
        sheet["D2"].number_format = "0%"
        sheet["E2"] = "#REF!"
        sheet["E2"].data_type = "e"

    content = workbook(
        ["number", "issue_date", "comment", "quantity", "unit_price", "product", "credits"],
        [1, 46387, date(2026, 1, 1), 0.5, 1, "=1+1", 12345678901234567890],
        [1, datetime(2026, 1, 1, 12), None, date(2026, 1, 1), None, None, None],  # noqa: DTZ001
        change=formats,
    )

    assert faults_of(xlsx(content)[0]) == {
        "row 2, column issue_date (B2)": "is a number; format the cell as a date, or write it like 2026-12-31",
        "row 2, column comment (C2)": "is a date; format the cell as text",
        "row 2, column quantity (D2)": "is formatted as a percentage; write a number",
        "row 2, column unit_price (E2)": "holds a formula error",
        "row 2, column product (F2)": "holds a formula whose result was not saved; open the file in Excel and save it",
        "row 2, column credits (G2)": "has more than the 15 digits that a spreadsheet keeps; format the cell as text",
        "row 3, column issue_date (B3)": "holds a time of day; write a date",
        "row 3, column quantity (D3)": "is a date; write a number",
    }


def test_a_postal_code_that_has_lost_its_zero_is_refused_rather_than_written() -> None:
    content = workbook(
        ["number", "postal_code", "country", "delivery_postal_code"],
        ["1", 155, None, "0155"],
        ["2", "155", "NO", "155"],
        ["3", 101, "IS", None],
        ["4", 5003, "NO", None],
    )

    one, two, three, four = xlsx(content)

    assert list(faults_of(one)) == ["row 2, column postal_code (B2)"]
    assert list(faults_of(two)) == ["row 3, column postal_code (B3)", "row 3, column delivery_postal_code (D3)"]
    assert stated_invoice_from(three).number == "3"
    assert stated_invoice_from(four).number == "4"


def test_zeros_that_a_cells_format_shows_are_there() -> None:
    """Else 00123 of a workbook and of JSON would be two invoices."""

    def formatted(sheet: Any) -> None:
        sheet["A2"].number_format, sheet["B2"].number_format, sheet["C2"].number_format = "00000", "0000", "0000"

    [one] = xlsx(workbook(["number", "postal_code", "quantity"], [123, 155, 2], change=formatted))

    invoice = stated_invoice_from(one)
    address = invoice.customer.address
    assert (invoice.number, address and address.postal_code) == ("00123", "0155")
    assert str(invoice.rows[0].quantity) == "2"


def test_the_sheet_with_invoices_is_found_among_others() -> None:
    def more(sheet: Any) -> None:
        sheet.parent.create_sheet("Notes", 0).append(["What to remember"])

    content = workbook(["number", "quantity"], [1, 2], change=more)
    assert [one.number for one in xlsx(content)] == ["1"]

    def another(sheet: Any) -> None:
        sheet.parent.create_sheet("February").append(["number"])

    with pytest.raises(InvalidInput, match="several sheets"):
        xlsx(workbook(["number"], [1], change=another))
    with pytest.raises(InvalidInput, match='no column "number"'):
        xlsx(workbook(["name"], ["x"]))


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_nothing_is_read_of_a_sheet_that_nobody_sees(state: str) -> None:
    """Whoever gives the file sees another one."""

    def hidden(sheet: Any) -> None:
        sheet.parent.create_sheet("Invoices", 0).append(["January's invoices"])
        sheet.sheet_state = state

    with pytest.raises(InvalidInput, match="is hidden"):
        xlsx(workbook(["number", "quantity"], [1, 2], change=hidden))


def test_a_template_that_is_filled_in_is_read() -> None:
    assert invoices_from_csv(csv_template()) == xlsx(xlsx_template()) == []
    line = ";".join("5" if column.name == "number" else "" for column in COLUMNS)
    assert [one.number for one in invoices_from_csv(csv_template() + line.encode())] == ["5"]


def test_every_field_of_an_invoice_has_a_column_and_every_column_a_field() -> None:
    schema = Invoice.model_json_schema()

    def paths(name: str, form: dict[str, Any]) -> set[str]:
        options = [form, *form.get("anyOf", [])]
        references = [one["$ref"].rpartition("/")[2] for one in options if "$ref" in one]
        inner = [schema["$defs"][one].get("properties") for one in references]
        if not inner or not inner[0]:
            return {name}
        return {path for part, shape in inner[0].items() for path in paths(f"{name}.{part}", shape)}

    head = {path for name, form in schema["properties"].items() if name != "rows" for path in paths(name, form)}
    row = {path for name, form in schema["$defs"]["InvoiceRow"]["properties"].items() for path in paths(name, form)}
    assert {".".join(column.path) for column in COLUMNS if not column.of_row} == head
    assert {".".join(column.path) for column in COLUMNS if column.of_row} == row


def test_the_docs_list_every_column_and_its_headings() -> None:
    page = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        field = f"{'rows[].' if column.of_row else ''}{'.'.join(column.path)}"
        assert f"| `{column.name}` | {', '.join(column.norwegian)} | `{field}` |" in page
        assert all(column_of(heading) is column for heading in (column.name, *column.norwegian))


def test_a_heading_is_known_in_every_form_of_unicode() -> None:
    heading = unicodedata.normalize("NFD", "Vår ref")

    assert len(heading) > len("Vår ref")
    assert column_of(heading) is column_of("our_reference")


def test_no_heading_means_two_columns() -> None:
    headings = [heading for column in COLUMNS for heading in {column.name, *column.norwegian}]
    assert len({column_of(heading) for heading in headings}) == len(COLUMNS)
    assert column_of("customer.address.city") is column_of("Poststed")
    assert column_of("mva") is column_of("Rabatt") is None  # a percent or an amount
