"""The audit trail and the installation's health, in the console."""

import pytest

from core.audit import Action
from core.rights import Role
from entrypoints.console.pages.audit import _actions
from entrypoints.console.pages.health_report import _checks
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice


def test_what_was_done_is_told_newest_first_under_the_name_of_who_did_it(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    page = reader.read("/audit")

    assert [row[2] for row in page.rows][:2] == ["Invoice added", "Signed in"]
    assert page.rows[1][1] == "ola console"
    assert page.links["1"] == "/businesses/fjell/invoices/1"


def test_it_is_filtered_and_goes_on(reader: Reader, fjell: Api) -> None:
    for number in "123":
        add_invoice(fjell, number)
    assert [row[4] for row in reader.press(reader.read("/audit"), "Find", of_business="fjell", invoice="2").rows] == [
        "2"
    ]
    assert (
        reader.press(reader.read("/audit"), "Find", since="2999-01-01").text("//section/h2") == "Nothing was done yet"
    )

    first = reader.read("/audit?of_business=fjell&limit=2")
    assert [row[4] for row in first.rows] == ["3", "2"]
    assert [row[4] for row in reader.follow(first, "Next").rows][:1] == ["1"]


@pytest.mark.parametrize(
    ("typed", "status", "field"),
    [
        ({"since": "2026-02-30"}, 422, "since"),
        ({"since": "0001-01-01"}, 422, "since"),
        ({"invoice": "1"}, 422, "of_business"),
        ({"of_business": "nothing"}, 404, ""),
        ({"after": "x"}, 422, ""),
        ({"of_business": "<b>\u202e\"'"}, 422, "of_business"),
    ],
)
def test_a_filter_that_can_not_be_used_is_told(reader: Reader, typed: dict[str, str], status: int, field: str) -> None:
    page = reader.read("/audit", params=typed)

    assert page.status == status
    assert page.problem
    assert page.tree.xpath("//b") == []
    if field:
        assert page.text(f"//*[@id='fault-{field}']")


def test_the_trail_of_a_business_is_for_whoever_has_a_role_there(fjell: Api, signed_in_as: SignedInAs) -> None:
    add_invoice(fjell, "1")
    kari = signed_in_as("kari", fjell=Role.READ)

    page = kari.read("/businesses/fjell/audit")
    assert page.rows[0][2:4] == ["Invoice added", "1"]
    assert kari.read("/businesses/vidde/audit").status == 404


def test_every_action_has_its_word() -> None:
    assert set(_actions()) == set(Action)


def test_the_health_is_told_in_sentences_and_the_server_goes_on(reader: Reader, container: Container) -> None:
    page = reader.read("/health-report?lang=nb")

    assert page.heading == "Installasjonen er i god stand"
    assert "Hemmelig nøkkel" in [row[0] for row in page.rows]
    assert all(row[2].endswith(".") for row in page.rows)
    assert reader.read("/businesses").rows
    assert {row[0] for row in reader.read("/health-report?lang=en").rows} <= set(_checks().values())
