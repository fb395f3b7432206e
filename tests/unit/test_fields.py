import json
import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from core.customer import Address
from core.fields import AS_STORED, BusinessName, DecimalText, Instant, InvoiceNumber, IsoDate, Name, Text, plain
from core.invoice import Invoice

_decimal: TypeAdapter[Decimal] = TypeAdapter(DecimalText)
_number: TypeAdapter[str] = TypeAdapter(InvoiceNumber)
_date: TypeAdapter[Any] = TypeAdapter(IsoDate)
_instant: TypeAdapter[datetime] = TypeAdapter(Instant)
_text: TypeAdapter[str] = TypeAdapter(Text)
_business: TypeAdapter[str] = TypeAdapter(BusinessName)


@pytest.mark.parametrize("text", ["0", "1", "-1", "1200.00", "0.0001", "123456789012345.1234567890", "-0.5"])
def test_a_decimal_string_is_taken_as_it_is(text: str) -> None:
    assert str(_decimal.validate_python(text)) == text


@pytest.mark.parametrize(
    "value",
    [
        1,
        1.5,
        True,
        math.nan,
        None,
        "",
        " 1",
        "1 ",
        "1 200",
        "1,5",
        "1.",
        ".5",
        "+1",
        "1e3",
        "1E+2",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "1_000",
        "--1",
        "1.2.3",
        "1234567890123456",
        "1.12345678901",
        "12\n",
        "١٢",
        "１２",
    ],
)
def test_what_is_not_a_plain_decimal_string_is_no_amount(value: object) -> None:
    with pytest.raises(ValidationError):
        _decimal.validate_python(value)


@given(st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=10))
def test_a_decimal_survives_json_without_exponent(amount: Decimal) -> None:
    written = _decimal.dump_python(amount, mode="json")
    assert "E" not in written
    assert _decimal.validate_python(written) == amount


def test_a_decimal_with_an_exponent_is_written_out() -> None:
    assert plain(Decimal("1E+2")) == "100"
    assert plain(Decimal("1E-7")) == "0.0000001"
    assert plain(Decimal("1.50")) == "1.50"


@pytest.mark.parametrize("field", ["quantity", "unit_price", "discount_percent", "vat_percent"])
@pytest.mark.parametrize("amount", ["1.5", "1"])
def test_a_json_number_for_money_is_refused_in_an_invoice(field: str, amount: str) -> None:
    with pytest.raises(ValidationError, match="decimal string"):
        Invoice.model_validate_json(f'{{"number": "1", "rows": [{{"{field}": {amount}}}]}}')


@pytest.mark.parametrize(
    "document",
    [
        '{"number": "1", "colour": "red"}',
        '{"number": "1", "customer": {"nickname": "Kari"}}',
        '{"number": "1", "rows": [{"price": "1.00"}]}',
        '{"number": "1", "rows": [{"period": {"start": "2021-01-10", "end": "2021-01-12", "days": "2"}}]}',
        '{"number": "1", "customer": {"address": {"zip": "0150"}}}',
    ],
)
def test_an_unknown_field_is_refused_wherever_it_stands(document: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Invoice.model_validate_json(document)


def test_an_invoice_without_a_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="number"):
        Invoice.model_validate_json("{}")


@pytest.mark.parametrize("number", [1, "", "a" * 51, " 1", "1 ", "a\nb", "a\tb", "a\x00b", "a\u200bb", "a\ud800"])
def test_a_number_is_1_to_50_printable_characters(number: object) -> None:
    with pytest.raises(ValidationError):
        _number.validate_python(number)


@pytest.mark.parametrize("number", ["1", "a" * 50, "2001/1 B", "Ø-7 №", "<&>", "../..", "%2F"])
def test_a_printable_number_is_kept_exactly(number: str) -> None:
    assert _number.validate_python(number) == number


