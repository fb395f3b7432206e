"""One invoice's page: what it says, where it stands, its buttons and its story."""

import pytest

from core.rights import Role
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader, Shown
from tests.http.documents import Api, add_invoice, path_of

INVOICES = "/businesses/fjell/invoices"
INVOICE = f"{INVOICES}/2001-1"


def _sent(reader: Reader, address: str = INVOICE) -> Shown:
    return reader.press(reader.press(reader.read(address), "Send Invoice"), "Send Invoice")


def test_it_says_what_the_invoice_says_and_what_will_be_written(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, your_reference="Kari", comment="Takk!\nHilsen oss")

    page = reader.read(INVOICE)

    assert page.heading == "Invoice 2001-1"
    assert page.text("//*[@id='state']") == "Not sent"
    assert page.rows == [["Tractor (2021-01-10 – 2021-01-12)", "1", "1,200.00", "–", "25", "NOK1,200.00"]]
    assert page.text("//*[@id='gross']") == "NOK1,500.00"
    facts = dict(zip(page.texts("//main//dl//dt"), page.texts("//main//dl//dd"), strict=True))
    assert facts["Type"] == "Data for Accounting"
    assert facts["Issued"] == "15 Jan 2021"
    assert facts["E-mail"] == "signe.haugland@post.example"
    assert facts["Your reference"] == "Kari"
    assert "Takk! Hilsen oss" in facts["Comment"]


def test_it_is_sent_once_it_is_certain(reader: Reader, fjell: Api, office: Sandbox) -> None:
    add_invoice(fjell)

    asked = reader.press(reader.read(INVOICE), "Send Invoice")
    assert asked.heading == "Send invoice 2001-1?"
    assert "order of NOK1,500.00" in asked.text("//main/p")
    assert fjell.get(path_of("2001-1")).json()["transfer"] is None

    page = reader.press(asked, "Send Invoice")
    transfer = fjell.get(path_of("2001-1")).json()["transfer"]
    assert page.address == INVOICE
    assert page.text("//*[@id='state']") == "Sent"
    assert page.text("//*[@id='order']//code") == transfer["order_id"]
    assert page.text("//*[@id='books']") == f"{DEMO_ACCOUNT} 24sevenoffice"
    assert "Send Invoice" not in page.texts("//button")
    assert any("order" in said for said in page.texts("//ol[@id='story']/li"))


def test_check_status_asks_the_accounting_system(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)
    page = reader.press(_sent(reader), "Check Status")

    assert page.told == "Not paid: the order has not been published as an invoice yet."
    assert page.text("//*[@id='payment']").startswith("Not published")
    assert any("had not been published" in said and "ola" in said for said in page.texts("//ol[@id='story']/li"))
    assert "Sjekk status" in reader.read(f"{INVOICE}?lang=nb").texts("//button")


def test_an_invoice_that_is_not_complete_is_refused_with_each_fault(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, customer={"name": "Signe"}, due_date="2021-01-01")

    page = _sent(reader)

    assert page.status == 422
    assert page.links["Due"] == f"{INVOICE}/edit#field-due_date"
    assert "neither an e-mail address nor an organization number" in page.problem
    assert page.text("//*[@id='state']") == "Not sent"
    assert page.links["Edit"] == f"{INVOICE}/edit"


def test_a_printed_invoice_is_changed_to_data_for_accounting(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, type="printed")

    assert "Type: " in _sent(reader).problem
    page = reader.press(reader.read(INVOICE), "Change to Data for Accounting")
    assert page.told == "The type is Data for Accounting now."
    assert _sent(reader).text("//*[@id='state']") == "Sent"


def test_a_rejected_one_says_why_and_is_tried_again(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, rows=[{"product": "Tractor", "quantity": "1", "unit_price": "1", "vat_percent": "24"}])

    page = _sent(reader)

    assert page.text("//*[@id='state']") == "Rejected"
    assert "24" in page.text("//div[@class='problem']")
    assert page.links["Correct the invoice"] == f"{INVOICE}/edit"
    asked = reader.press(page, "Retry")
    assert asked.heading == "Try to send invoice 2001-1 once more?"
    assert reader.press(asked, "Retry").text("//*[@id='state']") == "Rejected"


def test_an_order_that_is_gone_is_sent_again(reader: Reader, fjell: Api, office: Sandbox) -> None:
    add_invoice(fjell)
    page = _sent(reader)
    office.account(DEMO_ACCOUNT).books.delete_order(int(page.text("//*[@id='order']//code")))
    page = reader.press(page, "Check Status")
    assert page.told == "Not paid: the order was deleted in the accounting system."

    again = reader.press(reader.press(page, "Send Again"), "Send Again")

    assert again.text("//*[@id='state']") == "Sent"
    assert len(fjell.get("/v1/businesses/fjell/transfers?invoice=2001-1").json()["items"]) == 2


def test_it_is_deleted_and_its_story_stays(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)

    gone = reader.press(reader.press(reader.read(INVOICE), "Delete"), "Delete")

    assert gone.address == INVOICES
    assert gone.told == "Invoice 2001-1 was deleted."
    page = reader.read(INVOICE)
    assert page.text("//*[@id='state']") == "Deleted"
    assert any("was deleted" in said for said in page.texts("//ol[@id='story']/li"))
    assert page.texts("//main//button") == []
    assert reader.read(f"{INVOICES}/9999").status == 404


