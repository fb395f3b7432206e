"""Writing an invoice and changing one: read as the API reads it, added up by the core, and nothing typed is lost."""

from collections.abc import Iterator

import pytest

from core.invoice import Invoice
from entrypoints.console.typed_document import document_of, fields_of, paths_of
from entrypoints.container import Container
from entrypoints.language.at_hand import Language, speaking
from tests.console.people import sign_in_to
from tests.console.reader import Reader, Shown
from tests.http.clients import client_of
from tests.http.documents import Api, add_invoice, invoice_document, path_of

INVOICES = "/businesses/fjell/invoices"
NEW = f"{INVOICES}/new"
TRACTOR = {
    "customer.name": "Signe Haugland",
    "customer.email": "signe@post.example",
    "rows[0].product": "Tractor",
    "rows[0].period.start": "2021-01-10",
    "rows[0].period.end": "2021-01-12",
    "rows[0].unit_price": "1200",
}


@pytest.fixture(scope="module")
def reader(shared_container: Container, shared_fjell: Api) -> Iterator[Reader]:
    with client_of(shared_container, key="") as client:
        sign_in_to(client, shared_container, "ola", {})
        yield Reader(client)


@pytest.fixture
def api(shared_fjell: Api) -> Api:
    return shared_fjell


@pytest.fixture
def fjell(shared_fjell: Api) -> Api:
    return shared_fjell


def _value(page: Shown, name: str) -> str:
    (field,) = page.tree.xpath(f"//*[@name='{name}']")
    return str(field.value or "")


def test_an_invoice_is_written_and_stored(reader: Reader, fjell: Api) -> None:
    page = reader.press(reader.read(NEW), "Save", number="W-1", comment="Takk!\r\nHilsen", **TRACTOR)

    assert page.address == f"{INVOICES}/W-1"
    assert page.told == "Invoice W-1 is stored."
    stored = fjell.get(path_of("W-1")).json()
    assert stored["type"] == "data_for_accounting"
    assert stored["rows"][0]["period"] == {"start": "2021-01-10", "end": "2021-01-12"}
    assert (stored["rows"][0]["quantity"], stored["rows"][0]["vat_percent"]) == ("1", "25")
    assert stored["comment"] == "Takk!\nHilsen"


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(reader: Reader) -> None:
    typed = {**TRACTOR, "rows[0].unit_price": "twelve", "rows[0].period.end": "", "issue_date": "2021-02-30"}
    page = reader.press(reader.read(NEW), "Save", number="F-1", **typed)

    assert page.status == 422
    assert "not a decimal string" in page.text("//*[@id='fault-rows[0].unit_price']")
    assert page.text("//*[@id='fault-rows[0].period.end']") == "is missing"
    assert page.text("//*[@id='fault-issue_date']")
    assert page.text("//*[@aria-invalid='true']/@aria-describedby")
    assert page.links["Row 1, Unit price"] == "#field-rows[0].unit_price"
    for name, value in typed.items():
        assert _value(page, name) == value


def test_rows_are_added_and_removed_and_added_up_without_scripts(reader: Reader) -> None:
    page = reader.press(reader.read(NEW), "Add a row", number="R-1", **TRACTOR)
    assert _value(page, "number") == "R-1"
    second = {"rows[1].product": "Skis", "rows[1].quantity": "2", "rows[1].unit_price": "100.50"}

    page = reader.press(page, "Calculate", **second)
    assert page.texts("//output") == ["1,200.00", "201.00"]
    assert page.text("//*[@id='gross']") == "1,751.25 NOK"

    page = reader.press(page, "Remove row 1")
    assert _value(page, "rows[0].product") == "Skis"
    assert page.text("//*[@id='gross']") == "251.25 NOK"
    assert reader.press(page, "Save").rows == [["Skis", "2", "100.50", "–", "25", "NOK201.00"]]


def test_totals_are_the_cores_while_one_types(reader: Reader) -> None:
    csrf = reader.read(NEW).text("//input[@name='csrf']/@value")
    typed = {"csrf": csrf, "rows[0].unit_price": "100", "rows[0].quantity": "3", "rows[0].vat_percent": "15"}

    page = Shown(reader.client.post(f"{NEW}/totals", data={**typed, "issue_date": "no date"}))
    assert page.text("//*[@id='gross']") == "345.00"
    assert page.texts("//output") == ["300.00"]
    nothing = Shown(reader.client.post(f"{NEW}/totals", data={**typed, "rows[0].quantity": "many"}))
    assert "once every amount can be read" in nothing.text("//body")


