"""API keys in the console."""

import pytest

from core.rights import Role
from core.user import Grant
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.clients import bearing
from tests.http.documents import Api


def test_a_key_is_made_and_shown_once_and_revoked_when_that_is_certain(reader: Reader, fjell: Api) -> None:
    made = reader.press(reader.read("/api-keys"), "Make the key", name="shop", business="fjell", role="read")

    assert made.status == 201
    key = made.text("//main//code")
    assert fjell.get("/v1/businesses/fjell", headers=bearing(key)).status_code == 200
    listed = reader.read("/api-keys")
    (row,) = [row for row in listed.rows if row[0] == "shop"]
    assert row[2:4] == ["fjell", "Only read"]
    assert key not in listed.response.text

    page = reader.client.get("/api-keys").text
    assert key.rpartition("_")[2] not in page
    prefix = key.split("_")[1]
    csrf = listed.text("//input[@name='csrf']/@value")
    asked = reader.client.post(f"/api-keys/{prefix}/revoke", data={"csrf": csrf})
    assert "Revoke the key shop?" in asked.text
    assert fjell.get(f"/v1/api-keys/{prefix}").json()["revoked_at"] is None
    done = reader.client.post(f"/api-keys/{prefix}/revoke", data={"csrf": csrf, "confirmed": "yes"})
    assert "opens nothing any more" in done.text
    assert fjell.get(f"/v1/api-keys/{prefix}").json()["revoked_at"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "shop", "for": "business", "business": ""}, "business"),
        ({"name": "shop", "for": "everything", "business": "fjell"}, "business"),
        ({"name": "shop", "for": "everything", "role": "owner"}, "role"),
    ],
)
def test_what_a_key_is_for_is_never_guessed(reader: Reader, typed: dict[str, str], field: str) -> None:
    page = reader.press(reader.read("/api-keys"), "Make the key", **typed)

    assert page.status == 422
    assert page.text(f"//*[@id='fault-{field}']")
    assert page.tree.xpath("//input[@name='name']/@value") == ["shop"]


def test_the_pages_of_the_installation_are_for_administrators(
    fjell: Api, signed_in_as: SignedInAs, container: Container
) -> None:
    kari = signed_in_as("kari", fjell=Role.SEND)
    for path in ("/api-keys", "/users", "/users/kari", "/audit", "/health-report", "/webhooks"):
        assert kari.read(path).status == 403, path
    per = signed_in_as("per")
    container.manage_users().set_grants("per", [Grant(role=Role.READ)])
    for path in ("/api-keys", "/users", "/users/kari", "/audit", "/health-report", "/webhooks"):
        page = per.read(path)
        assert page.status == 200, path
        assert page.tree.xpath("//main//form[@method='post']") == [], path
    csrf = per.read("/").text("//input[@name='csrf']/@value")
    for path in ("/api-keys", "/users", "/users/kari/link", "/users/kari/disable", "/webhooks"):
        assert per.client.post(path, data={"csrf": csrf, "confirmed": "yes"}).status_code == 403, path
    assert fjell.get("/v1/api-keys").status_code == 200
