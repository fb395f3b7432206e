import json

from entrypoints.http.bodies import MOST_CHECKED
from tests.http.documents import Api, add_invoice, invoice_document, path_of, problem_of

FJELL = "/v1/businesses/fjell"
NDJSON = {"Content-Type": "application/x-ndjson"}


def lines_of(*documents: object) -> str:
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in documents)


def test_a_list_of_invoices_is_added_the_good_ones_kept_and_the_faults_told_by_row(fjell: Api) -> None:
    add_invoice(fjell, "2", comment="earlier")
    add_invoice(fjell, "3")
    given = [
        invoice_document("1"),
        invoice_document("2"),
        invoice_document("3"),
        invoice_document("4", rows="none"),
        "no invoice",
        {"comment": "without a number"},
    ]
    answer = fjell.post(f"{FJELL}/invoices", json=given)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [told[name] for name in ("added", "replaced", "unchanged", "refused")] == [1, 1, 1, 3]
    assert [(item["row"], item["invoice"], item["result"]) for item in told["items"]] == [
        (1, "1", "added"),
        (2, "2", "replaced"),
        (3, "3", "unchanged"),
        (4, "4", None),
        (5, None, None),
        (6, None, None),
    ]
    fourth = told["items"][3]["error"]
    assert fourth["code"] == "not_an_invoice"
    assert fourth["message"].startswith("Row 4: ")
    assert fourth["faults"][0]["field"] == "rows"
    assert fjell.get(path_of("1")).json()["number"] == "1"


def test_invoices_may_come_as_lines_and_a_broken_line_keeps_no_other_from_being_added(fjell: Api) -> None:
    content = lines_of(invoice_document("1"), '{"number": "2", "x": NaN}', "", "{broken", invoice_document("3")) + "\n"
    told = fjell.post(f"{FJELL}/invoices", content=content, headers=NDJSON).json()
    assert [(item["row"], item["invoice"], item["result"]) for item in told["items"]] == [
        (1, "1", "added"),
        (2, "2", None),
        (4, None, None),
        (5, "3", "added"),
    ]
    assert [item["error"]["code"] for item in told["items"] if item["error"]] == ["bad_json", "bad_json"]


def test_one_that_was_sent_and_differs_is_refused_and_the_others_are_stored(fjell: Api) -> None:
    add_invoice(fjell, "1")
    fjell.post(f"{path_of('1')}/send")
    told = fjell.post(f"{FJELL}/invoices", json=[invoice_document("1", comment="new"), invoice_document("2")]).json()
    assert [item["result"] for item in told["items"]] == [None, "added"]
    assert (told["items"][0]["error"]["code"], told["items"][0]["error"]["outcome"]) == ("already_sent", "written")


def test_many_are_stored_whatever_their_number_and_repeated_under_a_key(fjell: Api) -> None:
    given = [{"number": str(number)} for number in range(1, 251)]
    first = fjell.post(f"{FJELL}/invoices", json=given, headers={"Idempotency-Key": "k"})
    again = fjell.post(f"{FJELL}/invoices", json=given, headers={"Idempotency-Key": "k"})
    assert first.json()["added"] == 250
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    entries = fjell.get(f"{FJELL}/audit?invoice=17").json()["items"]
    assert [(one["action"], one["actor"]["name"]) for one in entries] == [("invoice.added", "tests")]


def test_what_is_no_list_of_invoices_is_refused_as_a_whole(fjell: Api) -> None:
    bodies: list[object] = [{"number": "1"}, [], "x"]
    for body in bodies:
        problem_of(fjell.post(f"{FJELL}/invoices", json=body), 400, "not_invoices_to_add")
    problem_of(fjell.post(f"{FJELL}/invoices", content="\n\n", headers=NDJSON), 400, "not_invoices_to_add")
    problem_of(fjell.post(f"{FJELL}/invoices", json=[{"number": "1"}] * 10_001), 400, "not_invoices_to_add")
    headers = {"Content-Type": "application/json"}
    problem_of(fjell.post(f"{FJELL}/invoices", content="[", headers=headers), 400, "bad_json")
    problem_of(fjell.post(f"{FJELL}/invoices", content=b"[\xff]", headers=headers), 400, "bad_json")
    of_csv = fjell.post(f"{FJELL}/invoices", content="[]", headers={"Content-Type": "text/csv"})
    problem_of(of_csv, 415, "unsupported_media_type")
    problem_of(fjell.post("/v1/businesses/nobody/invoices", json=[{"number": "1"}]), 404, "unknown_business")
    problem_of(fjell.post(f"{FJELL}/invoices", content="[" + " " * 1_000_001 + "]", headers=headers), 413, "too_large")
    assert fjell.get(f"{FJELL}/invoices").json()["items"] == []


def test_named_invoices_are_checked_each_with_its_answer(fjell: Api) -> None:
    for number in ("status", "2"):
        add_invoice(fjell, number)
    fjell.post(f"{path_of('status')}/send")
    told = fjell.post(f"{FJELL}/statuses", json={"invoices": ["status", "2", "nothing", "status"]}).json()
    assert told["next"] is None
    assert [(item["invoice"], bool(item["status"])) for item in told["items"]] == [
        ("status", True),
        ("2", False),
        ("nothing", False),
    ]
    assert told["items"][0]["status"] == fjell.post(f"{path_of('status')}/status").json() | {
        "checked_at": told["items"][0]["status"]["checked_at"]
    }
    assert [item["error"]["code"] for item in told["items"][1:]] == ["not_sent", "unknown_invoice"]


def test_all_that_are_open_are_checked_a_piece_at_a_time(fjell: Api) -> None:
    for number in ("1", "2", "3"):
        add_invoice(fjell, number)
    fjell.post(f"{FJELL}/transfers", json={"all": True})
    add_invoice(fjell, "4")
    told = fjell.post(f"{FJELL}/statuses", json={"open": True}).json()
    assert [item["invoice"] for item in told["items"]] == ["1", "2", "3"]
    assert told["next"] is None
    rest = fjell.post(f"{FJELL}/statuses", json={"open": True, "after": "2"}).json()
    assert [item["invoice"] for item in rest["items"]] == ["3"]


def test_a_choice_that_is_none_is_refused(fjell: Api) -> None:
    too_many = [str(number) for number in range(MOST_CHECKED + 1)]
    bodies: list[object] = [{}, {"invoices": []}, {"invoices": ["1"], "open": True}, {"invoices": ["1"], "after": "1"}]
    for body in bodies:
        problem_of(fjell.post(f"{FJELL}/statuses", json=body), 400, "not_invoices_to_check")
    problem_of(fjell.post(f"{FJELL}/statuses", json={"invoices": too_many}), 400, "not_invoices_to_check")
    problem_of(fjell.post("/v1/businesses/nobody/statuses", json={"open": True}), 404, "unknown_business")