def test_in_norwegian_an_amount_is_typed_as_norwegians_write(reader: Reader, fjell: Api) -> None:
    page = reader.read(f"{NEW}?lang=nb")
    page = reader.press(page, "Lagre", number="N-1", **{**TRACTOR, "rows[0].unit_price": "1 200,50"})

    assert fjell.get(path_of("N-1")).json()["rows"][0]["unit_price"] == "1200.50"
    assert _value(reader.read(f"{INVOICES}/N-1/edit"), "rows[0].unit_price") == "1200,50"
    assert _value(reader.read(f"{INVOICES}/N-1/edit?lang=en"), "rows[0].unit_price") == "1200.50"
    refused = reader.press(reader.read(NEW), "Save", number="N-2", **{**TRACTOR, "rows[0].unit_price": "1,200"})
    assert refused.status == 422


def test_a_number_that_is_taken_is_refused(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "T-1")

    page = reader.press(reader.read(NEW), "Save", number="T-1", **TRACTOR)

    assert page.status == 422
    assert page.text("//*[@id='fault-number']") == "is taken by another invoice"
    assert fjell.get(path_of("T-1")).json()["customer"]["email"] == "signe.haugland@post.example"


def test_saving_what_was_not_changed_changes_nothing(reader: Reader, fjell: Api) -> None:
    row = invoice_document()["rows"][0]
    odd = {
        "rows": [{**row, "product": " Tractor\nwith a trailer "}, {"product": "Only a text"}],
        "comment": "\n<b>Takk</b>\n\nHilsen",
        "delivery": {"date": "2021-01-12", "address": {"street": "Vei 1"}},
        "paid_amount": "10.0",
        "paid_date": "2021-01-01",
        "prices_include_vat": True,
    }
    add_invoice(fjell, "S-1", **odd)
    before = fjell.get(path_of("S-1")).json()

    page = reader.press(reader.read(f"{INVOICES}/S-1/edit"), "Save")

    assert page.status == 200, page.problem
    assert fjell.get(path_of("S-1")).json() == before
    assert len(fjell.get(f"{path_of('S-1')}/history").json()["items"]) == 1


def test_whoever_comes_second_is_told_before_taking_the_place_of_the_first(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "C-1")
    mine = reader.read(f"{INVOICES}/C-1/edit")
    add_invoice(fjell, "C-1", comment="theirs")

    told = reader.press(mine, "Save", comment="mine")

    assert told.status == 409
    assert "changed meanwhile" in told.problem
    assert fjell.get(path_of("C-1")).json()["comment"] == "theirs"
    reader.press(told, "Save")
    assert fjell.get(path_of("C-1")).json()["comment"] == "mine"


def test_an_invoice_that_was_sent_is_not_changed(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "L-1")
    form = reader.read(f"{INVOICES}/L-1/edit")
    fjell.post(f"{path_of('L-1')}/send")

    for refused in (reader.read(f"{INVOICES}/L-1/edit"), reader.press(form, "Save", comment="late")):
        assert refused.status == 409
        assert "was sent as order" in refused.problem
        assert "Withdraw it first" in refused.problem


def test_what_is_missing_is_told_at_the_fields_of_an_invoice_that_is_corrected(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "M-1", due_date="2021-01-01", customer={"name": "Kari"})
    preview = reader.read(f"{INVOICES}/M-1/preview")

    page = reader.follow(preview, "Correct the invoice")

    assert "before the issue date" in page.text("//*[@id='fault-due_date']")
    assert "neither an e-mail" in page.text("//*[@id='fault-customer']")


def test_the_form_has_every_field_of_an_invoice(reader: Reader) -> None:
    names = {name.replace("rows[0]", "rows[]") for name in reader.read(NEW).tree.xpath("//form//@name")}

    assert paths_of(Invoice) <= names


def test_a_document_is_typed_and_read_back_as_it_was() -> None:
    document = {**invoice_document(), "prices_include_vat": True, "delivery": {"address": {"city": "Bø"}}}

    for language in Language:
        with speaking(language):
            assert document_of(fields_of(document).items(), Invoice) == document


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ({"rows[7].product": "a", "rows[3].product": "b"}, {"rows": [{"product": "b"}, {"product": "a"}]}),
        ({"rows[0].product": " ", "rows[1].product": "b"}, {"rows": [{"product": "b"}]}),
        ({"customer": "x", "customer.name": "y"}, {"customer": "x"}),
        ({"rows": "x", "rows[0].product": "y"}, {"rows": "x"}),
        ({"rows[0]": "x", "rows.a": "y"}, {"rows": {"0": "x", "a": "y"}}),
        ({"a[b": "1", "__class__": "2"}, {"a[b": "1", "__class__": "2"}),
        ({"prices_include_vat": "perhaps"}, {"prices_include_vat": "perhaps"}),
    ],
)
def test_no_name_of_a_field_is_more_than_a_name(typed: dict[str, str], document: object) -> None:
    assert document_of(typed.items(), Invoice) == document
