"""The list of a business's invoices."""

import pytest

from core.rights import Role
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice

INVOICES = "/businesses/fjell/invoices"


def test_an_invoice_is_listed_with_all_that_tells_it_apart(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "2001-1")

    page = reader.read(INVOICES)

    assert page.heading == "Invoices"
    assert page.rows == [["", "2001-1", "Signe Haugland", "15 Jan 2021", "29 Jan 2021", "NOK1,500.00", "Not sent", "–"]]
    assert page.links["2001-1"] == f"{INVOICES}/2001-1"


def test_in_norwegian_it_is_written_as_norwegians_write(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "2001-1")

    page = reader.read(f"{INVOICES}?lang=nb")

    assert page.address == INVOICES
    assert page.heading == "Fakturaer"
    assert page.rows[0][3:] == ["15.01.2021", "29.01.2021", "1 500,00 kr", "Ikke sendt", "–"]


def test_it_can_be_searched_and_filtered(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "2001-1")
    add_invoice(fjell, "2002-1", customer={"name": "Berit Vik"}, issue_date="2021-02-15")
    page = reader.read(INVOICES)

    assert [row[1] for row in reader.press(page, "Find", q="vik").rows] == ["2002-1"]
    assert [row[1] for row in reader.press(page, "Find", to="2021-01-31").rows] == ["2001-1"]
    assert [row[1] for row in reader.press(page, "Find", state="unsent", paid="false").rows] == ["2002-1", "2001-1"]
    add_invoice(
        fjell, "2003-1", rows=[{"product": "Crane", "quantity": "1", "unit_price": "2000", "vat_percent": "25"}]
    )
    assert [row[1] for row in reader.press(page, "Find", min_total="1 500,50").rows] == ["2003-1"]
    assert reader.press(page, "Find", max_total="1499").rows == []
    none = reader.press(page, "Find", state="transferred")
    assert none.text("//section/h2") == "No invoice fits"
    assert none.links["Show all"] == INVOICES


def test_a_filter_that_can_not_be_used_is_told_at_its_field(reader: Reader) -> None:
    page = reader.press(reader.read(INVOICES), "Find", from_="2021-02-30", q="vik")

    assert page.status == 422
    assert "Not a date" in page.text("//*[@id='fault-from']")
    assert page.tree.get_element_by_id("field-q").get("value") == "vik"


def test_an_empty_list_says_what_to_do_next(reader: Reader) -> None:
    page = reader.read(INVOICES)

    assert page.text("//section/h2") == "There is no invoice yet"
    assert page.links["New invoice"] == f"{INVOICES}/new"


def test_a_long_list_goes_on(reader: Reader, fjell: Api) -> None:
    for number in "123":
        add_invoice(fjell, number)

    first = reader.read(f"{INVOICES}?limit=2")
    second = reader.follow(first, "Next")

    assert [row[1] for row in first.rows] == ["3", "2"]
    assert [row[1] for row in second.rows] == ["1"]
    assert "Next" not in second.links
    assert second.links["To the beginning"] == f"{INVOICES}?limit=2"


def test_what_is_selected_is_sent_once_it_is_certain(reader: Reader, fjell: Api) -> None:
    for number in "123":
        add_invoice(fjell, number)
    page = reader.read(INVOICES)

    asked = reader.press(page, "Send selected", number=["1", "3"])
    assert asked.heading == "Send 2 invoices?"
    assert asked.texts("//main//li") == ["1", "3"]
    assert fjell.get("/v1/businesses/fjell/transfers").json()["items"] == []

    sent = reader.press(asked, "Send")
    assert sent.address.startswith("/businesses/fjell/batches/")
    assert [item["invoice"] for item in fjell.get("/v1/businesses/fjell/transfers").json()["items"]] == ["1", "3"]
    done = [row[-2] for row in reader.read(INVOICES).rows]
    assert done == ["Sent", "Not sent", "Sent"]


def test_nothing_is_sent_where_nothing_is_selected(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")

    page = reader.press(reader.read(INVOICES), "Send selected")

    assert page.told == "Nothing was selected, so nothing was sent."
    assert reader.read(INVOICES).told == ""


def test_whoever_may_only_look_is_offered_nothing_else_and_can_do_nothing_else(
    fjell: Api, signed_in_as: SignedInAs
) -> None:
    add_invoice(fjell, "1")
    kari = signed_in_as("kari", fjell=Role.READ)

    page = kari.read(INVOICES)
    assert page.rows[0][0] == "1"
    assert page.texts("//main//button") == ["Find"]
    csrf = page.text("//input[@name='csrf']/@value")
    refused = kari.client.post("/businesses/fjell/batches", data={"csrf": csrf, "number": "1", "confirmed": "yes"})
    assert refused.status_code == 403
    assert fjell.get("/v1/businesses/fjell/transfers").json()["items"] == []


@pytest.mark.parametrize("business", ["vidde", "nothing"])
def test_another_business_is_not_there(fjell: Api, signed_in_as: SignedInAs, business: str) -> None:
    assert fjell.put("/v1/businesses/vidde", json=fjell.get("/v1/businesses/fjell").json()).status_code in (201, 400)
    kari = signed_in_as("kari", fjell=Role.READ)

    page = kari.read(f"/businesses/{business}/invoices")

    assert page.status == 404
    assert f'There is no business "{business}".' in page.problem


def test_what_a_source_states_is_text_and_nothing_else(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "<b>1</b>\"'", customer={"name": "<script>alert(1)</script>"})

    page = reader.read(INVOICES)

    assert page.rows[0][1:3] == ["<b>1</b>\"'", "<script>alert(1)</script>"]
    assert len(page.tree.xpath("//script")) == page.response.text.count("<script src=")
