"""Choosing the customer of an invoice, and the preview that says what would become of it."""

from core.rights import Role
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice, path_of

INVOICE = "/businesses/fjell/invoices/2001-1"
KARI = {
    "name": "Kari Nordmann",
    "email": "kari@fjell.example",
    "address": {"street": "Storgata 1", "postal_code": "0155", "city": "Oslo", "country": "NO"},
}


def _two_of_them(office: Sandbox) -> tuple[str, str]:
    """Add two customers who may be Kari; the second lives where she does."""
    books = office.account(DEMO_ACCOUNT).books
    first, second = (
        books.add_customer(
            "Nordmann",
            first_name="Kari",
            type="Consumer",
            emails={"Primary": "kari@fjell.example"},
            addresses={"Post": {"Street": street, "PostalCode": "0155", "PostalArea": "Oslo", "Country": "NO"}},
        )
        for street in ("Fjellveien 3", "Storgata 1")
    )
    return str(first), str(second)


def test_a_person_chooses_among_several_and_the_invoice_goes_through(
    reader: Reader, fjell: Api, office: Sandbox
) -> None:
    first, second = _two_of_them(office)
    add_invoice(fjell, customer=KARI)
    fjell.post(f"{path_of('2001-1')}/send")

    page = reader.follow(reader.read(INVOICE), "Choose the customer")
    assert page.texts("//thead//th") == ["The invoice says", f"Record {first}", f"Record {second}"]
    assert ["Street", "Storgata 1", "Fjellveien 3 differs", "Storgata 1"] in page.rows
    assert ["Name", "Kari Nordmann", "Kari Nordmann", "Kari Nordmann"] in page.rows

    (form,) = page.tree.xpath(f"//form[.//input[@name='customer_id'][@value='{second}']]")
    chosen = reader.client.post(form.get("action"), data=dict(form.form_values()))
    assert f"Kari Nordmann ({second})" in chosen.text
    page = reader.press(reader.press(reader.read(INVOICE), "Retry"), "Retry")
    assert page.text("//*[@id='customer']//code") == second

    forgotten = reader.press(reader.read(f"{INVOICE}/customer"), "Forget the record")
    assert "is forgotten" in forgotten.told


def test_a_record_is_linked_by_its_id_and_one_that_is_not_there_is_refused(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell)

    page = reader.press(reader.follow(reader.read(INVOICE), "Link a customer"), "Link this record", customer_id="99")

    assert 'no customer with the id "99"' in page.problem
    assert page.text("//input[@name='customer_id'][@type='text']/@value") == "99"


def test_a_preview_says_what_changes_and_writes_nothing(reader: Reader, fjell: Api, office: Sandbox) -> None:
    books = office.account(DEMO_ACCOUNT).books
    books.add_customer(
        "Nordmann",
        first_name="Kari",
        type="Consumer",
        emails={"Primary": "kari@fjell.example"},
        addresses={"Post": {"Street": "Gamleveien 1", "PostalCode": "0155", "PostalArea": "Oslo", "Country": "NO"}},
    )
    add_invoice(fjell, customer={**KARI, "phone": "99887766"})

    page = reader.follow(reader.read(INVOICE), "Preview")

    assert "These fields change:" in page.text("//section")
    assert "Gamleveien 1" in page.text("//del")
    assert page.texts("//ins")[0] == "99887766"
    assert page.rows[-1] == ["Tractor (2021-01-10 – 2021-01-12)", "1", "1,200.00", "0", "25", "3"]
    assert fjell.get(path_of("2001-1")).json()["transfer"] is None
    sent = reader.press(reader.press(page, "Send Invoice"), "Send Invoice")
    assert sent.text("//*[@id='state']") == "Sent"
    assert "A send does nothing".lower() in reader.read(f"{INVOICE}/preview").text("//main").lower()


def test_a_preview_names_what_the_order_will_not_say_as_the_form_does(reader: Reader, fjell: Api) -> None:
    address = {"street": "Tun 1", "postal_code": "0150", "city": "Oslo", "country": "NO"}
    add_invoice(fjell, order_number="7", our_reference="Ola", delivery={"address": address})

    left_out = reader.read(f"{INVOICE}/preview").texts("//ul[@id='left-out']/li")

    assert [one.partition(":")[0] for one in left_out] == ["Order number", "Our reference"]
    assert "order_number" not in " ".join(left_out)
    assert reader.read(f"{INVOICE}/preview?lang=nb").texts("//ul[@id='left-out']/li")[0].startswith("Ordrenummer:")


def test_a_preview_says_what_stands_in_the_way(
    reader: Reader, fjell: Api, office: Sandbox, signed_in_as: SignedInAs
) -> None:
    first, _ = _two_of_them(office)
    add_invoice(fjell, customer=KARI)

    page = reader.read(f"{INVOICE}/preview")
    assert page.status == 422
    assert f"Record {first}" in page.texts("//thead//th")
    assert "Use this one" in page.texts("//button")
    kari = signed_in_as("kari", fjell=Role.READ)
    assert "Use this one" not in kari.read(f"{INVOICE}/preview").texts("//button")
