"""Asking what happened: sent already, the history, deleting and unlinking, transfers by their invoices' numbers."""

import os
import pwd
from pathlib import Path

from entrypoints.container import make_container
from entrypoints.demo.world import demo_business
from entrypoints.settings import Settings
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ("--business", "fjell")
NUMBER = "1001-1"
USER = pwd.getpwuid(os.getuid()).pw_name
SEND = ("invoice", "send", NUMBER, *FJELL)


def test_a_preview_and_a_send_of_a_sent_invoice_say_so_and_what_could_be_done(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    assert "sent already" not in fjell(*SEND).out
    order_id = fjell("transfer", "list", "--json").json[0]["order_id"]
    for command, said in (("preview", "a send would change nothing"), ("send", "nothing was done")):
        answer = fjell("invoice", command, NUMBER, *FJELL)
        assert answer.code == 0
        assert f"was sent already, as order {order_id}" in answer.out
        assert said in answer.out
        assert "not asked about yet" in answer.out
        assert "--again" in answer.out
        assert f"To change it, while its order is not published: kvitt invoice withdraw {NUMBER} " in answer.out
        assert "a send would do this" not in answer.out
    fjell("invoice", "status", NUMBER, *FJELL)
    told = fjell(*SEND).out
    assert "Payment: not paid: the order has not been published" in told
    assert "kvitt invoice withdraw" in told


def test_of_one_that_was_published_it_is_not_said_that_it_can_be_withdrawn(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    books.publish(int(fjell(*SEND, "--json").json["order_id"]))
    fjell("invoice", "status", NUMBER, *FJELL)
    told = fjell(*SEND).out
    assert "kvitt invoice credit" in told
    assert "kvitt invoice withdraw" not in told


def test_json_says_it_too(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    assert fjell("invoice", "preview", NUMBER, *FJELL, "--json").json["already_sent"] is None
    first = fjell(*SEND, "--json").json
    assert first["already_sent"] is None
    again = fjell(*SEND, "--json").json
    assert again["already_sent"]["order_id"] == first["order_id"]
    assert fjell("invoice", "preview", NUMBER, *FJELL, "--json").json["already_sent"] == again["already_sent"]


def test_an_order_that_was_seen_to_be_deleted_is_said_to_be(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    books.delete_order(int(fjell(*SEND, "--json").json["order_id"]))
    fjell("invoice", "status", NUMBER, *FJELL)
    for command in ("preview", "send"):
        told = fjell("invoice", command, NUMBER, *FJELL).out
        assert "the order was deleted in the accounting system" in told
        assert f"create a new order in its place: kvitt invoice send --again {NUMBER} --business fjell" in told


def test_of_several_that_are_sent_those_that_were_before_are_told(fjell: Kvitt) -> None:
    fjell.add(an_invoice(), an_invoice("2"))
    fjell(*SEND)
    answer = fjell("invoice", "send", NUMBER, "2", *FJELL)
    assert f"Invoice {NUMBER} was sent already" in answer.out
    assert "Invoice 2 was sent already" not in answer.out
    told = {
        one["invoice"]: one["already_sent"] for one in fjell("invoice", "send", NUMBER, "2", *FJELL, "--json").lines
    }
    assert all(told.values())


def test_what_waits_says_how_to_go_on_where_no_worker_runs(fjell: Kvitt, office: Sandbox, tmp_path: Path) -> None:
    fjell.add(an_invoice())
    office.inject("GetCompanies", "http_502", times=99)
    waiting = fjell(*SEND, "--wait", "0")
    assert waiting.code == 3
    assert "waiting; it can be retried from" in waiting.out
    assert "retried at" not in waiting.out
    assert f"Start kvitt serve or kvitt worker, or: kvitt invoice send {NUMBER} --business fjell" in waiting.out
    assert "No worker is running" in fjell("transfer", "show", NUMBER).out
    container = make_container(Settings(home=tmp_path / "home"))
    container.restore_watch().keep_watch()
    container.storage().close()
    shown = fjell("transfer", "show", NUMBER).out
    assert "retried at" in shown
    assert "No worker is running" not in shown


def test_the_history_of_an_invoice_is_read_in_one_go(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    fjell(*SEND)
    fjell("invoice", "status", NUMBER, *FJELL)
    told = fjell("invoice", "history", NUMBER, *FJELL).out.splitlines()
    assert told[0] == f"Invoice {NUMBER} of fjell:"
    assert told[1].endswith(f"The invoice was added. ({USER})")
    assert told[2].endswith(f"The invoice was sent. ({USER})")
    order_id = fjell("transfer", "show", NUMBER, "--json").json["order_id"]
    assert told[-2].endswith(f"Transferred as order {order_id}.")
    assert told[-1].endswith(f"Not paid: the order had not been published as an invoice. ({USER})")
    events = fjell("invoice", "history", NUMBER, *FJELL, "--json").json
    assert len(events) == len(told) - 1
    assert set(events[0]) == {"at", "kind", "text", "details"}
    assert fjell("invoice", "history", "nope", *FJELL, "--json").json["code"] == "unknown_invoice"


def test_unsent_invoices_are_deleted_and_others_are_not(fjell: Kvitt) -> None:
    fjell.add(an_invoice(), an_invoice("2"), an_invoice("3"))
    fjell(*SEND)
    answer = fjell("invoice", "delete", "2", NUMBER, "nope", *FJELL)
    assert answer.code == 1
    assert answer.out == "2: deleted\n"
    assert "can't be deleted" in answer.err
    assert "nope" in answer.err
    told = fjell("invoice", "delete", "3", NUMBER, *FJELL, "--json").lines
    assert told[0] == {"invoice": "3", "result": "deleted"}
    assert (told[1]["code"], told[1]["invoice"]) == ("already_sent", NUMBER)
    assert [one["number"] for one in fjell("invoice", "list", *FJELL, "--json").json] == [NUMBER]
    assert fjell("invoice", "delete", "2", "--business", "nobody", "--json").json["code"] == "unknown_business"


def test_a_customer_is_unlinked(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    unlink = ("customer", "unlink", NUMBER, *FJELL)
    assert "Nothing was remembered" in fjell(*unlink).out
    customer_id = fjell(*SEND, "--json").json["customer_id"]
    assert f"no longer linked to record {customer_id}" in fjell(*unlink).out
    assert fjell(*unlink, "--json").json == {"invoice": NUMBER, "forgotten": []}


def test_transfer_commands_take_invoice_numbers(fjell: Kvitt) -> None:
    fjell.add(an_invoice(), an_invoice("2"))
    sent = fjell(*SEND, "--json").json
    assert fjell("transfer", "show", NUMBER, "--json").json["id"] == sent["id"]
    assert fjell("transfer", "show", NUMBER, *FJELL, "--json").json["id"] == sent["id"]
    assert fjell("transfer", "show", sent["id"], "--json").json["invoice"] == NUMBER
    assert fjell("transfer", "retry", NUMBER, "--json").json["state"] == "transferred"
    assert fjell("transfer", "cancel", NUMBER, "--json").json["code"] == "not_cancellable"
    never = fjell("transfer", "show", "2", "--json").json
    assert (never["code"], "never sent" in never["detail"]) == ("unknown_transfer", True)
    assert fjell("transfer", "show", "nope", "--json").json["code"] == "unknown_transfer"


def test_a_number_that_several_businesses_have_is_asked_about(fjell: Kvitt) -> None:
    fjell("business", "add", "vidde", "--file", fjell.file("vidde.json", demo_business() | {"name": "vidde"}))
    fjell.add(an_invoice())
    fjell("invoice", "add", fjell.file("one.json", an_invoice()), "--business", "vidde")
    fjell(*SEND)
    fjell("invoice", "send", NUMBER, "--business", "vidde")
    asked = fjell("transfer", "show", NUMBER, "--json").json
    assert asked["code"] == "ambiguous_transfer"
    assert "fjell" in asked["detail"]
    assert "vidde" in asked["detail"]
    assert fjell("transfer", "show", NUMBER, "--business", "vidde", "--json").json["business"] == "vidde"
