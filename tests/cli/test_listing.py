"""kvitt invoice list: filters, what the columns say, and a table for a spreadsheet."""

import csv
import io

import pytest

from sandbox import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT
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
    assert listed(fjell, "--newest", "--to", "2026-01-03") == ["1", "2"]
    assert listed(fjell, "--min-total", "1000000") == []
    assert listed(fjell, "--min-total", "0.01", "--max-total", "1000000", "--state", "unsent") == ["2", "31"]
    assert listed(fjell, "--customer", "nobody") == []
    assert fjell("invoice", "list", *FJELL, "--customer", "nobody").err == "No invoices match.\n"
    plain = fjell("invoice", "list", *FJELL).out.splitlines()
    assert plain[0].split("\t") == ["Number", "Date", "Customer", "Total", "Transfer", "Order", "Payment"]
    assert plain[1].split("\t")[4::2] == ["transferred", "not published"]
    assert plain[1].split("\t")[5]
    (transfer,) = fjell("transfer", "list", "--invoice", "1", *FJELL, "--json").json
    assert (transfer["invoice"], transfer["order_id"]) == ("1", plain[1].split("\t")[5])
    shown = fjell("invoice", "show", "1", *FJELL).out
    assert f"Order in the accounting system: {transfer['order_id']}" in shown
    assert f'In the books of: "{DEMO_ACCOUNT}" in 24sevenoffice (company ' in shown
    assert "In the books of" not in fjell("invoice", "show", "2", *FJELL).out


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


def test_whose_books_invoices_lie_in_is_listed_where_they_are_several(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"), an_invoice("3"))
    fjell("invoice", "send", "1", *FJELL)
    assert "Books" not in fjell("invoice", "list", *FJELL).out
    assert fjell("business", "set", "fjell", f"accounting.account_name={DEMO_OTHER_ACCOUNT}").code == 0
    fjell("invoice", "send", "2", *FJELL)

    heading, *rows = [line.split("\t") for line in fjell("invoice", "list", *FJELL).out.splitlines()]

    assert heading[-1] == "Books"
    first, second = (f"{company}, 24sevenoffice" for company in (DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT))
    assert [row[-1] for row in rows] == [first, second, ""]
    out = fjell("invoice", "list", *FJELL, "--csv").out.removeprefix("\ufeff")
    told = list(csv.DictReader(io.StringIO(out, newline=""), delimiter=";"))
    assert [one["company"] for one in told] == [DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT, ""]
    assert [one["accounting_system"] for one in told] == ["24sevenoffice", "24sevenoffice", ""]


@pytest.mark.parametrize(
    "options",
    [["--state", "sent"], ["--from", "today"], ["--min-total", "1.200,00"], ["--csv", "--json"]],
    ids=lambda options: options[0],
)
def test_what_can_not_be_listed_is_a_usage_error(fjell: Kvitt, options: list[str]) -> None:
    assert fjell("invoice", "list", *FJELL, *options).code == 2
