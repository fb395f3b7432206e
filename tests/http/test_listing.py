"""Invoices listed with where they stand, filtered; and the transfers of one invoice."""

import pytest

from sandbox import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT, Sandbox
from tests.http.documents import Api, Json, add_invoice, invoice_document, path_of, problem_of

INVOICES = "/v1/businesses/fjell/invoices"


def numbers(api: Api, **params: str) -> list[str]:
    """Return the numbers of all pages of a listing."""
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = api.get(INVOICES, params=params | after).json()
        found += [one["number"] for one in page["items"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_an_invoice_is_shown_and_listed_with_its_transfer_payment_and_links(fjell: Api, office: Sandbox) -> None:
    sent = fjell.post(f"{add_invoice(fjell, 'a/1')}/send").json()
    add_invoice(fjell, "2")
    fjell.post(f"{path_of('a/1')}/status")

    shown = fjell.get(path_of("a/1")).json()
    unsent, listed = sorted(fjell.get(INVOICES).json()["items"], key=lambda one: one["state"] != "unsent")

    for one in (shown, listed):
        assert (one["state"], one["transfer"]["id"], one["transfer"]["order_id"]) == (
            "transferred",
            sent["id"],
            sent["order_id"],
        )
        assert one["books"] == {"system": "24sevenoffice", "company_id": company_id(office), "company": DEMO_ACCOUNT}
        assert (one["payment"]["reason"], one["payment"]["checked_at"] > "2026") == ("not_published", True)
        assert fjell.get(one["links"]["invoice"]).json() == shown
        assert fjell.get(one["links"]["transfer"]).json()["id"] == sent["id"]
        assert [of["id"] for of in fjell.get(one["links"]["transfers"]).json()["items"]] == [sent["id"]]
        assert fjell.get(one["links"]["history"]).status_code == 200
    assert (unsent["transfer"], unsent["payment"], unsent["books"], unsent["links"]["transfer"]) == (None,) * 4


def test_an_invoice_tells_whose_books_it_lies_in_when_the_business_has_moved(fjell: Api, office: Sandbox) -> None:
    fjell.post(f"{add_invoice(fjell, '1')}/send")
    moved = {"accounting": {"account_name": DEMO_OTHER_ACCOUNT}}
    assert fjell.patch("/v1/businesses/fjell", json=moved).status_code == 200
    fjell.post(f"{add_invoice(fjell, '2')}/send")

    first, second = fjell.get(INVOICES).json()["items"]

    assert (first["books"]["company"], second["books"]["company"]) == (DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT)
    assert fjell.get(path_of("1")).json()["books"] == first["books"]
    assert first["books"]["company_id"] == company_id(office)
    problem_of(fjell.post(f"{path_of('1')}/status"), 409, "other_books")


def company_id(office: Sandbox) -> str:
    return str(office.account(DEMO_ACCOUNT).number)


def test_an_invoice_can_be_given_back_as_it_was_shown(fjell: Api) -> None:
    shown: Json = fjell.get(add_invoice(fjell, "1")).json()

    assert fjell.put(path_of("1"), json=shown).status_code == 200
    assert fjell.get(path_of("1")).json() == shown


def test_filters_apply_together(fjell: Api) -> None:
    for number, day, name in (
        ("F-3", "2026-01-03", "Kari"),
        ("F-2", "2026-01-05", "Ola"),
        ("G-1", "2026-01-04", "Kari"),
    ):
        document = invoice_document(number, issue_date=day, due_date="2026-02-01")
        document["customer"] |= {"name": f"{name} Nordmann", "email": "post@nordmann.example"}
        fjell.put(path_of(number), json=document)
    fjell.post(f"{path_of('F-2')}/send")

    assert numbers(fjell, state="unsent", limit="1") == ["F-3", "G-1"]
    assert numbers(fjell, state="transferred", paid="false") == ["F-2"]
    assert numbers(fjell, paid="true") == []
    assert numbers(fjell, customer="KARI nord") == ["F-3", "G-1"]
    assert numbers(fjell, number="F-") == ["F-2", "F-3"]
    assert numbers(fjell, q="g-") == ["G-1"]
    assert numbers(fjell, **{"from": "2026-01-03", "to": "2026-01-05", "limit": "1"}) == ["F-3", "G-1", "F-2"]
    assert numbers(fjell, **{"from": "2026-01-04", "q": "kari"}) == ["G-1"]
    assert numbers(fjell, newest="true", limit="1") == ["F-2", "G-1", "F-3"]
    assert numbers(fjell, newest="false") == ["F-2", "F-3", "G-1"]
    assert numbers(fjell, newest="true", limit="1", q="kari") == ["G-1", "F-3"]


def test_invoices_are_found_by_what_they_come_to(fjell: Api) -> None:
    for number, price in (("1", "100"), ("2", "200.01"), ("3", "-50")):
        document = invoice_document(number)
        document["rows"] = [{"product": "Tractor", "quantity": "1", "unit_price": price, "vat_percent": "25"}]
        fjell.put(path_of(number), json=document)
    undated = {"number": "4", "rows": [{"product": "Trailer", "net_amount": "300", "vat_percent": "0"}]}
    fjell.put(path_of("4"), json=undated)
    fjell.put(path_of("5"), json={"number": "5"})

    assert numbers(fjell, min_total="125") == ["1", "2", "4"]
    assert numbers(fjell, max_total="125.00", limit="1") == ["1", "3"]
    assert numbers(fjell, min_total="125.01", max_total="250.01") == ["2"]
    assert numbers(fjell, min_total="125.01", max_total="250") == []
    assert numbers(fjell, min_total="125.01", newest="true", limit="1") == ["4", "2"]
    assert numbers(fjell, newest="true", limit="1")[:2] == ["5", "4"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "sent"),
        ("paid", "yes"),
        ("from", "1.2.2026"),
        ("to", "2026-02-30"),
        ("q", "."),
        ("q", ""),
        ("customer", " ; "),
        ("number", "a\n"),
        ("min_total", "1,200"),
        ("max_total", "1e3"),
        ("min_total", ""),
        ("newest", "yes"),
    ],
)
def test_a_filter_that_can_not_be_used_is_refused_and_named(shared_fjell: Api, name: str, value: str) -> None:
    refused = problem_of(shared_fjell.get(INVOICES, params={name: value}), 400, "bad_parameter")
    assert [fault["field"] for fault in refused["faults"]] == [name]


def test_a_place_that_no_page_gave_is_refused(shared_fjell: Api) -> None:
    problem_of(shared_fjell.get(INVOICES, params={"from": "2026-01-01", "after": "F-1"}), 400, "bad_parameter")
    dates = {"from": "2026-01-02", "to": "2026-01-01"}
    problem_of(shared_fjell.get(INVOICES, params=dates), 400, "bad_parameter")
    undated = {"newest": "true", "from": "2026-01-01", "after": "/F-1"}
    problem_of(shared_fjell.get(INVOICES, params=undated), 400, "bad_parameter")
    problem_of(shared_fjell.get(INVOICES, params={"newest": "true", "after": "F-1"}), 400, "bad_parameter")
    problem_of(shared_fjell.get(INVOICES, params={"min_total": "2", "max_total": "1"}), 400, "bad_parameter")
