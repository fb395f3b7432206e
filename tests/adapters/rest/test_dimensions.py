import pytest

from adapters.twentyfour_seven_office.rest.order_mapping import begun_order, completed_order, fitting, lines_of
from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.dimension import Dimension, DimensionKind
from core.errors import Rejected
from core.product import Product
from core.unreadable import Unreadable
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import draft, row

DEPARTMENT, PROJECT = DimensionKind
OSLO, WINTER = Dimension(id="7", name="Oslo"), Dimension(id="8", name="Vinter")
SAID = [
    {"dimensionType": 2, "value": "7", "name": "Oslo"},
    {"dimensionType": 1, "value": "8", "name": "Vinter"},
]


def test_both_kinds_are_listed_page_by_page_and_those_out_of_use_are_not(
    system: RestAccountingSystem, books: Books
) -> None:
    projects = [books.add_project(f"P {number}") for number in range(120)]
    department = books.add_department("Oslo")
    books.projects[projects[3]].is_active = False
    listed = system.dimensions.listed(PROJECT)
    assert {one.id for one in listed} == {str(one) for one in projects} - {str(projects[3])}
    assert system.dimensions.listed(DEPARTMENT) == [Dimension(id=str(department), name="Oslo")]


def test_one_that_cannot_be_read_hides_no_other(system: RestAccountingSystem, books: Books) -> None:
    spoilt, whole = books.add_department("Hamar"), books.add_department("Oslo")
    books.departments[spoilt].spoilt = True
    lost, found = system.dimensions.listed(DEPARTMENT)
    assert isinstance(lost, Unreadable)
    assert (lost.id, lost.name) == (str(spoilt), "Hamar")
    assert found == Dimension(id=str(whole), name="Oslo")


def test_without_the_right_they_are_refused_and_nothing_else_is(sandbox: Sandbox, system: RestAccountingSystem) -> None:
    sandbox.account(DEMO_ACCOUNT).dimensions_refused = True
    with pytest.raises(Rejected) as refused:
        system.dimensions.listed(DEPARTMENT)
    assert refused.value.code == "missing_rights"
    assert all(right.allowed for right in system.rights())


def test_a_product_is_found_by_the_number_that_people_know_it_by(system: RestAccountingSystem, books: Books) -> None:
    category = books.add_category("Hire")
    digger = books.add_product("Digger", category, no="1100")
    books.add_product("1100", category)
    assert system.products.find_numbered("1100") == [Product(id=str(digger), name="Digger", number="1100")]


def test_an_order_and_its_lines_say_what_they_are_counted_under() -> None:
    rows = (row("9", department=OSLO), row("9"), row("9", text="Included", is_text=True))
    asked = draft("1001", customer_id="7", product_id="9", rows=rows, department=OSLO, project=WINTER)
    assert begun_order(asked, customer_name="Moe AS", where="there")["dimensions"] == SAID
    first, second, text = lines_of(asked, where="there")
    assert first["dimensions"] == SAID[:1]
    assert "dimensions" not in second | text


def test_a_line_counted_under_another_is_written_anew() -> None:
    asked = draft("1001", customer_id="7", product_id="9", rows=(row("9", department=OSLO),))
    (line,) = lines_of(asked, where="there")
    custom = {"dimensionType": 101, "value": "5", "name": "Own"}
    assert fitting([line], [{**line, "dimensions": [*SAID[:1], custom]}]) == 1
    assert fitting([line], [{**line, "dimensions": SAID}]) == 0
    assert fitting([line], [{**line, "dimensions": [{**SAID[0], "value": "70"}]}]) == 0
    assert fitting([line], [{name: value for name, value in line.items() if name != "dimensions"}]) == 0


def test_completing_leaves_no_department_that_the_invoice_does_not_name() -> None:
    bare = draft("1001", customer_id="7", product_id="9")
    begun = {"id": 5, "status": "Draft", "dimensions": SAID}
    assert completed_order(bare, begun, customer_name="Moe AS", where="there")["dimensions"] == []
    asked = bare.model_copy(update={"project": WINTER})
    assert completed_order(asked, begun, customer_name="Moe AS", where="there")["dimensions"] == SAID[1:]
    assert "dimensions" not in completed_order(bare, {"id": 5}, customer_name="Moe AS", where="there")
