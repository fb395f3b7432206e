"""Departments and projects: as the settings and Sharefox name them, and in 24Seven's books."""

import re
from collections.abc import Mapping

from pytest_bdd import given, parsers, then

from sandbox.twentyfour_seven_office.records import Dimension, Order
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story


@given(parsers.re(r"24Seven has the departments (?P<names>.+)"))
def departments(names: str, office: Office) -> None:
    for name in re.findall(r'"([^"]+)"', names):
        office.books.add_department(name)


@given(parsers.parse('24Seven has the department "{name}"'))
def department(name: str, office: Office) -> None:
    office.books.add_department(name)


@given(parsers.parse('24Seven has the project "{name}"'))
def project(name: str, office: Office) -> None:
    office.books.add_project(name)


@given(parsers.parse('the settings name the department "{name}"'))
def default_department(name: str, story: Story) -> None:
    story.business.settings["department"] = name
    story.connect()


@given(parsers.parse('the invoice names the department "{name}"'))
def department_of_the_invoice(name: str, story: Story) -> None:
    story.invoice.head["department"] = name


@given(parsers.parse('the invoice names the id of the project "{name}"'))
def project_of_the_invoice(name: str, office: Office, story: Story) -> None:
    story.invoice.head["project"] = str(_id(name, office.books.projects))


@given(parsers.parse('the invoice has a second row that names the department "{name}"'))
def row_with_a_department(name: str, story: Story) -> None:
    story.invoice.rows.append({**a_row(), "department": name})


@then(parsers.parse('the order is counted under the department "{name}"'))
def counted_under_department(name: str, office: Office, story: Story) -> None:
    assert _order(office, story).other["DepartmentId"] == _id(name, office.books.departments)


@then(parsers.parse('the order is counted under the project "{name}"'))
def counted_under_project(name: str, office: Office, story: Story) -> None:
    order, wanted = _order(office, story), _id(name, office.books.projects)
    assert order.other["ProjectId"] == wanted
    assert {row.other["ProjectId"] for row in order.rows} == {wanted}


@then(parsers.parse('its rows are counted under the departments "{names}"'))
def rows_counted_under(names: str, office: Office, story: Story) -> None:
    wanted = [_id(name, office.books.departments) for name in names.split(", ")]
    assert [row.other["DepartmentId"] for row in _order(office, story).rows] == wanted


@then("the order is counted under no department and no project")
def counted_under_nothing(office: Office, story: Story) -> None:
    order = _order(office, story)
    said = {*order.other, *(name for row in order.rows for name in row.other)}
    assert not said & {"DepartmentId", "ProjectId"}


def _order(office: Office, story: Story) -> Order:
    (order,) = office.orders_for(story.invoice.number)
    return order


def _id(name: str, kept: Mapping[int, Dimension]) -> int:
    (number,) = [number for number, one in kept.items() if one.name == name]
    return number
