import json

import pytest

from entrypoints.demo.world import demo_business
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Answer, Kvitt, an_invoice

FJELL = ["--business", "fjell"]


def test_one_invoice_is_one_object(fjell: Kvitt) -> None:
    file = fjell.file("one.json", an_invoice())

    first = fjell("invoice", "add", file, *FJELL, "--json")
    same = fjell("invoice", "add", file, *FJELL)
    changed = fjell("invoice", "add", fjell.file("one.json", an_invoice(comment="New")), *FJELL, "--json")

    assert (first.code, first.json) == (0, {"invoice": "1001-1", "result": "added"})
    assert (same.code, same.out) == (0, "1001-1: unchanged\n")
    assert changed.json["result"] == "replaced"


def test_several_files_lists_and_standard_input_are_one_array(fjell: Kvitt) -> None:
    one, several = fjell.file("one.json", an_invoice("1")), fjell.file("list.json", [an_invoice("2"), an_invoice("3")])
    lines = "\n".join(json.dumps(an_invoice(number)) for number in ("4", "5"))

    answer = fjell("invoice", "add", one, several, "-", *FJELL, "--json", stdin=lines.encode())

    assert answer.code == 0
    assert [item["invoice"] for item in answer.json] == ["1", "2", "3", "4", "5"]
    assert fjell("invoice", "add", fjell.file("none.json", "[]"), *FJELL, "--json").json == []


def test_the_good_ones_of_a_list_are_kept(fjell: Kvitt) -> None:
    file = fjell.file("list.json", [an_invoice("1"), an_invoice("2", colour="red"), an_invoice("3")])

    as_json = fjell("invoice", "add", file, *FJELL, "--json")
    plain = fjell("invoice", "add", file, *FJELL)

    assert as_json.code == plain.code == 1
    assert [item.get("result") for item in as_json.json] == ["added", None, "added"]
    assert as_json.json[1]["place"] == f"{file}, item 2"
    assert as_json.json[1]["faults"][0]["field"] == "colour"
    assert "item 2" in plain.err
    assert "colour" in plain.err
    assert plain.out == "1: unchanged\n3: unchanged\n"


