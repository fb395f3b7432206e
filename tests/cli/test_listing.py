"""kvitt invoice list: filters, what the columns say, and a table for a spreadsheet."""

import csv
import io

import pytest

from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]


def listed(fjell: Kvitt, *options: str) -> list[str]:
    return [one["number"] for one in fjell("invoice", "list", *FJELL, *options, "--json").json]


def test_invoices_are_listed_by_where_they_stand_and_what_they_say(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1", issue_date="2026-01-03"), an_invoice("2", issue_date="2026-01-02"), an_invoice("31"))
    fjell("invoice", "send", "1", *FJELL)
    fjell("invoice", "status", "1", *FJELL)

    assert listed(fjell, "--state", "transferred", "--unpaid") == ["1"]
    assert listed(fjell, "--paid") == []
    assert listed(fjell, "--state", "unsent") == ["2", "31"]
    assert listed(fjell, "--number", "3") == ["31"]
    assert listed(fjell, "--search", "31") == ["31"]
    assert listed(fjell, "--from", "2026-01-02", "--to", "2026-01-03") == ["2", "1"]
    assert listed(fjell, "--customer", "nobody") == []
    assert fjell("invoice", "list", *FJELL, "--customer", "nobody").err == "No invoices match.\n"
    plain = fjell("invoice", "list", *FJELL).out.splitlines()
    assert plain[0].split("\t") == ["Number", "Date", "Customer", "Total", "Transfer", "Order", "Payment"]
    assert plain[1].split("\t")[4::2] == ["transferred", "not published"]
    assert plain[1].split("\t")[5]
    (transfer,) = fjell("transfer", "list", "--invoice", "1", *FJELL, "--json").json
    assert (transfer["invoice"], transfer["order_id"]) == ("1", plain[1].split("\t")[5])
    assert f"Order in the accounting system: {transfer['order_id']}" in fjell("invoice", "show", "1", *FJELL).out


def test_a_table_for_a_spreadsheet_holds_no_formula(fjell: Kvitt) -> None:
    invoice = an_invoice("-1")
    invoice["customer"] = {"name": '=HYPERLINK("https://evil.example";"a")', "email": "@x"}
    fjell.add(invoice)

    out = fjell("invoice", "list", *FJELL, "--csv").out

    heading, row = csv.reader(io.StringIO(out.removeprefix("\ufeff"), newline=""), delimiter=";")
    told = dict(zip(heading, row, strict=True))
    assert out.startswith("\ufeff")
    assert (told["number"], told["email"], told["state"]) == ("'-1", "'@x", "unsent")
    assert told["customer"].startswith("'=HYPERLINK")
    assert "," in told["total"]


@pytest.mark.parametrize(
    "options", [["--state", "sent"], ["--from", "today"], ["--csv", "--json"]], ids=lambda options: options[0]
)
def test_what_can_not_be_listed_is_a_usage_error(fjell: Kvitt, options: list[str]) -> None:
    assert fjell("invoice", "list", *FJELL, *options).code == 2
