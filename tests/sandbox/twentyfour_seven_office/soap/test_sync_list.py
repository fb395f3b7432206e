"""The list of all customers, a page at a time."""

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Clock, Fault, children, text

ANY = '<Active i:nil="true"/>'


def page_of(caller: Caller, page: int, active: str = ANY, rest: str = "") -> Any:
    asked = f"<syncSearchParameters><Page>{page}</Page>{active}{rest}</syncSearchParameters>"
    return caller.call("GetCompanySyncList", asked)


def ids(page: Any) -> list[int]:
    return [int(text(item, "CompanyId") or 0) for item in page.find("{*}Items")]


def counts(page: Any) -> list[int]:
    return [int(text(page, name) or 0) for name in ("CurrentPage", "TotalPages", "TotalItems", "ItemsPerPage")]


def test_the_first_page_is_1_and_all_types_are_listed(caller: Caller, books: Books) -> None:
    types = ("None", "Lead", "Consumer", "Business", "Supplier")
    made = [books.add_customer(name, type=name) for name in types]
    page = page_of(caller, 1)
    assert counts(page) == [1, 1, 5, 1000]
    assert ids(page) == made


def test_an_item_says_who_and_since_when_and_no_more(caller: Caller, books: Books, clock: Clock) -> None:
    number = books.add_customer("Fjell AS", emails={"Primary": "a@fjell.example"})
    clock.advance(hours=1)
    books.customers[number].external_id = "S-7"
    books.keep_customer(books.customers[number])
    (item,) = page_of(caller, 1).find("{*}Items")
    assert [(name, text(item, name)) for name in children(item)] == [
        ("CompanyId", str(number)),
        ("ExternalId", "S-7"),
        ("DateChanged", "2026-11-23T15:30:00Z"),
        ("DateRegistered", "2026-11-23T14:30:00Z"),
        ("Active", "true"),
    ]


def test_the_pages_together_hold_every_customer_once_in_order_of_id(caller: Caller, books: Books) -> None:
    many = list(books.add_customers(2_000))
    last_but_lowest = books.add_customer("Fjell AS")
    pages = [page_of(caller, number) for number in (1, 2, 3)]
    assert [counts(page) for page in pages] == [[number, 3, 2_001, 1000] for number in (1, 2, 3)]
    assert [len(ids(page)) for page in pages] == [1_000, 1_000, 1]
    assert [number for page in pages for number in ids(page)] == sorted([last_but_lowest, *many])


def test_beyond_the_last_page_nothing_is_listed(caller: Caller, books: Books) -> None:
    assert (counts(page_of(caller, 1)), ids(page_of(caller, 1))) == ([1, 0, 0, 1000], [])
    books.add_customers(1_000)
    assert (counts(page_of(caller, 2)), ids(page_of(caller, 2))) == ([2, 1, 1_000, 1000], [])


def test_the_deleted_are_listed_unless_only_the_active_are_asked_for(
    caller: Caller, books: Books, clock: Clock
) -> None:
    kept, gone = books.add_customer("Fjell AS"), books.add_customer("Dal AS")
    clock.advance(hours=1)
    books.delete_customer(gone)
    everyone = page_of(caller, 1)
    assert ids(everyone) == [kept, gone]
    assert [text(item, "Active") for item in everyone.find("{*}Items")] == ["true", "false"]
    assert ids(page_of(caller, 1, "<Active>true</Active>")) == [kept]
    assert ids(page_of(caller, 1, "<Active>false</Active>")) == [gone]
    assert ids(page_of(caller, 1, rest="<ChangedAfter>2026-11-23T14:30:00Z</ChangedAfter>")) == [gone]


def test_what_was_changed_or_registered_later_is_asked_for(caller: Caller, books: Books, clock: Clock) -> None:
    old, changed = books.add_customer("Fjell AS"), books.add_customer("Dal AS")
    clock.advance(hours=1)
    new = books.add_customer("Vidde AS")
    books.keep_customer(books.customers[changed])
    since = "2026-11-23T14:30:00Z"
    assert ids(page_of(caller, 1, rest=f"<ChangedAfter>{since}</ChangedAfter>")) == [changed, new]
    assert ids(page_of(caller, 1, rest=f"<RegisteredAfter>{since}</RegisteredAfter>")) == [new]
    assert old in ids(page_of(caller, 1))


@pytest.mark.parametrize(
    "asked",
    [
        "",
        f"<syncSearchParameters>{ANY}</syncSearchParameters>",
        f"<syncSearchParameters><Page>0</Page>{ANY}</syncSearchParameters>",
    ],
)
def test_a_page_has_to_be_named(caller: Caller, asked: str) -> None:
    with pytest.raises(Fault, match="Page is required, and 1 is the first"):
        caller.call("GetCompanySyncList", asked)


def test_the_contract_wants_a_word_on_active(caller: Caller) -> None:
    with pytest.raises(Fault, match="Instance validation error"):
        page_of(caller, 1, active="")


def test_a_session_is_needed(stranger: Caller) -> None:
    with pytest.raises(Fault, match="Session is not authenticated"):
        page_of(stranger, 1)


@pytest.mark.parametrize(("kind", "order"), [("fewer_items", [0, 1]), ("reordered", [2, 1, 0])])
def test_its_items_can_be_lost_and_reordered(
    sandbox: Sandbox, caller: Caller, books: Books, kind: str, order: list[int]
) -> None:
    made = [books.add_customer(name) for name in ("A", "B", "C")]
    sandbox.inject("GetCompanySyncList", kind)
    page = page_of(caller, 1)
    assert ids(page) == [made[index] for index in order]
    assert counts(page) == [1, 1, 3, 1000]