def test_it_is_credited_in_part_and_in_full(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, rows=[{"product": "Tractor", "quantity": "4", "unit_price": "100", "vat_percent": "25"}])
    page = reader.follow(_sent(reader), "Credit")
    assert reader.press(page, "Credit the selected rows").problem.startswith("No row is selected.")

    part = reader.press(page, "Credit the selected rows", row="1", **{"quantity-1": "1"})

    assert part.address == f"{INVOICE}-K1"
    assert part.told == "This is the credit of invoice 2001-1. It is not sent yet."
    assert part.text("//*[@id='gross']") == "-NOK125.00"
    too_much = reader.press(
        reader.read(f"{INVOICE}/credit"), "Credit the selected rows", row="1", **{"quantity-1": "4"}
    )
    assert too_much.status == 409
    assert too_much.text("//input[@name='quantity-1']/@value") == "4"
    rest = reader.press(reader.read(f"{INVOICE}/credit"), "Credit all that is left")
    assert rest.text("//*[@id='gross']") == "-NOK375.00"
    assert reader.read(f"{INVOICE}/credit").text("//section/h2") == "Nothing is left to be credited"
    assert reader.read(INVOICE).texts("//section//ul/li/a") == ["2001-1-K1", "2001-1-K2"]


def test_an_order_is_adopted(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    add_invoice(fjell, "2", rows=[{"product": "Other", "quantity": "1", "unit_price": "5", "vat_percent": "25"}])
    order = _sent(reader, f"{INVOICES}/1").text("//*[@id='order']//code")

    page = reader.follow(reader.read(f"{INVOICES}/2"), "Adopt an order")
    taken = reader.press(page, "Adopt the order", order_id=order)
    assert taken.status == 409
    assert f"Order {order} belongs to invoice 1." in taken.problem
    unknown = reader.press(page, "Adopt the order", order_id="99999")
    assert "no order with the id" in unknown.problem
    assert unknown.text("//input[@name='order_id']/@value") == "99999"


def test_withdrawing_says_why_the_order_stays(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)

    page = reader.press(reader.press(_sent(reader), "Withdraw"), "Withdraw")

    assert page.text("//*[@id='state']") == "Sent"
    assert "can't delete order" in page.text("//div[@class='problem']")


def test_withdrawing_is_not_offered_once_the_order_was_seen_published(
    reader: Reader, fjell: Api, office: Sandbox
) -> None:
    add_invoice(fjell)
    page = _sent(reader)
    assert "Withdraw" in page.texts("//button")
    office.account(DEMO_ACCOUNT).books.publish(int(page.text("//*[@id='order']//code")))

    page = reader.press(page, "Check Status")

    assert "Withdraw" not in page.texts("//button")
    assert "Credit" in page.links


def test_a_page_that_looks_for_news_is_told_when_there_is_none(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)
    assert reader.read(INVOICE).tree.xpath("//@hx-trigger") == []
    sent = _sent(reader)
    (look,) = sent.tree.xpath("//@hx-get")

    assert sent.tree.xpath("//@hx-trigger") == ["every 15s"]
    assert sent.tree.xpath("//@hx-select-oob") == ["#story"], "what happened is told anew with the rest"
    assert reader.client.get(look).status_code == 204
    reader.press(sent, "Check Status")
    assert 'id="story"' in reader.client.get(look).text
    late = reader.read(f"{INVOICE}?until=2000-01-01T00:00:00%2B00:00")
    assert late.tree.xpath("//@hx-trigger") == []


def test_whoever_may_only_look_checks_the_status_and_nothing_else(fjell: Api, signed_in_as: SignedInAs) -> None:
    add_invoice(fjell)
    fjell.post(f"{path_of('2001-1')}/send")
    kari = signed_in_as("kari", fjell=Role.READ)

    page = kari.read(INVOICE)
    assert [one for one in page.texts("//main//button") if one != "Copy"] == ["Check Status"]
    assert kari.press(page, "Check Status").told.startswith("Not paid")
    csrf = page.text("//input[@name='csrf']/@value")
    for action in ("send", "retry", "cancel", "again", "withdraw", "delete", "type", "adopt", "credit", "customer"):
        refused = kari.client.post(f"{INVOICE}/{action}", data={"csrf": csrf, "confirmed": "yes", "customer_id": "1"})
        assert refused.status_code == 403, action


@pytest.mark.parametrize("number", ["new", "upload", "..", "a/b", "æ ø?", "100%"])
def test_every_number_has_its_page(reader: Reader, fjell: Api, number: str) -> None:
    add_invoice(fjell, number)

    page = reader.follow(reader.read(INVOICES), number)
    assert page.heading == f"Invoice {number}"
    assert _sent(reader, page.response.url.raw_path.decode()).text("//*[@id='state']") == "Sent"


def test_the_address_of_a_button_leads_back(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)
    assert reader.read(f"{INVOICE}/send").address == INVOICE
