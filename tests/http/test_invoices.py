from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import Api, add_invoice, business_document, invoice_document, path_of, problem_of

NUMBERS = [
    "2001-1",
    "a/b",
    "/",
    "//",
    "send",
    "preview",
    ".",
    "..",
    "../..",
    "a b",
    "æøå",
    "100%",
    "%2F",
    "who?",
    "a#b",
    "a&b=c",
    "a+b",
    'say "no"',
    "<b>",
    "a\\b",
    "{number}",
    "💶",
    "x" * 50,
]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_printable_number_works_in_every_path(shared_fjell: Api, number: str) -> None:
    path = path_of(number)
    document = invoice_document(number, type="printed")

    assert shared_fjell.put(path, json=document).status_code == 201
    assert shared_fjell.get(path).json()["number"] == number
    assert number in [one["number"] for one in shared_fjell.get("/v1/businesses/fjell/invoices").json()["items"]]
    problem_of(shared_fjell.get(f"{path}/preview"), 422, "not_data_for_accounting")
    problem_of(shared_fjell.post(f"{path}/send"), 422, "not_data_for_accounting")
    problem_of(shared_fjell.post(f"{path}/status"), 409, "not_sent")
    problem_of(shared_fjell.post(f"{path}/customer", json={}), 400, "not_a_customer_choice")


@pytest.mark.parametrize("encoded", ["%FF", "%00", "a%0Ab", "%ED%A0%80", "%E2%80%8B"])
def test_a_path_that_is_no_printable_text_is_refused(shared_fjell: Api, encoded: str) -> None:
    problem_of(shared_fjell.get(f"/v1/businesses/fjell/invoices/{encoded}"), 400, "bad_path")
    problem_of(shared_fjell.put(f"/v1/businesses/{encoded}", json={}), 400, "bad_path")


def test_invoices_that_come_at_the_same_time_are_each_added_once(shared_fjell: Api) -> None:
    numbers = [f"at-once-{nth}" for nth in range(10)] * 4

    def put(number: str) -> int:
        return shared_fjell.put(path_of(number), json=invoice_document(number)).status_code

    with ThreadPoolExecutor(8) as threads:
        answered = sorted(zip(numbers, threads.map(put, numbers), strict=True))

    assert answered == sorted((number, status) for number in numbers[:10] for status in (200, 200, 200, 201))


def test_a_long_invoice_is_added_as_a_short_one_is(shared_fjell: Api) -> None:
    short = invoice_document("short")
    long = invoice_document("long", rows=short["rows"] * 500)

    assert shared_fjell.put(path_of("long"), json=long).status_code == 201
    assert len(shared_fjell.get(path_of("long")).json()["rows"]) == len(long["rows"])
    problem_of(shared_fjell.put(path_of("long"), json=long | {"colour": "red"}), 400, "not_an_invoice")


def test_an_invoice_is_added_kept_and_replaced(fjell: Api) -> None:
    path, document = path_of("1"), invoice_document("1")

    added = fjell.put(path, json=document)
    again = fjell.put(path, json=document)
    replaced = fjell.put(path, json=document | {"comment": "Takk!"})

    assert [response.status_code for response in (added, again, replaced)] == [201, 200, 200]
    assert added.json()["rows"][0]["unit_price"] == "1200.00"
    shown = fjell.get(path).json()
    beside = {name: shown[name] for name in ("credited_by", "left_to_credit", "state", "transfer", "payment", "books")}
    assert shown == replaced.json() | beside | {"links": shown["links"]}
    assert list(beside.values()) == [[], None, "unsent", None, None, None]
    assert fjell.put(path, json=shown).json() == replaced.json()
    assert replaced.json()["comment"] == "Takk!"


def test_an_incomplete_invoice_is_taken_and_refused_when_it_is_sent(fjell: Api) -> None:
    path = path_of("1")

    assert fjell.put(path, json={"number": "1", "type": "data_for_accounting"}).status_code == 201
    problem = problem_of(fjell.post(f"{path}/send"), 422, "invalid_invoice")

    assert {"due_date", "rows", "customer.name"} <= {fault["field"] for fault in problem["faults"]}
    assert fjell.get("/v1/businesses/fjell/transfers").json()["items"] == []


def test_the_number_in_the_body_must_be_the_one_in_the_path(shared_fjell: Api) -> None:
    problem_of(shared_fjell.put(path_of("1"), json=invoice_document("2")), 400, "number_differs")
    problem_of(shared_fjell.put(path_of("1"), json={}), 400, "not_an_invoice")


def test_a_fault_names_the_field_but_not_its_value(shared_fjell: Api) -> None:
    document = invoice_document("1", customer={"name": "Signe", "ssn": "01020312345"}, issue_date="yesterday")

    response = shared_fjell.put(path_of("1"), json=document)

    problem = problem_of(response, 400, "not_an_invoice")
    assert {fault["field"] for fault in problem["faults"]} == {"customer.ssn", "issue_date"}
    assert "01020312345" not in response.text
    assert "yesterday" not in response.text


def test_unknown_invoices_are_not_found(shared_fjell: Api) -> None:
    for response in (
        shared_fjell.get(path_of("9")),
        shared_fjell.get(f"{path_of('9')}/preview"),
        shared_fjell.post(f"{path_of('9')}/send"),
        shared_fjell.post(f"{path_of('9')}/status"),
        shared_fjell.post(f"{path_of('9')}/customer", json={"customer_id": "1"}),
    ):
        problem_of(response, 404, "unknown_invoice")
    problem_of(shared_fjell.put("/v1/businesses/x/invoices/1", json=invoice_document("1")), 404, "unknown_business")


