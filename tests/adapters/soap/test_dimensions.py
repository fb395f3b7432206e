import pytest

from adapters.twentyfour_seven_office.soap.orders import new_order
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from core.dimension import Dimension, DimensionKind
from core.errors import Rejected
from core.product import Product
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import draft, row

DEPARTMENT, PROJECT = DimensionKind
OSLO, WINTER = Dimension(id="7", name="Oslo"), Dimension(id="8")


def test_departments_are_listed_and_projects_can_not_be(
    sandbox: Sandbox, system: SoapAccountingSystem, books: Books
) -> None:
    oslo, gone = books.add_department("Oslo"), books.add_department("Hamar")
    books.departments[gone].is_active = False
    assert system.dimensions.listed(DEPARTMENT) == [Dimension(id=str(oslo), name="Oslo")]
    calls = len(sandbox.journal.calls())
    assert system.dimensions.listed(PROJECT) is None
    assert len(sandbox.journal.calls()) == calls


def test_who_may_not_list_them_gives_ids(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    sandbox.account(DEMO_ACCOUNT).dimensions_refused = True
    assert system.dimensions.listed(DEPARTMENT) is None


def test_a_product_is_found_by_the_number_that_people_know_it_by(system: SoapAccountingSystem, books: Books) -> None:
    category = books.add_category("Hire")
    digger = books.add_product("Digger", category, no="1100")
    books.add_product("1100", category)
    assert system.products.find_numbered("1100") == [Product(id=str(digger), name="Digger", number="1100")]


def test_an_order_and_its_rows_say_what_they_are_counted_under() -> None:
    rows = (row("9", department=OSLO), row("9"), row("9", text="Included", is_text=True))
    asked = draft("1001", customer_id="7", product_id="9", rows=rows, department=OSLO, project=WINTER)
    order = new_order(asked, where="there")
    assert (order["DepartmentId"], order["ProjectId"]) == (7, 8)
    first, second, text = order["InvoiceRows"]["InvoiceRow"]
    assert (first["DepartmentId"], "ProjectId" in first) == (7, False)
    assert not {"DepartmentId", "ProjectId"} & (second | text).keys()


@pytest.mark.parametrize("what", ["department", "project"])
def test_an_id_that_can_be_none_of_the_vendors_is_refused(what: str) -> None:
    asked = draft("1001", customer_id="7", product_id="9", **{what: Dimension(id="99999999999")})
    with pytest.raises(Rejected) as refused:
        new_order(asked, where="there")
    assert refused.value.code == "unknown_reference"
