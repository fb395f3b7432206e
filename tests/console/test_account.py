"""One's own account in the console."""

import pytest

from core.sign_in_limit import MOST_FOR_NAME
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.people import PASSWORD, password_for
from tests.console.reader import Reader

NEW = "hest sykkel måne"


def test_a_password_is_set_after_a_link_and_signs_in(signed_in_as: SignedInAs, stranger: Reader) -> None:
    reader, other = signed_in_as("kari"), signed_in_as("kari")
    page = reader.read("/account")
    assert (page.heading, "kari" in page.text("//main")) == ("Account", True)

    differ = reader.press(page, "Save the password", new_password=NEW, repeated=NEW + "!")
    assert differ.text("//code[1]") == "bad_password"
    saved = reader.press(page, "Save the password", new_password=NEW, repeated=NEW)

    assert saved.address == "/account"
    assert "new password" in saved.told
    assert other.read("/account").heading == "Sign in"
    inside = stranger.press(stranger.read("/account"), "Sign in", name="kari", password=NEW)
    assert inside.heading == "Account"


def test_a_password_is_changed_by_whoever_knows_it(stranger: Reader, container: Container) -> None:
    password_for(container, "kari")
    page = stranger.press(stranger.read("/account"), "Sign in", name="kari", password=PASSWORD)

    wrong = stranger.press(page, "Save the password", password=NEW, new_password=NEW, repeated=NEW)
    assert (wrong.status, wrong.text("//code[1]")) == (401, "wrong_password")
    short = stranger.press(page, "Save the password", password=PASSWORD, new_password="short", repeated="short")
    assert short.text("//code[1]") == "bad_password"
    for shown in (wrong, short):
        for typed in ("field-password", "field-new_password"):
            assert not shown.tree.get_element_by_id(typed).get("value")

    saved = stranger.press(page, "Save the password", password=PASSWORD, new_password=NEW, repeated=NEW)
    assert saved.address == "/account"


@pytest.mark.parametrize("button", ["Sign out there", "Sign out everywhere else"])
def test_sessions_elsewhere_are_ended(signed_in_as: SignedInAs, button: str) -> None:
    reader, other, somebody = signed_in_as("kari"), signed_in_as("kari"), signed_in_as("ola")
    page = reader.read("/account")
    assert len(page.rows) == 2

    left = reader.press(page, button)

    assert len(left.rows) == 1
    assert other.read("/account").heading == "Sign in"
    assert somebody.read("/account").heading == "Account"


def test_whoever_tried_too_often_is_told_when_to_try_again(stranger: Reader, container: Container) -> None:
    password_for(container, "ola")
    page = stranger.read("/sign-in")
    for _ in range(MOST_FOR_NAME + 1):
        page = stranger.press(page, "Sign in", name="ola", password="wrong")

    assert page.text("//code[1]") == "too_many_attempts"
    assert page.tree.xpath("//div[@class='problem']//time/@datetime")