def test_invoices_are_listed_a_page_at_a_time(fjell: Api) -> None:
    for number in ("a/1", "æ 2", "b?3"):
        add_invoice(fjell, number)

    found, after = [], None
    while True:
        params = {"limit": 1} | ({"after": after} if after else {})
        page = fjell.get("/v1/businesses/fjell/invoices", params=params).json()
        found += [one["number"] for one in page["items"]]
        assert len(page["items"]) == 1
        after = page["next"]
        if after is None:
            break

    assert found == ["a/1", "b?3", "æ 2"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=abc", "limit=1.5", "limit=", "after=%00"])
def test_a_parameter_that_makes_no_sense_is_refused(shared_fjell: Api, query: str) -> None:
    for path in ("/v1/businesses", "/v1/businesses/fjell/invoices", "/v1/businesses/fjell/transfers"):
        problem_of(shared_fjell.get(f"{path}?{query}"), 400, "bad_parameter")


def test_the_longest_page_is_allowed(fjell: Api) -> None:
    assert fjell.get("/v1/businesses/fjell/invoices?limit=200").json() == {"items": [], "next": None}


def test_a_preview_shows_the_decisions_and_writes_nothing(fjell: Api, office: Sandbox) -> None:
    preview = fjell.get(f"{add_invoice(fjell)}/preview")

    assert preview.status_code == 200
    assert preview.json()["customer"]["action"] == "create"
    assert preview.json()["order"]["rows"][0]["text"] == "Tractor (2021-01-10 – 2021-01-12)"
    assert preview.json()["totals"]["gross"] == "1500.00"
    assert not office.account(DEMO_ACCOUNT).books.orders


def test_a_sent_invoice_is_one_order_and_its_status_follows_the_books(fjell: Api, office: Sandbox) -> None:
    books, path = office.account(DEMO_ACCOUNT).books, add_invoice(fjell)

    sent = fjell.post(f"{path}/send")
    again = fjell.post(f"{path}/send", headers={"Prefer": "wait=5"})

    assert (sent.status_code, again.status_code) == (200, 200)
    assert sent.json()["state"] == "transferred"
    assert again.json() == sent.json() | {"already_sent": again.json()["already_sent"]}
    assert (sent.json()["already_sent"], again.json()["already_sent"]["order_id"]) == (None, sent.json()["order_id"])
    assert again.headers["preference-applied"] == "wait=5"
    assert "preference-applied" not in sent.headers
    assert [str(order) for order in books.orders] == [sent.json()["order_id"]]

    open_order = fjell.post(f"{path}/status")
    assert (open_order.json()["status"], open_order.json()["reason"]) == ("not_paid", "not_published")
    books.publish(int(sent.json()["order_id"]))
    books.pay(int(sent.json()["order_id"]))
    paid = fjell.post(f"{path}/status")
    assert paid.status_code == 200
    assert (paid.json()["status"], paid.json()["reason"]) == ("paid", "paid")
    assert set(paid.json()) == {
        "invoice", "status", "reason", "order_id", "invoice_number", "invoiced_at", "paid_at", "checked_at", "warnings",
    }  # fmt: skip


def test_a_sent_invoice_can_not_be_changed(fjell: Api) -> None:
    path = add_invoice(fjell)
    fjell.post(f"{path}/send")

    assert fjell.put(path, json=invoice_document()).status_code == 200
    problem_of(fjell.put(path, json=invoice_document(comment="more")), 409, "already_sent")


def test_a_rejected_transfer_is_a_result_and_a_linked_customer_mends_it(fjell: Api, office: Sandbox) -> None:
    books = office.account(DEMO_ACCOUNT).books
    email = {"Invoice": "signe.haugland@post.example"}
    first, second = (books.add_customer("Signe Haugland", type="Consumer", emails=email) for _ in range(2))
    path = add_invoice(fjell)

    sent = fjell.post(f"{path}/send")
    assert sent.status_code == 200
    assert sent.json()["state"] == "rejected"
    assert sent.json()["error"]["code"] == "ambiguous_customer"
    problem_of(fjell.get(f"{path}/preview"), 422, "ambiguous_customer")
    candidates = sent.json()["error"]["candidates"]
    assert [one["id"] for one in candidates] == [str(first), str(second)]
    assert (candidates[0]["name"], candidates[0]["emails"]) == ("Signe Haugland", ["signe.haugland@post.example"])
    assert candidates[0]["matches"] == ["email", "name"]
    assert fjell.get(f"{path}/preview").json()["candidates"] == candidates

    problem_of(fjell.post(f"{path}/customer", json={"customer_id": "123"}), 400, "unknown_customer")
    linked = fjell.post(f"{path}/customer", json={"customer_id": str(first)})
    assert linked.status_code == 200
    assert linked.json()["id"] == str(first)
    assert "carried" not in linked.json()
    retried = fjell.post(f"/v1/businesses/fjell/transfers/{sent.json()['id']}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "transferred")
    assert retried.json()["customer_id"] == str(first)


def test_an_accounting_system_out_of_reach_is_temporary(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell)
    office.stop()

    response = fjell.get(f"{path}/preview")
    sent = fjell.post(f"{path}/send", headers={"Prefer": "wait=0"})

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
    assert sent.headers["location"] == f"/v1/businesses/fjell/transfers/{sent.json()['id']}"
    assert sent.json()["next_attempt_at"]


def test_another_business_has_its_own_invoices(fjell: Api) -> None:
    add_invoice(fjell)
    fjell.put("/v1/businesses/fjord", json=business_document())

    problem_of(fjell.get("/v1/businesses/fjord/invoices/2001-1"), 404, "unknown_invoice")
