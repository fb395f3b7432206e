"""The list of businesses."""

from core.rights import Role
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, business_document


def test_businesses_are_listed_with_where_their_books_are(reader: Reader) -> None:
    page = reader.read("/businesses")

    assert page.rows == [["fjell", "24sevenoffice", business_document()["accounting"]["account_name"], "look and send"]]
    assert page.links["fjell"] == "/businesses/fjell/invoices"
    assert page.links["Connect a business"] == "/businesses/new"


def test_a_user_sees_the_businesses_that_are_theirs(fjell: Api, signed_in_as: SignedInAs) -> None:
    assert fjell.put("/v1/businesses/vidde", json=business_document()).status_code == 201
    page = signed_in_as("kari", fjell=Role.READ).read("/businesses")

    assert [(row[0], row[3]) for row in page.rows] == [("fjell", "look")]
    assert "Connect a business" not in page.links


def test_where_there_is_none_the_page_says_what_to_do(fjell: Api, signed_in_as: SignedInAs) -> None:
    assert fjell.put("/v1/businesses/vidde", json=business_document()).status_code == 201
    ola = signed_in_as("ola")
    assert [row[0] for row in ola.read("/businesses?limit=1").rows] == ["fjell"]
    assert [row[0] for row in ola.follow(ola.read("/businesses?limit=1"), "Next").rows] == ["vidde"]