def test_more_than_are_stored_at_once_are_told_in_their_order(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.cli.invoice._AT_ONCE", 2)
    numbers = ["5", "1", "4", "1", "3"]
    given = [an_invoice(number, comment=str(nth)) for nth, number in enumerate(numbers)]

    answer = fjell("invoice", "add", fjell.file("list.json", given), *FJELL)

    assert answer.out == "5: added\n1: added\n4: added\n1: replaced\n3: added\n"


def test_bad_json_is_one_problem_object(fjell: Kvitt) -> None:
    answer = fjell("invoice", "add", "-", *FJELL, "--json", stdin=b'{"number": }')

    assert (answer.code, answer.json["code"]) == (1, "bad_json")
    assert "standard input, line 1, column 12" in answer.json["detail"]


def test_incomplete_and_printed_ones_are_stored_and_refused_when_sent(fjell: Kvitt) -> None:
    fjell.add({"number": "1"}, an_invoice("2", type="printed"))

    for number, code in (("1", "invalid_invoice"), ("2", "not_data_for_accounting")):
        for command in ("preview", "send"):
            answer = fjell("invoice", command, number, *FJELL, "--json")

            assert (answer.code, answer.json["code"]) == (1, code)
            assert answer.json["faults"]


def test_listing_and_showing(fjell: Kvitt) -> None:
    assert fjell("invoice", "list", *FJELL, "--json").json == []
    fjell.add(an_invoice("2", order_number="77", comment="Høst"), an_invoice("1"), {"number": "3"})
    fjell("invoice", "send", "1", *FJELL)

    listed = fjell("invoice", "list", *FJELL, "--json")
    table = fjell("invoice", "list", *FJELL)
    shown = fjell("invoice", "show", "2", *FJELL, "--json")
    plain = fjell("invoice", "show", "2", *FJELL)

    assert [one["number"] for one in listed.json] == ["1", "2", "3"]
    assert listed.json[1].items() <= shown.json.items()
    assert shown.json["rows"][0]["unit_price"] == "1200.00"
    rows = [line.split("\t") for line in table.out.splitlines()]
    assert rows[1] == ["1", "2026-10-01", "Signe Prøve", "1500.00 NOK", "transferred", "24001", ""]
    assert rows[2][4] == "not sent"
    assert "Høst" in plain.out
    assert "to pay 1500.00 NOK" in plain.out
    again = fjell("invoice", "add", fjell.file("shown.json", shown.json), *FJELL, "--json")
    assert again.json["result"] == "unchanged"


def test_more_than_one_page_is_listed(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.cli.listing.PAGE", 2)
    for count in (1, 2, 3, 4, 5):
        fjell.add(an_invoice(str(count)))

        listed = fjell("invoice", "list", *FJELL, "--json")

        assert [one["number"] for one in listed.json] == [str(number + 1) for number in range(count)]


def test_an_unknown_invoice_is_exit_1(fjell: Kvitt) -> None:
    for command in ("show", "preview", "send", "status"):
        answer = fjell("invoice", command, "nix", *FJELL, "--json")

        assert (answer.code, answer.json["code"]) == (1, "unknown_invoice"), command
    assert fjell("customer", "link", "nix", "1", *FJELL, "--json").code == 1


def test_amounts_as_the_source_states_them_are_shown_and_previewed_as_they_are_booked(fjell: Kvitt) -> None:
    by_amount = {"product": "Ladder", "quantity": "3", "unit_price": "50.00", "discount_amount": "10.00"}
    by_total = {"product": "Transport", "net_amount": "980.00"}
    fjell.add(an_invoice(rows=[{**by_amount, "vat_percent": "25"}, {**by_total, "vat_percent": "25"}]))

    shown = fjell("invoice", "show", "1001-1", *FJELL).out
    preview = fjell("invoice", "preview", "1001-1", *FJELL).out

    assert "Ladder\t\t3\t50.00\t10.00\t140.00\t25" in shown
    assert "Transport\t\t\t\t\t980.00\t25" in shown
    assert "Ladder × 3\t1\t140.00\t0\t25\t3\t140.00" in preview
    assert "Transport\t1\t980.00\t0\t25\t3\t980.00" in preview
    assert "Note: Row 1" in preview


def test_products_departments_and_projects_are_shown(fjell: Kvitt, books: Books) -> None:
    digger = books.add_product("Digger", books.add_category("Hire"), no="1100")
    booked = {"products": {"EX-1": {"product": "1100", "vat_code": "3"}}, "department": "Utleie"}
    fjell("business", "add", "fjell", "--file", fjell.file("more.json", {**demo_business(), **booked}))
    row = {"product": "Excavator", "product_code": "EX-1", "quantity": "1", "unit_price": "100.00", "vat_percent": "25"}
    fjell.add(an_invoice(project=str(min(books.projects)), rows=[row, {**row, "department": "Verksted"}]))

    settings = fjell("business", "show", "fjell").out
    shown = fjell("invoice", "show", "1001-1", *FJELL).out
    preview = fjell("invoice", "preview", "1001-1", *FJELL).out

    assert "EX-1 is booked as: 1100, VAT code 3" in settings
    assert "Department: Utleie" in settings
    assert "Excavator (EX-1)\t" in shown
    assert "Department of row 2: Verksted" in shown
    utleie, verksted = sorted(books.departments)
    assert f"Product: 1100 Digger ({digger})" in preview
    assert "Sharefox rental" not in preview, "nothing is booked on it"
    assert f"Department: Utleie ({utleie})" in preview
    assert f"Department of row 2: Verksted ({verksted})" in preview
    assert "Department of row 1" not in shown + preview


def test_a_preview_shows_customer_order_and_totals_and_writes_nothing(fjell: Kvitt, books: Books) -> None:
    known = books.add_customer("Signe", type="Consumer", emails={"Primary": "signe@prove.example"})
    fjell.add(an_invoice())

    as_json = fjell("invoice", "preview", "1001-1", *FJELL, "--json")
    plain = fjell("invoice", "preview", "1001-1", *FJELL)

    assert as_json.code == plain.code == 0
    assert as_json.json["customer"]["id"] == str(known)
    assert as_json.json["customer"]["action"] == "update"
    assert as_json.json["order"]["rows"][0]["text"] == "Tractor (2026-09-10 – 2026-09-12)"
    assert f"record {known}" in plain.out
    assert "Signe Prøve" in plain.out
    assert "Tractor (2026-09-10 – 2026-09-12)\t1\t1200.00\t0\t25\t3\t1200.00" in plain.out
    assert "to pay 1500.00 NOK" in plain.out
    assert not books.orders
    assert books.customers[known].name == "Signe"


def test_references_are_shown_and_what_is_not_written_is_told(fjell: Kvitt) -> None:
    delivery = {"date": "2026-09-10", "name": "Site 4", "address": {"street": "Gata 1", "additional_street": "2. etg."}}
    said = {
        "order_number": "77",
        "our_reference": "Ola Berg",
        "order_reference": "PO 4711",
        "delivery": delivery,
        "paid_amount": "500.00",
        "paid_date": "2026-09-09",
    }
    text = {"product": "Trailer included"}
    fjell.add(an_invoice("1", **said, rows=[*an_invoice()["rows"], text]))

    stated = fjell("invoice", "show", "1", *FJELL).out
    preview = fjell("invoice", "preview", "1", *FJELL)
    sent = fjell("invoice", "send", "1", *FJELL)

    for line in ("Our reference: Ola Berg", "Order reference: PO 4711", "Paid before: 500.00 on 2026-09-09"):
        assert line in stated
    assert "Delivery: 2026-09-10, Site 4, Gata 1, 2. etg." in stated
    assert "Order reference: PO 4711" in preview.out
    assert "Delivery: 2026-09-10, Site 4, Gata 1, 2. etg." in preview.out
    assert "Our reference" not in preview.out
    assert "Trailer included\t\t\t\t\t\t\n" in preview.out
    assert "not written to the order: order_number, our_reference, paid_amount, paid_date" in preview.out
    assert "enter the payment there" in preview.out
    assert "our_reference is not written" in sent.out
    told = fjell("invoice", "preview", "1", *FJELL, "--json").json["not_written"]
    assert told["order_number"] == "the accounting system has no place for it"


def test_status_is_asked_each_time_and_not_paid_is_exit_0(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"), an_invoice("3"))
    assert fjell("invoice", "status", "--all", *FJELL, "--json").json == []
    fjell("invoice", "send", "1", "2", *FJELL)

    before = fjell("invoice", "status", "1", *FJELL, "--json")
    books.pay(books.publish(int(before.json["order_id"])))
    after = fjell("invoice", "status", "1", *FJELL, "--json")
    plain = fjell("invoice", "status", "1", *FJELL)
    everything = fjell("invoice", "status", "--all", *FJELL, "--json")
    mixed = fjell("invoice", "status", "1", "3", *FJELL, "--json")

    assert (before.code, before.json["status"], before.json["reason"]) == (0, "not_paid", "not_published")
    assert (after.code, after.json["status"]) == (0, "paid")
    assert plain.out.startswith("Invoice 1: paid on ")
    assert [report["invoice"] for report in everything.json] == ["1", "2"]
    assert (mixed.code, [one.get("code") for one in mixed.json]) == (1, [None, "not_sent"])


def test_status_without_a_way_to_the_accounting_system_is_exit_3(fjell: Kvitt, office: Sandbox) -> None:
    fjell.add(an_invoice())
    fjell("invoice", "send", "1001-1", *FJELL)
    office.stop()

    answer = fjell("invoice", "status", "1001-1", *FJELL, "--json")

    assert (answer.code, answer.json["status"]) == (3, 503)


def test_the_status_of_many_is_printed_a_piece_at_a_time(
    fjell: Kvitt, office: Sandbox, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.cli.bulk.PIECE", 2)
    numbers = ["1", "2", "3", "4", "5"]
    fjell.add(*(an_invoice(number) for number in numbers))
    fjell("invoice", "send", *numbers, *FJELL)
    office.journal.clear()

    everything = fjell("invoice", "status", "--all", *FJELL, "--json")
    plain = fjell("invoice", "status", "--all", *FJELL)
    several = fjell("invoice", "status", "5", "1", "5", *FJELL, "--json")

    assert everything.out == json.dumps(everything.json, indent=2) + "\n"
    assert [report["invoice"] for report in everything.json] == numbers
    assert [line.partition(":")[0] for line in plain.out.splitlines()[::2]] == [f"Invoice {one}" for one in numbers]
    assert [report["invoice"] for report in several.json] == ["5", "1"]
    assert office.journal.count("GetInvoices") == 3 + 3 + 1


def test_what_is_known_is_not_lost_when_the_accounting_system_fails_midway(
    fjell: Kvitt, office: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.cli.bulk.PIECE", 2)
    numbers = ["1", "2", "3", "4", "5"]
    fjell.add(*(an_invoice(number) for number in numbers))
    fjell("invoice", "send", *numbers, *FJELL)

    def asked(*options: str) -> Answer:
        office.inject("GetInvoices", "http_502", times=1, after=1)
        return fjell("invoice", "status", "--all", *FJELL, *options)

    as_json, plain = asked("--json"), asked()

    assert as_json.code == plain.code == 3
    assert [one["invoice"] for one in as_json.json] == numbers
    assert [one.get("reason") for one in as_json.json] == ["not_published"] * 2 + [None] * 3
    assert [one.get("status") for one in as_json.json[2:]] == [503] * 3
    assert plain.out.count("Invoice ") == 2
    assert "Stopped at invoice 3: the last 3 of 5 were not checked." in plain.err
    assert plain.err.count("Invoice 3") == 1
    assert "Invoice 4" not in plain.err


def test_showing_an_invoice_tells_what_is_known_of_its_payment(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    [transfer] = [fjell("invoice", "send", "1001-1", *FJELL, "--json").json]
    unknown = fjell("invoice", "show", "1001-1", *FJELL)
    books.pay(books.publish(int(transfer["order_id"])))
    status = fjell("invoice", "status", "1001-1", *FJELL, "--json").json
    shown = fjell("invoice", "show", "1001-1", *FJELL)
    books.delete_order(int(transfer["order_id"]))
    fjell("invoice", "status", "1001-1", *FJELL)
    gone = fjell("invoice", "show", "1001-1", *FJELL)
    fjell("invoice", "send", "1001-1", "--again", *FJELL)
    sent_again = fjell("invoice", "show", "1001-1", *FJELL)
    everything = fjell("invoice", "status", "--all", *FJELL, "--json")

    assert "Payment" not in unknown.out
    assert f"  Payment: paid on {status['paid_at']} (checked " in shown.out
    assert "  Payment: not paid: the order was deleted" in gone.out
    assert "Payment" not in sent_again.out
    assert [report["reason"] for report in everything.json] == ["not_published"]


def test_linking_a_customer_settles_who_it_is(fjell: Kvitt, books: Books) -> None:
    twins = [books.add_customer("Twin", type="Consumer", emails={"Primary": "signe@prove.example"}) for _ in range(2)]
    fjell.add(an_invoice())
    refused = fjell("invoice", "send", "1001-1", *FJELL, "--json")
    previewed = fjell("invoice", "preview", "1001-1", *FJELL, "--json")
    previewed_plain = fjell("invoice", "preview", "1001-1", *FJELL)
    told = fjell("transfer", "show", "1001-1", *FJELL)

    unknown = fjell("customer", "link", "1001-1", "99999999", *FJELL, "--json")
    linked = fjell("customer", "link", "1001-1", str(twins[1]), *FJELL, "--json")
    plain = fjell("customer", "link", "1001-1", str(twins[1]), *FJELL)
    sent = fjell("invoice", "send", "1001-1", *FJELL, "--json")

    assert (refused.code, refused.json["error"]["code"]) == (1, "ambiguous_customer")
    candidates = refused.json["error"]["candidates"]
    assert [(one["id"], one["name"], one["matches"]) for one in candidates] == [
        (str(twin), "Twin", ["email"]) for twin in twins
    ]
    assert (previewed.code, previewed.json["candidates"]) == (1, candidates)
    for shown in (told.out, previewed_plain.err):
        assert f"{twins[1]}\tTwin\t\tsigne@prove.example\t\te-mail\n" in shown
        assert "kvitt customer link 1001-1 ID --business fjell" in shown
    assert (previewed_plain.code, previewed_plain.out) == (1, "")
    assert (unknown.code, unknown.json["code"]) == (1, "unknown_customer")
    assert (linked.code, linked.json["customer"]["id"]) == (0, str(twins[1]))
    assert f"record {twins[1]}" in plain.out
    assert (sent.code, sent.json["customer_id"]) == (0, str(twins[1]))
