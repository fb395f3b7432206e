"""Where a fault is and what it is, as a person reads it; for programs the field stays as it is."""

import pytest

from core.errors import Fault, InvalidInput
from entrypoints.parsing import business_from, invoice_from


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("rows[0].vat_percent", "row 1, vat_percent"),
        ("rows[11].period.end", "row 12, period.end"),
        ("rows[1]", "row 2"),
        ("invoices[3]", "invoice 4"),
        ("customer.address.country", "customer.address.country"),
        ("", ""),
    ],
)
def test_rows_are_named_as_a_person_counts_them(field: str, place: str) -> None:
    fault = Fault(field, "is missing")
    assert (fault.place, fault.field) == (place, field)
    assert fault.sentence == (f"{place}: is missing" if field else "is missing")


def test_what_validators_find_is_said_in_plain_words() -> None:
    with pytest.raises(InvalidInput) as refused:
        invoice_from(
            {
                "number": "1",
                "type": "letter",
                "colour": "red",
                "comment": 7,
                "prices_include_vat": "perhaps",
                "customer": [],
                "rows": [{"product": "Tractor", "size": 3}, "x"],
            }
        )
    told = {fault.field: fault.message for fault in refused.value.faults}
    assert told["colour"] == told["rows[0].size"] == "is not a field that is known here"
    assert told["comment"] == "is not text: write it in quotes"
    assert told["customer"] == told["rows[1]"] == "is not an object with fields"
    assert told["prices_include_vat"] == "is neither true nor false"
    assert "row 1, size: is not a field that is known here" in refused.value.message
    assert not any(word in refused.value.message for word in ("Input", "should", "permitted", "rows["))
    with pytest.raises(InvalidInput, match="number: is missing"):
        invoice_from({})
    with pytest.raises(InvalidInput, match=r"^This is not an invoice\. It is not an object with fields\.$"):
        invoice_from(7)
    with pytest.raises(InvalidInput, match="issue_date: does not exist in the calendar"):
        invoice_from({"number": "1", "issue_date": "2026-02-30"})


def test_limits_are_told_in_plain_words() -> None:
    with pytest.raises(InvalidInput, match=r"^This is not an invoice\. number: is empty\.$"):
        invoice_from({"number": ""})
    with pytest.raises(InvalidInput) as refused:
        business_from(
            {
                "name": "Fjell Æ",
                "accounting": {"system": "tripletex"},
                "follow_up_seconds": 5,
                "vat_codes": {"abc": "3"},
            }
        )
    told = {fault.field: fault.message for fault in refused.value.faults}
    assert told["name"].startswith("is not made of letters from a to z")
    assert told["follow_up_seconds"] == "is below 60"
    assert told["vat_codes.abc"].startswith("not a decimal string")
