"""The overview: what needs a person, and the figures."""

from core.rights import Role
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice, business_document


def test_a_newcomer_is_led_to_a_business_and_from_there_to_the_first_invoice(
    signed_in_as: SignedInAs, api: Api
) -> None:
    ola = signed_in_as()
    assert ola.read("/").links["Connect a business"] == "/businesses/new"

    api.put("/v1/businesses/fjell", json=business_document())

    page = ola.read("/")
    assert page.text("//section/h2") == "fjell is connected"
    assert page.links["Upload invoices"] == "/businesses/fjell/invoices/upload"


def test_what_needs_a_person_comes_first_with_its_reason_and_a_button(reader: Reader, fjell: Api) -> None:
    for number in "123":
        rows = [{"product": "Tractor", "quantity": "1", "unit_price": "1.00", "vat_percent": "17"}]
        add_invoice(fjell, number, **({"rows": rows} if number != "3" else {}))
        fjell.post(f"/v1/businesses/fjell/invoices/{number}/send")

    page = reader.read("/")

    assert page.texts("//h2")[0] == "What needs you"
    assert page.text("//section/h3") == "2 invoices were rejected"
    assert "17" in page.text("//section[h3]/p")
    figures = dict(zip(page.texts("//dl[@class='figures']//dt"), page.texts("//dl[@class='figures']//dd"), strict=True))
    assert figures["Sent today"] == "NOK1,500.00 (1)"
    assert figures["Waiting"] == "0"
    assert figures["Unpaid"] == "NOK1,500.00 (1)"
    assert "of 7,200" in figures["24sevenoffice"]
    add_invoice(fjell, "1")
    add_invoice(fjell, "2")
    sent = reader.press(reader.press(page, "Send them again"), "Send again")
    assert sent.text("//*[@id='batch-said']") == "Finished: all 2 are through."
    assert reader.read("/").text("//*[contains(@class, 'calm')]") == "Nothing needs you now."


def test_a_connection_that_is_refused_leads_to_where_it_is_mended(reader: Reader, fjell: Api) -> None:
    fjell.put("/v1/businesses/fjell", json=business_document(account_name="Nobody AS"))
    add_invoice(fjell, "1")
    fjell.post("/v1/businesses/fjell/invoices/1/send")

    page = reader.read("/?business=fjell")

    assert page.heading == "Overview: fjell"
    assert page.text("//section/h3") == "1 invoice is on hold"
    assert page.links["Mend the connection fjell"] == "/businesses/fjell"


def test_somebody_of_one_business_sees_nothing_of_another(fjell: Api, signed_in_as: SignedInAs) -> None:
    fjell.put("/v1/businesses/vidde", json=business_document())
    kari = signed_in_as("kari", fjell=Role.READ)

    assert "vidde" not in kari.read("/").response.text
    assert kari.read("/?business=vidde").status == 404
    assert [row[0] for row in signed_in_as("ola").read("/").rows] == ["fjell", "vidde"]
    csrf = kari.read("/").text("//input[@name='csrf']/@value")
    assert kari.client.post("/recovery", data={"csrf": csrf, "confirmed": "yes"}).status_code == 403
