"""What is not paid, and asking about all of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.payment import PaymentReason
from entrypoints.console.pages import payments
from entrypoints.container import Container
from sandbox import Sandbox
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice

PAYMENTS = "/businesses/fjell/payments"


def test_what_is_unpaid_is_shown_by_age_and_each_leads_to_its_invoice(reader: Reader, fjell: Api) -> None:
    later = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    for number, due in (("1", "2021-01-29"), ("2", "2021-01-29"), ("3", later)):
        add_invoice(fjell, number, issue_date="2021-01-15", due_date=due)
        fjell.post(f"/v1/businesses/fjell/invoices/{number}/send")

    page = reader.read(PAYMENTS)

    assert page.rows[0][:3] == ["Not due yet", "1", "NOK1,500.00"]
    assert page.rows[4][:3] == ["Due more than 90 days ago", "2", "NOK3,000.00"]
    assert [row[0] for row in page.rows[5:]] == ["1", "2", "3"]
    assert page.links["3"] == "/businesses/fjell/invoices/3"
    old = reader.follow(page, "Due more than 90 days ago")
    assert [row[0] for row in old.rows[5:]] == ["1", "2"]
    first = reader.read(f"{PAYMENTS}?limit=2")
    assert [row[0] for row in reader.follow(first, "Next").rows[5:]] == ["3"]


def test_what_was_partly_paid_counts_with_what_is_left(reader: Reader, fjell: Api, container: Container) -> None:
    add_invoice(fjell, "1", issue_date="2021-01-15", due_date="2021-01-29")
    fjell.post("/v1/businesses/fjell/invoices/1/send")
    fjell.post("/v1/businesses/fjell/invoices/1/status")
    assert reader.read(PAYMENTS).rows[4][:3] == ["Due more than 90 days ago", "1", "NOK1,500.00"]
    with container.storage().transaction() as work:
        seen = work.statuses.latest("fjell", "1")
        assert seen is not None
        left = {"reason": PaymentReason.PARTLY_PAID, "open_amount": Decimal("500.00")}
        work.statuses.add("fjell", seen.model_copy(update=left))

    page = reader.read(PAYMENTS)

    assert page.rows[4] == ["Due more than 90 days ago", "1", "NOK500.00", "1 partly paid"]
    assert page.rows[5][4:6] == ["NOK500.00", "Partly paid"]
    assert "NOK500.00 (1)" in reader.read("/").texts("//dl[@class='figures']//dd")


@pytest.mark.parametrize("query", ["age=old", "after=x", "after=2021-01-01/", "limit=0"])
def test_an_address_that_can_not_be_is_refused(reader: Reader, query: str) -> None:
    assert reader.read(f"{PAYMENTS}?{query}").status == 400


def test_all_are_asked_about_a_piece_at_a_time(reader: Reader, fjell: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in "123":
        add_invoice(fjell, number)
        fjell.post(f"/v1/businesses/fjell/invoices/{number}/send")
    monkeypatch.setattr("core.use_cases.check_status.PIECE", 2)
    monkeypatch.setattr(payments, "_AT_A_TIME_SECONDS", 0)

    page = reader.press(reader.read(PAYMENTS), "Check all that are open")
    assert page.text("//*[@id='checked-said']") == "2 of 3 invoices have been asked about."
    page = reader.press(page, "Go on")
    page = reader.press(page, "Go on")

    assert page.text("//*[@id='checked-said']") == "Done: 3 invoices were asked about."
    assert "not published" in reader.follow(page, "See what is unpaid").rows[4][3]


def test_what_stands_in_the_way_is_told_with_what_was_found(reader: Reader, fjell: Api, office: Sandbox) -> None:
    add_invoice(fjell, "1")
    fjell.post("/v1/businesses/fjell/invoices/1/send")
    page = reader.read(PAYMENTS)
    office.stop()

    stopped = reader.press(page, "Check all that are open")

    assert stopped.status == 200
    assert stopped.text("//*[@id='checked-said']") == "Stopped: 0 of 1 invoices were asked about."
    assert stopped.problem


def test_with_nothing_unpaid_it_says_so(reader: Reader) -> None:
    assert reader.read(PAYMENTS).text("//section/h2") == "Nothing is unpaid"
