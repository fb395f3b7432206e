"""Month-end: many invoices sent in one go."""

from core.rights import Role
from sandbox import Sandbox
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice, business_document

BATCHES = "/businesses/fjell/batches"
NEW = f"{BATCHES}/new"


def test_what_would_be_sent_is_counted_and_summed_up_before_it_is(reader: Reader, fjell: Api) -> None:
    for number in "123":
        add_invoice(fjell, number)
    add_invoice(fjell, "4", currency="EUR")
    add_invoice(fjell, "5", type="printed")
    add_invoice(fjell, "6", issue_date="2021-02-15")

    page = reader.press(reader.read(NEW), "Count them", to="2021-01-31")

    assert page.text("//section/h2") == "4 invoices"
    assert page.texts("//ul[@class='sums']//data") == ["NOK4,500.00", "€1,500.00"]
    assert "1 printed invoice is left out" in page.text("//section")
    asked = reader.press(page, "Send 4 invoices")
    assert asked.heading == "Send 4 invoices?"
    assert fjell.get("/v1/businesses/fjell/transfers").json()["items"] == []
    sent = reader.press(asked, "Send")
    assert sent.text("//*[@id='batch-said']") == "Finished: all 4 are through."
    assert "1 printed invoice was left out." in sent.text("//main")
    assert [row[1] for row in sent.rows] == ["Sent"] * 4
    assert reader.read(NEW).text("//section/h2") == "1 invoice"


def test_the_list_leads_to_sending_all_that_match(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    add_invoice(fjell, "2", customer={"name": "Berit Vik"})
    found = reader.press(reader.read("/businesses/fjell/invoices"), "Find", q="vik", min_total="1000")

    page = reader.follow(found, "Send all unsent that match")

    assert page.text("//section/h2") == "1 invoice"
    assert page.tree.get_element_by_id("field-q").get("value") == "vik"


def test_what_can_not_be_counted_is_told_at_its_field(reader: Reader) -> None:
    page = reader.press(reader.read(NEW), "Count them", from_="2021-02-30", min_total="much")

    assert page.status == 422
    assert "Not a date" in page.text("//*[@id='fault-from']")


def test_rejected_ones_are_grouped_by_reason_and_a_group_is_sent_again(
    reader: Reader, fjell: Api, office: Sandbox
) -> None:
    for number in ("1", "2", "3"):
        rows = [{"product": "Tractor", "quantity": "1", "unit_price": "1.00", "vat_percent": "17"}]
        add_invoice(fjell, number, **({"rows": rows} if number != "3" else {}))
    add_invoice(fjell, "4", rows=[])
    sent = reader.press(reader.press(reader.read(NEW), "Send 4 invoices"), "Send")

    assert sent.text("//*[@id='batch-said']") == "Finished: 1 of 4 were sent."
    groups = sent.texts("//*[@id='batch-reasons']//h3")
    assert [group.partition(":")[0] for group in groups] == ["2 invoices", "1 invoice"]
    shown = reader.follow(sent, next(link for link in sent.links if link.startswith("Show them")))
    assert [row[0] for row in shown.rows] == ["1", "2"]
    for number in ("1", "2"):
        add_invoice(fjell, number)

    asked = reader.press(sent, "Send them again")
    again = reader.press(asked, "Send again")

    assert again.address != sent.address
    assert again.text("//*[@id='batch-said']") == "Finished: all 2 are through."
    assert [row[1:5] for row in reader.read(BATCHES).rows] == [["2", "2", "0", "0"], ["4", "3", "0", "1"]]


def test_an_empty_list_says_what_to_do_next_and_a_long_one_goes_on(reader: Reader, fjell: Api) -> None:
    assert reader.read(BATCHES).text("//section/h2") == "Nothing was sent in one go yet"
    for number in "123":
        add_invoice(fjell, number)
        fjell.post("/v1/businesses/fjell/transfers", json={"invoices": [number]})

    first = reader.read(f"{BATCHES}?limit=2")
    assert len(first.rows) == 2
    assert len(reader.follow(first, "Next").rows) == 1


def test_progress_is_told_until_it_is_through(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    batch = fjell.post("/v1/businesses/fjell/transfers", json={"invoices": ["1"]}).json()["id"]

    answer = reader.client.get(f"{BATCHES}/{batch}/progress")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    events = [line for line in answer.text.splitlines() if line.startswith("event:")]
    assert events == ["event: standing", "event: reasons", "event: end"]
    assert "Finished: all 1 are through." in answer.text


def test_whoever_may_only_look_sees_how_far_it_is_and_can_send_nothing(fjell: Api, signed_in_as: SignedInAs) -> None:
    add_invoice(fjell, "1", rows=[])
    batch = fjell.post("/v1/businesses/fjell/transfers", json={"invoices": ["1"]}).json()["id"]
    kari = signed_in_as("kari", fjell=Role.READ)

    assert kari.read(NEW).status == 403
    page = kari.read(f"{BATCHES}/{batch}")
    assert page.texts("//main//button") == []
    csrf = kari.read("/").text("//input[@name='csrf']/@value")
    sent = {"csrf": csrf, "confirmed": "yes", "verdict": "refused", "code": "invalid_invoice", "all": "yes"}
    for path in (BATCHES, f"{BATCHES}/{batch}/retry", "/businesses/fjell/rejected"):
        assert kari.client.post(path, data=sent).status_code == 403
    fjell.put("/v1/businesses/vidde", json=business_document())
    per = signed_in_as("per", vidde=Role.SEND)
    for path in (f"{BATCHES}/{batch}", f"{BATCHES}/{batch}/progress", f"/businesses/vidde/batches/{batch}"):
        assert per.read(path).status == 404
