"""Records that the vendor has and that can't be read: each by itself; what is no record's trouble is everybody's."""

import pytest

from adapters.twentyfour_seven_office.soap.answers import records_in
from adapters.twentyfour_seven_office.soap.companies import customer_record, unreadable_customer
from adapters.twentyfour_seven_office.soap.operations import BROKEN, GET_COMPANIES
from core.errors import KvittError, Rejected, TryAgain
from core.unreadable import Unreadable

DAMAGED = {"Type": "Office24Seven.InvalidDataException", "Message": "The record is damaged"}


def found(*items: dict[str, object]) -> list[object]:
    return [*records_in(list(items), GET_COMPANIES, read=customer_record, known=unreadable_customer)]


def test_what_is_known_of_a_broken_record_is_told() -> None:
    emails = {"Primary": {"Value": "a@moe.example"}}
    (lost,) = found({BROKEN: True, "Id": 5, "OrganizationNumber": "911000008", "EmailAddresses": emails})
    assert isinstance(lost, Unreadable)
    assert (lost.id, lost.organization_number, lost.emails) == ("5", "911000008", ("a@moe.example",))
    assert lost.reason


def test_an_exception_in_an_item_is_that_records() -> None:
    lost, whole = found({"Id": 5, "APIException": DAMAGED}, {"Id": 6, "Name": "Moe"})
    assert isinstance(lost, Unreadable)
    assert lost.reason == "24SevenOffice, reading customers: The record is damaged"
    assert not isinstance(whole, Unreadable)


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ({"APIException": DAMAGED}, Rejected),
        ({"Id": 5, "APIException": {"Type": "System.TimeoutException", "Message": "Nei"}}, TryAgain),
    ],
)
def test_an_exception_that_may_be_about_any_record_is_everybodys(
    item: dict[str, object], error: type[KvittError]
) -> None:
    with pytest.raises(error):
        found(item, {"Id": 6, "Name": "Moe"})
