"""Sending an invoice again whose order is gone, and the story of a transfer."""

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ("--business", "fjell")


def test_an_order_that_is_still_there_is_not_doubled(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    order_id = fjell("invoice", "send", "1001-1", *FJELL, "--json").json["order_id"]
    answer = fjell("invoice", "send", "1001-1", "--again", *FJELL, "--json")
    assert (answer.code, answer.json["code"]) == (1, "order_exists")
    assert order_id in answer.json["detail"]
    assert len(books.orders) == 1


def test_an_order_that_is_gone_is_made_anew_and_the_history_is_kept(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    first = fjell("invoice", "send", "1001-1", *FJELL, "--json").json
    books.delete_order(int(first["order_id"]))
    again = fjell("invoice", "send", "1001-1", "--again", *FJELL, "--json")
    assert (again.code, again.json["state"]) == (0, "transferred")
    assert again.json["order_id"] != first["order_id"]
    assert list(books.orders) == [int(again.json["order_id"])]
    listed = fjell("transfer", "list", *FJELL, "--json").json
    assert [one["id"] for one in listed] == [first["id"], again.json["id"]]
    assert first["order_id"] in fjell("transfer", "show", again.json["id"]).out


def test_what_never_arrived_is_not_sent_again(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    answer = fjell("invoice", "send", "1001-1", "--again", *FJELL, "--json")
    assert (answer.code, answer.json["code"]) == (1, "not_sent")


def test_again_is_for_named_invoices_only(fjell: Kvitt) -> None:
    assert fjell("invoice", "send", "--all", "--again", *FJELL).code == 2


def test_a_transfer_tells_its_story(fjell: Kvitt, office: Sandbox) -> None:
    fjell.add(an_invoice())
    transfer_id = fjell("invoice", "send", "1001-1", *FJELL, "--json").json["id"]
    shown = fjell("transfer", "show", transfer_id, "--json").json
    texts = [step["text"] for step in shown["steps"]]
    assert texts[0] == "Attempt 1 began."
    assert texts.index("Noted that the order is about to be created.") < len(texts) - 1
    assert texts[-1] == f"Transferred as order {shown['order_id']}."
    told = fjell("transfer", "show", transfer_id).out
    assert all(text in told for text in texts)