@pytest.mark.parametrize("sign", ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_text_that_no_wire_format_carries_is_refused(sign: str) -> None:
    with pytest.raises(ValidationError):
        _text.validate_python(f"a{sign}b")


@pytest.mark.parametrize("field", ["comment", "your_reference", "currency"])
def test_signs_that_nothing_can_store_are_left_out_of_what_a_source_states(field: str) -> None:
    invoice = Invoice.model_validate({"number": "1", field: "a\x0bb\x00\x07c\uffff"})
    assert getattr(invoice, field) == "a bc"
    assert invoice.reading_warnings
    assert field in invoice.reading_warnings[0]


def test_a_text_that_is_replaced_does_not_come_back() -> None:
    stated = Invoice.model_validate({"number": "1", "comment": "one\x0btwo"})
    assert stated.model_dump()["comment"] == "one\x0btwo"
    assert stated.model_copy(update={"comment": "three"}).model_dump()["comment"] == "three"


def test_what_a_source_states_is_stored_as_it_stated_it_and_read_again_alike() -> None:
    stated = {
        "number": "1",
        "rows": [{"product": "Tractor"}, {"product": "Tractor\x0bwith driver"}],
        "customer": {"name": "Ola\x02 Berg", "address": {"street": "Gata\x0c1"}},
        "delivery": {"address": {"city": "O\x01slo"}},
    }
    invoice = Invoice.model_validate(stated)
    (warning,) = invoice.reading_warnings
    assert warning.endswith("in customer.address.street, customer.name, delivery.address.city, rows[1].product.")
    assert invoice.customer.name == "Ola Berg"
    assert invoice.rows[1].product == "Tractor with driver"
    again = Invoice.model_validate_json(invoice.model_dump_json(), context=AS_STORED)
    assert again == invoice
    assert (again.reading_warnings, again.fingerprint) == (invoice.reading_warnings, invoice.fingerprint)
    assert json.loads(invoice.model_dump_json())["customer"]["name"] == "Ola\x02 Berg"
    assert invoice.model_copy(update={"rows": ()}).model_dump()["rows"] == ()
    assert Invoice.model_validate({"number": "1"}).reading_warnings == []


def test_of_many_places_with_such_signs_ten_are_named() -> None:
    invoice = Invoice.model_validate({"number": "1", "rows": [{"product": "a\x01"}] * 12})
    assert invoice.reading_warnings[0].endswith("and 2 more.")


@pytest.mark.parametrize("number", ["1\x01", "1\x0b2"])
def test_of_a_number_nothing_is_left_out(number: str) -> None:
    for document in ({"number": number}, {"number": "1", "credits": number}):
        with pytest.raises(ValidationError):
            Invoice.model_validate(document)


def test_half_a_character_is_refused() -> None:
    for document in ({"comment": "a\ud800"}, {"customer": {"name": "a\udfff"}}):
        with pytest.raises(ValidationError, match="half a character"):
            Invoice.model_validate({"number": "1", **document})


def test_markup_line_breaks_and_other_alphabets_are_ordinary_text() -> None:
    text = 'Ås & <b> "x"\n\tЖ 漢 🚜'
    assert _text.validate_python(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "2021-1-5",
        "2021-02-30",
        "20210105",
        "2021-01-05T00:00:00",
        "",
        5,
        datetime(2021, 1, 5, tzinfo=UTC),
        "２０２１-01-05",
    ],
)
def test_a_date_is_four_two_two_digits_and_exists(value: object) -> None:
    with pytest.raises(ValidationError):
        _date.validate_python(value)


def test_an_instant_is_turned_into_utc_and_needs_its_offset() -> None:
    oslo = datetime(2026, 10, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    assert _instant.validate_python(oslo) == datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
    assert _instant.dump_python(oslo, mode="json") == "2026-10-01T08:00:00.000Z"
    with pytest.raises(ValidationError, match="offset"):
        _instant.validate_python(datetime(2026, 10, 1, 10, 0))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "å", "a" * 51, "a\n"])
def test_a_business_name_fits_a_path_and_a_command_line(name: str) -> None:
    with pytest.raises(ValidationError):
        _business.validate_python(name)
    assert _business.validate_python("Fjell.utleie_2-b") == "Fjell.utleie_2-b"


HIDDEN = [
    *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x200B, 0x2060, 0xFEFF, 0x00AD, 0xE0041,
]  # fmt: skip
_PERSON = {
    "name": "Signe",
    "email": "s@prove.example",
    "organization_name": "Moe AS",
    "organization_number": "911000008",
}


@pytest.mark.parametrize("sign", HIDDEN)
@pytest.mark.parametrize("field", [*_PERSON, "address.street", "address.city"])
def test_a_name_or_address_holds_nothing_that_can_not_be_seen(sign: int, field: str) -> None:
    text = f"Moe{chr(sign)}SA"
    name, _, part = field.partition(".")
    customer = {**_PERSON, name: {part: text} if part else text}
    with pytest.raises(ValidationError) as error:
        Invoice.model_validate({"number": "1", "customer": customer})
    (fault,) = error.value.errors()
    assert fault["loc"] == ("customer", name)
    assert f"U+{sign:04X}" in fault["msg"]
    assert part in fault["msg"]


@pytest.mark.parametrize("sign", HIDDEN)
def test_names_in_settings_and_invoice_numbers_hold_none_either(sign: int) -> None:
    for adapter in (TypeAdapter(Name), _number, _business):
        with pytest.raises(ValidationError):
            adapter.validate_python(f"a{chr(sign)}b")


@pytest.mark.parametrize("name", ["می\u200cخواهم", "क्\u200dष", "אברהם", "Åse Ødegård", "O’Brien", "李 小龍"])
def test_names_of_every_writing_are_taken(name: str) -> None:
    customer = Invoice.model_validate({"number": "1", "customer": {"name": name}}).customer
    assert customer.name == name


def test_row_texts_and_comments_may_be_any_text_and_phones_as_they_are_pasted() -> None:
    customer = {"phone": "\u202a+47 91 12 23 33\u202c"}
    document = {"number": "1", "comment": "a\u200fb", "rows": [{"product": "a\u200fb"}], "customer": customer}
    assert Invoice.model_validate(document).comment == "a\u200fb"


def test_an_address_that_was_read_may_hold_anything() -> None:
    assert Address(street="a\u202eb").street == "a\u202eb"
