"""Crediting over HTTP."""

import pytest

from tests.http.documents import Api, add_invoice, path_of, problem_of

ROWS = [
    {"product": "Tractor", "quantity": "2", "unit_price": "1200.00", "vat_percent": "25"},
    {"product": "Trailer", "quantity": "1", "unit_price": "500.00", "vat_percent": "25"},
]


@pytest.fixture
def sent(fjell: Api) -> str:
    """The path of an invoice that was sent, of 3625.00."""
    path = add_invoice(fjell, "1042", rows=ROWS)
    assert fjell.post(f"{path}/send").json()["state"] == "transferred"
    return path


def test_an_invoice_is_credited_in_part_and_then_the_rest(fjell: Api, sent: str) -> None:
    first = fjell.post(f"{sent}/credit", json={"rows": [{"row": 1, "quantity": "1.5"}]})
    assert first.status_code == 201
    assert (first.json()["number"], first.json()["credits"]) == ("1042-K1", "1042")
    assert [(row["product"], row["quantity"]) for row in first.json()["rows"]] == [("Tractor", "-1.5")]
    order_id = fjell.post(f"{path_of('1042-K1')}/send").json()["order_id"]
    last = fjell.post(f"{sent}/credit", json={"number": "K-2"}).json()
    assert [row["quantity"] for row in last["rows"]] == ["-0.5", "-1"]
    shown = fjell.get(sent).json()
    assert shown["credited_by"] == [
        {"invoice": "1042-K1", "gross": "-2250.00", "order_id": order_id},
        {"invoice": "K-2", "gross": "-1375.00", "order_id": None},
    ]
    assert shown["left_to_credit"] == {
        "rows": [
            {"row": 1, "product": "Tractor", "quantity": "0.00", "amount": "0.00"},
            {"row": 2, "product": "Trailer", "quantity": "0.00", "amount": "0.00"},
        ],
        "gross": "0.00",
    }
    credit = fjell.get(path_of("K-2")).json()
    assert (credit["credits"], credit["credited_by"], credit["left_to_credit"]) == ("1042", [], None)


def test_more_than_is_left_is_refused_and_stores_nothing(fjell: Api, sent: str) -> None:
    more = fjell.post(f"{sent}/credit", json={"rows": [{"row": 1, "quantity": "3"}]})
    assert "there is 2 of row 1 left" in problem_of(more, 409, "credit_exceeds")["detail"]
    nowhere = problem_of(fjell.post(f"{sent}/credit", json={"rows": [{"row": 9}]}), 400, "invalid_credit")
    assert [fault["field"] for fault in nowhere["faults"]] == ["row 9"]
    assert fjell.post(f"{sent}/credit", json={}).status_code == 201
    problem_of(fjell.post(f"{sent}/credit", json={}), 409, "fully_credited")
    assert len(fjell.get(sent).json()["credited_by"]) == 1


def test_a_credit_that_is_asked_for_again_under_its_key_is_one(fjell: Api, sent: str) -> None:
    body, headers = {"rows": [{"row": 2}]}, {"Idempotency-Key": "the trailer"}
    first, again = (fjell.post(f"{sent}/credit", json=body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert len(fjell.get(sent).json()["credited_by"]) == 1


def test_what_was_not_sent_is_not_credited(fjell: Api) -> None:
    problem = problem_of(fjell.post(f"{add_invoice(fjell)}/credit", json={}), 409, "not_sent")
    assert "change the invoice instead" in problem["hint"]


@pytest.mark.parametrize(
    "body",
    [{"rows": []}, {"rows": [{"row": 0}]}, {"rows": [{"row": 1, "quantity": 1}]}, {"number": ""}, {"rows": [{}]}],
)
def test_what_says_no_rows_is_refused(shared_fjell: Api, body: object) -> None:
    problem_of(shared_fjell.post(f"{path_of('1')}/credit", json=body), 400, "not_a_credit")
