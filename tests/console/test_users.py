"""Users of the console, in the console."""

from core.rights import Role
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api


def test_a_user_is_added_and_comes_in_by_a_link_that_is_shown_once(reader: Reader, stranger: Reader) -> None:
    shown = reader.press(reader.read("/users"), "Add the user", name="Kari Vik", business="fjell", role="read")
    assert shown.heading == "Kari Vik"
    assert shown.rows[0][:2] == ["fjell", "Only read"]

    made = reader.press(shown, "Make a sign-in link")
    link = made.text("//main//code")
    assert made.status == 201
    assert link.startswith("http://127.0.0.1")
    inside = stranger.press(stranger.read(link), "Sign in")
    assert inside.text("//summary") == "Kari Vik"
    for path in ("/users", "/users/Kari%20Vik", "/audit"):
        assert link.rpartition("=")[2] not in reader.read(path).response.text


def test_roles_are_given_and_taken_and_hold_at_once(reader: Reader, signed_in_as: SignedInAs, fjell: Api) -> None:
    kari = signed_in_as("kari", fjell=Role.READ)
    assert kari.read("/businesses/fjell/edit").status == 403

    given = reader.press(reader.read("/users/kari"), "Give the role", for_="everything", business="", role="send")
    assert "given" in given.told
    assert kari.read("/businesses/fjell/edit").status == 200

    csrf = given.text("//input[@name='csrf']/@value")
    asked = reader.client.post("/users/kari/roles/remove", data={"csrf": csrf, "for": "everything"})
    assert "Take this role away from kari?" in asked.text
    sent = {"csrf": csrf, "for": "everything", "confirmed": "yes"}
    assert reader.client.post("/users/kari/roles/remove", data=sent).status_code == 200
    assert kari.read("/businesses/fjell/edit").status == 403
    assert kari.read("/businesses/fjell").status == 200


def test_whoever_is_disabled_is_out_and_nobody_locks_himself_out(
    reader: Reader, signed_in_as: SignedInAs, container: Container
) -> None:
    kari = signed_in_as("kari", fjell=Role.READ)
    page = reader.read("/users/kari")
    csrf = page.text("//input[@name='csrf']/@value")

    assert "Disable kari?" in reader.client.post("/users/kari/disable", data={"csrf": csrf}).text
    assert kari.read("/").heading != "Sign in"
    reader.client.post("/users/kari/disable", data={"csrf": csrf, "confirmed": "yes"})
    assert kari.read("/").heading == "Sign in"
    assert "let in again" in reader.press(reader.read("/users/kari"), "Enable").told

    own = reader.client.post("/users/ola/disable", data={"csrf": csrf, "confirmed": "yes"})
    assert own.status_code == 409
    sent = {"csrf": csrf, "for": "everything", "confirmed": "yes"}
    assert reader.client.post("/users/ola/roles/remove", data=sent).status_code == 409
    assert container.manage_users().get("ola").is_administrator


def test_an_address_is_changed_and_one_that_is_none_is_refused(reader: Reader, container: Container) -> None:
    page = reader.press(reader.read("/users/ola"), "Store the address", email="ola@fjell.example")
    assert "changed" in page.told
    refused = reader.press(page, "Store the address", email="no address")
    assert (refused.status, refused.text("//*[@role='alert']//code")) == (400, "bad_email")
    assert container.manage_users().get("ola").email == "ola@fjell.example"


def test_a_user_who_is_not_there_is_not_found(reader: Reader) -> None:
    assert reader.read("/users/nobody").status == 404


def test_names_are_text_and_nothing_else(reader: Reader) -> None:
    name = "<b>\"'/../{{ 7919*6007 }}"
    shown = reader.press(reader.read("/users"), "Add the user", name=name, business="fjell", role="read")

    assert shown.heading == name
    for page in (reader.read("/users"), reader.read("/audit"), shown, reader.press(shown, "Make a sign-in link")):
        assert page.tree.xpath("//b") == []
        assert "47569433" not in page.response.text
    page = reader.press(reader.read("/users"), "Add the user", name="kari", business=name, email="a@b.no")
    assert page.status == 422
    assert page.text("//*[@id='fault-business']")
    assert page.tree.xpath("//b") == []
