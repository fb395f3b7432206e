"""Departments and projects: as the settings and Sharefox name them, and in the books."""

import re

from pytest_bdd import given, parsers, then

from core.dimension import DimensionKind
from core.limits import OrderField
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story


@given(parsers.re(r"the books have the departments (?P<names>.+)"))
def departments(names: str, office: Office) -> None:
    for name in re.findall(r'"([^"]+)"', names):
        office.books.add_dimension(DimensionKind.DEPARTMENT, name)


@given(parsers.parse('the books have the department "{name}"'))
def department(name: str, office: Office) -> None:
    office.books.add_dimension(DimensionKind.DEPARTMENT, name)


@given(parsers.parse('the books have the project "{name}"'))
def project(name: str, office: Office) -> None:
    office.books.add_dimension(DimensionKind.PROJECT, name)


@given(parsers.parse('the settings name the department "{name}"'))
def default_department(name: str, story: Story) -> None:
    story.business.settings["department"] = name
    story.connect()


@given(parsers.parse('the invoice names the department "{name}"'))
def department_of_the_invoice(name: str, story: Story) -> None:
    story.invoice.head["department"] = name


@given(parsers.parse('the invoice names the id of the project "{name}"'))
def project_of_the_invoice(name: str, office: Office, story: Story) -> None:
    story.invoice.head["project"] = office.books.dimension_id(DimensionKind.PROJECT, name)


@given(parsers.parse('the invoice has a second row that names the department "{name}"'))
def row_with_a_department(name: str, story: Story) -> None:
    story.invoice.rows.append({**a_row(), "department": name})


@then(parsers.parse('the order is counted under the department "{name}"'))
def counted_under_department(name: str, office: Office, story: Story) -> None:
    order = office.order_for(story.invoice.number)
    assert order.fields[OrderField.DEPARTMENT] == office.books.dimension_id(DimensionKind.DEPARTMENT, name)


@then(parsers.parse('the order is counted under the project "{name}"'))
def counted_under_project(name: str, office: Office, story: Story) -> None:
    order, wanted = office.order_for(story.invoice.number), office.books.dimension_id(DimensionKind.PROJECT, name)
    assert order.fields[OrderField.PROJECT] == wanted
    assert {row.project_id for row in order.rows} == {wanted}


@then(parsers.parse('its rows are counted under the departments "{names}"'))
def rows_counted_under(names: str, office: Office, story: Story) -> None:
    wanted = [office.books.dimension_id(DimensionKind.DEPARTMENT, name) for name in names.split(", ")]
    assert [row.department_id for row in office.order_for(story.invoice.number).rows] == wanted


@then("the order is counted under no department and no project")
def counted_under_nothing(office: Office, story: Story) -> None:
    order = office.order_for(story.invoice.number)
    counted = [(row.department_id, row.project_id) for row in order.rows]
    assert {order.fields[OrderField.DEPARTMENT], order.fields[OrderField.PROJECT]} == {""}
    assert set(counted) == {(None, None)}
