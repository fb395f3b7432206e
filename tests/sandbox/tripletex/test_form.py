"""What all operations have in common: wrapping, the fields filter, paging, versions, refusals."""

import pytest

from sandbox import Sandbox
from sandbox.tripletex.books import Books
from sandbox.tripletex.operations import OPERATION_NAMES
from tests.openapi.tripletex_contract import tripletex_contract
from tests.sandbox.tripletex.api import EVERY_DAY, Api, Refused


def test_a_single_thing_is_wrapped_and_what_is_within_is_told_by_its_id(
    sandbox: Sandbox, api: Api, order_id: int
) -> None:
    order = api.get(f"/order/{order_id}")

    root = sandbox.tripletex_url.removeprefix("http://")
    assert order["url"] == f"{root}/order/{order_id}"
    assert set(order["customer"]) == {"id", "url"}
    assert [set(line) for line in order["orderLines"]] == [{"id", "url"}]
    assert order["department"] is None


def test_fields_are_picked_within_what_is_within(api: Api, order_id: int) -> None:
    order = api.get(f"/order/{order_id}", fields="reference, customer(name,postalAddress(city)),orderLines(count)")

    assert order == {
        "reference": "kvitt-1",
        "customer": {"name": "Fjell & Fjord AS", "postalAddress": None},
        "orderLines": [{"count": 2}],
    }


def test_a_star_is_every_field_beside_those_that_are_picked_within(api: Api, order_id: int) -> None:
    order = api.get(f"/order/{order_id}", fields="*,customer(name)")

    assert order["reference"] == "kvitt-1"
    assert order["customer"] == {"name": "Fjell & Fjord AS"}


@pytest.mark.parametrize("fields", ["refrence", "customer(nam)", "reference(id)", "customer(id", "id)", "(id)"])
def test_a_filter_that_names_what_is_not_there_is_refused(api: Api, order_id: int, fields: str) -> None:
    with pytest.raises(Refused) as refused:
        api.list("/order", **EVERY_DAY, fields=fields)

    assert (refused.value.status, refused.value.fields) == (400, ["fields"])


def test_a_listing_is_paged_and_tells_no_more_than_whether_there_is_more(api: Api, books: Books) -> None:
    ids = [books.add_customer(f"Kunde {number}") for number in range(5)]

    pages = [api.call("GET", "/customer", **{"from": begins, "count": 2}, fields="id") for begins in (0, 2, 4, 6)]

    assert [[item["id"] for item in page["values"]] for page in pages] == [ids[:2], ids[2:4], ids[4:], []]
    assert [(page["from"], page["count"], page["fullResultSize"]) for page in pages] == [
        (0, 2, 3), (2, 2, 5), (4, 1, 5), (6, 0, 6),
    ]  # fmt: skip


def test_a_page_has_a_thousand_at_most(api: Api, books: Books) -> None:
    for number in range(1_001):
        books.add_customer(f"Kunde {number}")

    assert len(api.list("/customer", fields="id")) == 1_000
    with pytest.raises(Refused) as refused:
        api.list("/customer", count=1_001)

    assert refused.value.fields == ["count"]


def test_a_listing_is_sorted_by_the_fields_that_are_asked_for(api: Api, books: Books) -> None:
    for name in ("Berg", "Aas", "Dal"):
        books.add_customer(name, organization_number="1" if name == "Berg" else "2")

    def names(sorting: str) -> list[str]:
        return [customer["name"] for customer in api.list("/customer", sorting=sorting)]

    assert names("name") == ["Aas", "Berg", "Dal"]
    assert names("-organizationNumber,name") == ["Aas", "Dal", "Berg"]
    with pytest.raises(Refused):
        names("postalAddress")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "-1"}, "from"),
        ({"count": "some"}, "count"),
        ({"isInactive": "yes"}, "isInactive"),
        ({"id": "1,two"}, "id"),
        ({"changedSince": "yesterday"}, "changedSince"),
        ({"nickname": "x"}, "nickname"),
    ],
)
def test_a_parameter_that_is_none_or_of_another_kind_is_refused(api: Api, query: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        api.list("/customer", **query)

    assert (refused.value.status, refused.value.fields) == (422, [field])


def test_what_is_not_there_and_what_is_not_allowed_are_told_apart(api: Api) -> None:
    for method, path, status in (
        ("GET", "/customer/4711", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/customer/4711", 405),
        ("POST", "/token/session/:create", 405),
    ):
        assert api.send(method, path).status_code == status


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/order/1/:invoice"), ("POST", "/invoice"), ("PUT", "/invoice/1/:payment")]
)
def test_nothing_is_published_or_paid_over_the_api(api: Api, method: str, path: str) -> None:
    assert api.send(method, path, {}).status_code in (404, 405)


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(api: Api, body: bytes) -> None:
    answer = api.client.post("/customer", content=body)

    assert (answer.status_code, answer.json()["code"]) == (422, 22000)


def test_an_error_has_the_vendors_shape(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        api.post("/customer", {"name": "x" * 256, "email": "y" * 256})

    error = refused.value.error
    assert (error["status"], error["code"], error["developerMessage"]) == (422, 18000, "VALIDATION_ERROR")
    assert error["validationMessages"] == [
        {"field": "name", "message": "May be at most 255 characters long."},
        {"field": "email", "message": "May be at most 255 characters long."},
    ]
    assert len(error["requestId"]) == 32


def test_all_that_can_be_called_is_in_the_vendors_description() -> None:
    assert set(OPERATION_NAMES) <= tripletex_contract().operations
