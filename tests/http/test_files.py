"""PUT of one invoice as UBL, CSV or XLSX."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from core.invoice import Invoice
from entrypoints.files import MEDIA_TYPES
from tests.adapters.spreadsheet.workbooks import workbook
from tests.adapters.ubl.files import Line, Ubl
from tests.http.documents import Api, path_of, problem_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UBL = Ubl([Line("1000.00")], "1000.00", "250.00", "1250.00", number="F-1").bytes()
CSV = b"Fakturanummer;Vare;Antall;Pris;Mva %\nF-1;Tractor;1;1 000,00;25\nF-1;\xf8l;1;1;25\n"
BOOK = workbook(["number", "quantity"], ["F-1", 1])


def put(api: Api, content: bytes, media_type: str, number: str = "F-1") -> Any:
    return api.put(path_of(number), content=content, headers={"Content-Type": media_type})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (UBL, "application/xml"),
        (UBL, "text/xml; charset=utf-8"),
        (CSV, "text/csv"),
        (CSV, "text/csv; charset=windows-1252"),
        (CSV, "Text/CSV; header=present"),
        (BOOK, XLSX),
    ],
)
def test_an_invoice_is_taken_in_each_form(fjell: Api, content: bytes, media_type: str) -> None:
    added = put(fjell, content, media_type)
    again = put(fjell, content, media_type)

    assert (added.status_code, again.status_code) == (201, 200), added.text
    document = added.json()
    warnings = document.pop("warnings")
    assert TypeAdapter(list[str]).validate_python(warnings) == warnings
    kept = fjell.get(path_of("F-1")).json()
    assert document == {field: kept[field] for field in document}
    assert (document["number"], document["type"]) == ("F-1", "data_for_accounting")


def test_what_was_left_out_of_a_ubl_invoice_is_named(fjell: Api) -> None:
    assert [one.split(" ")[0] for one in put(fjell, UBL, "application/xml").json()["warnings"]] == [
        "AccountingSupplierParty",
        "AccountingCustomerParty/Party/PartyName",
    ]


def test_json_is_answered_as_before(fjell: Api) -> None:
    answer = fjell.put(path_of("1"), json={"number": "1"})
    assert set(answer.json()) == set(Invoice.model_fields)


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (UBL.replace(b"F-1", b"F-2"), "application/xml", "number_differs"),
        (CSV.replace(b"F-1", b"F-2"), "text/csv", "number_differs"),
        (CSV.replace(b"F-1", b"F-2", 1), "text/csv", "not_one_invoice"),
        (b"number\n", "text/csv", "not_one_invoice"),
        (b"name\n", "text/csv", "bad_table"),
        (CSV, "text/csv; charset=utf-8", "not_utf8"),
        (BOOK[:100], XLSX, "bad_table"),
        (b"<a>", "application/xml", "bad_xml"),
        (b"<a/>", "application/xml", "not_an_invoice"),
        (b'{"number": "F-1"}', "application/xml", "bad_xml"),
        (UBL.replace(b"1250.00", b"1251.00"), "text/xml", "totals_differ"),
        (b"number;quantity\nF-1;1.234\n", "text/csv", "not_an_invoice"),
    ],
    ids=lambda part: part if isinstance(part, str) else "body",  # a workbook's bytes tell the time
)
def test_what_cant_be_taken_is_refused(shared_fjell: Api, content: bytes, media_type: str, code: str) -> None:
    problem_of(put(shared_fjell, content, media_type), 400, code)


def test_several_invoices_are_not_referred_to_the_path_that_refused_them(shared_fjell: Api) -> None:
    problem = problem_of(put(shared_fjell, CSV.replace(b"F-1", b"F-2", 1), "text/csv"), 400, "not_one_invoice")

    assert "{number}" not in problem["hint"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (UBL, "application/pdf"),
        (UBL, "application/ubl+xml"),
        (UBL, "application/xml; charset=iso-8859-1"),
        (CSV, "text/csv; charset=shift_jis"),
        (CSV, "text/plain"),
        (BOOK, "application/vnd.ms-excel"),
        (BOOK, "application/octet-stream"),
    ],
)
def test_other_types_are_refused(shared_fjell: Api, content: bytes, media_type: str) -> None:
    problem_of(put(shared_fjell, content, media_type), 415, "unsupported_media_type")


def test_other_paths_take_json_alone(shared_fjell: Api) -> None:
    headers = {"Content-Type": "application/xml"}
    problem_of(shared_fjell.put("/v1/businesses/x", content=UBL, headers=headers), 415, "unsupported_media_type")


def test_the_forms_are_described(shared_fjell: Api) -> None:
    document = shared_fjell.get("/schema/openapi.json").json()
    content = document["paths"]["/v1/businesses/{business}/invoices/{number}"]["put"]["requestBody"]["content"]
    assert set(content) == {"application/json", *MEDIA_TYPES}
