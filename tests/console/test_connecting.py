"""Connecting a business, its settings, and whether the connection works."""

import pytest

from core.rights import Role
from entrypoints.container import Container
from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME
from tests import canaries
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader, Shown
from tests.http.documents import Api, business_document

TYPED = {
    "name": "vidde",
    "accounting.account_name": DEMO_ACCOUNT,
    "accounting.application_id": DEMO_APPLICATION_ID,
    "accounting.username": DEMO_USERNAME,
    "accounting.password": DEMO_PASSWORD,
}


def test_a_business_is_connected_from_the_first_question_to_the_first_answer(reader: Reader) -> None:
    asked = reader.follow(reader.read("/businesses"), "Connect a business")
    assert "with the Invoicing package" in asked.text("//main")

    stored = reader.press(asked, "Store and try the connection", **TYPED)
    assert stored.address == "/businesses/vidde/verify"
    assert "vidde is stored" in stored.told

    tried = reader.press(stored, "Try it now")
    assert tried.text("//h2") == "The connection works: invoices can be sent"
    assert [row[:2] for row in tried.rows][:1] == [["Account", "Reached"]]
    assert ["Product", "New"] in [list(row[:2]) for row in tried.rows]


def test_what_a_system_can_do_is_told_before_it_is_chosen_and_after(reader: Reader, fjell: Api) -> None:
    chosen = reader.read("/businesses/new?system=24sevenoffice-rest").text("//main//details")
    assert "What Kvitt can do in 24sevenoffice-rest, and what it can't" in chosen
    assert "amount left to pay, day of payment, deletion of orders" in chosen
    stored = reader.read("/businesses/fjell?lang=nb").text("//main//details")
    assert "Hva Kvitt kan i 24sevenoffice, og hva det ikke kan" in stored
    assert "beløpet som gjenstår, sletting av ordrer" in stored


def test_a_wrong_account_name_is_told_with_those_that_may_be_meant_and_mended_there(reader: Reader) -> None:
    wrong = TYPED | {"accounting.account_name": DEMO_ACCOUNT.upper()}
    stored = reader.press(reader.read("/businesses/new?lang=nb"), "Lagre og prøv tilkoblingen", **wrong)

    refused = reader.press(stored, "Prøv nå")
    assert refused.text("//code") == "unknown_account_name"
    assert DEMO_ACCOUNT.upper() in refused.text("//section//strong")

    mended = reader.press(refused, f"Bruk «{DEMO_ACCOUNT}»", **{"accounting.account_name": DEMO_ACCOUNT})
    assert mended.address == "/businesses/vidde/verify"
    assert "kan sendes" in reader.press(mended, "Prøv nå").text("//h2")


def test_what_can_not_be_used_is_told_at_its_field_and_nothing_typed_is_lost_but_secrets(reader: Reader) -> None:
    typed = TYPED | {"name": "", "accounting.application_id": "none", "product_name": "Utleie"}
    page = reader.press(reader.read("/businesses/new"), "Store and try the connection", **typed)

    assert page.status == 422
    assert page.text("//*[@id='fault-name']")
    assert _value(page, "product_name") == "Utleie"
    assert _value(page, "accounting.username") == DEMO_USERNAME
    assert DEMO_PASSWORD not in page.response.text
    page = reader.press(page, "Store and try the connection", **{**typed, "name": "vidde"})
    assert "GUID" in page.text("//*[@id='fault-accounting.application_id']")
    taken = reader.press(page, "Store and try the connection", **{**TYPED, "name": "fjell"})
    assert taken.text("//*[@id='fault-name']") == "is taken"


def test_settings_are_changed_and_a_secret_that_is_left_empty_stays(reader: Reader, fjell: Api) -> None:
    page = reader.read("/businesses/fjell/edit")
    assert _value(page, "accounting.password") == ""

    typed = {
        "product_name": "Utleie",
        "vat_codes": "0 = 52\n25=3",
        "products": "crane = 1100 = 3",
        "department": "Oslo",
    }
    shown = reader.press(page, "Store", **typed)

    assert shown.told == "The settings are changed."
    document = fjell.get("/v1/businesses/fjell").json()
    assert document["product_name"] == "Utleie"
    assert document["vat_codes"] == {"0": "52", "25": "3"}
    assert document["products"] == {"crane": {"product": "1100", "vat_code": "3"}}
    assert "Stored never shown" in shown.text("//main")
    assert fjell.post("/v1/businesses/fjell/verify").json()["ok"]

    back = reader.press(reader.read("/businesses/fjell/edit"), "Store", vat_codes="", products="", department="")
    document = fjell.get("/v1/businesses/fjell").json()
    assert (document["vat_codes"], document["products"], document["department"]) == ({}, {}, None)
    assert "nothing was changed" in reader.press(reader.read("/businesses/fjell/edit"), "Store").told
    assert back.address == "/businesses/fjell"


def test_settings_that_can_not_be_read_are_told_at_their_field(reader: Reader) -> None:
    page = reader.press(reader.read("/businesses/fjell/edit"), "Store", vat_codes="25", department="Oslo")

    assert page.status == 422
    assert "25" in page.text("//*[@id='fault-vat_codes']")
    assert _value(page, "department") == "Oslo"
    page = reader.press(page, "Store", vat_codes="", follow_up_seconds="often")
    assert "whole number" in page.text("//*[@id='fault-follow_up_seconds']")


def test_a_password_is_replaced_and_shown_by_no_page(reader: Reader, fjell: Api) -> None:
    changed = reader.press(
        reader.read("/businesses/fjell/password"),
        "Store and try the connection",
        **{"accounting.password": "a new one"},
    )
    refused = reader.press(changed, "Try it now")

    assert refused.text("//code") == "login_refused"
    for path in ("", "/edit", "/password", "/verify"):
        text = reader.read(f"/businesses/fjell{path}").response.text
        assert "a new one" not in text
        assert DEMO_PASSWORD not in text
        assert DEMO_APPLICATION_ID not in text
    right = {"accounting.password": DEMO_PASSWORD}
    reader.press(reader.read("/businesses/fjell/password"), "Store and try the connection", **right)
    assert fjell.post("/v1/businesses/fjell/verify").json()["ok"]


def test_no_page_shows_a_secret(reader: Reader, fjell: Api) -> None:
    document = canaries.business()
    assert fjell.put("/v1/businesses/fjell", json={**document, "vat_codes": {}}).status_code == 200
    hook = f"https://shop.example/?token={canaries.WEBHOOK_TOKEN}"
    webhook = fjell.post("/v1/businesses/fjell/webhooks", json={"url": hook}).json()
    secrets = {**canaries.SECRETS, "webhook secret": webhook["secret"]}

    below = ("", "/edit", "/password", "/verify", "/events", "/audit", "/webhooks", f"/webhooks/{webhook['id']}")
    pages = [f"/businesses/fjell{path}" for path in below]
    for path in (*pages, "/businesses", "/webhooks", "/api-keys", "/users", "/users/ola", "/audit", "/health-report"):
        shown = reader.read(path)
        assert shown.status == 200, path
        assert canaries.found_in(shown.response.text, secrets) == [], path
    tried = reader.press(reader.read("/businesses/fjell/verify"), "Try it now")
    assert canaries.found_in(tried.response.text, secrets) == []
    wrong = {"accounting.password": canaries.PASSWORD, "accounting.application_id": canaries.WEBHOOK_TOKEN}
    refused = reader.press(reader.read("/businesses/fjell/edit"), "Store", **wrong, notify=canaries.NOTIFY_ADDRESS)
    assert refused.status == 422
    assert canaries.found_in(refused.response.text, secrets) == []


def test_whoever_may_not_change_it_is_offered_no_change(fjell: Api, signed_in_as: SignedInAs) -> None:
    assert fjell.put("/v1/businesses/vidde", json=business_document()).status_code == 201
    kari = signed_in_as("kari", fjell=Role.READ)

    page = kari.read("/businesses/fjell")
    assert page.heading == "Settings"
    assert "Change settings" not in page.links
    assert "Try the connection" not in page.links
    for path in ("/edit", "/password", "/verify"):
        assert kari.read(f"/businesses/fjell{path}").status == 403
    assert kari.read("/businesses/new").status == 403
    assert kari.read("/businesses/vidde").status == 404


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7919*6007 }}"]
)
def test_settings_are_text_and_nothing_else(reader: Reader, fjell: Api, hostile: str) -> None:
    document = business_document(account_name=hostile, username=hostile) | {
        "product_name": hostile,
        "category_name": hostile,
        "department": hostile,
        "project": hostile,
        "vat_codes": {"0": hostile},
        "products": {hostile: {"product": hostile, "vat_code": hostile}},
    }
    assert fjell.put("/v1/businesses/fjell", json=document).status_code == 200

    for path in ("", "/edit", "/verify", "/password"):
        _assert_inert(reader.read(f"/businesses/fjell{path}"), hostile)
    assert hostile in reader.read("/businesses/fjell").text("//main")
    _assert_inert(reader.press(reader.read("/businesses/fjell/verify"), "Try it now"), hostile)
    typed = dict.fromkeys([*TYPED, "product_name", "category_name"], hostile)
    _assert_inert(reader.press(reader.read("/businesses/new"), "Store and try the connection", **typed), hostile)
    typed = dict.fromkeys(["accounting.account_name", "vat_codes", "products", "follow_up_seconds", "notify"], hostile)
    _assert_inert(reader.press(reader.read("/businesses/fjell/edit"), "Store", **typed), hostile)
    _assert_inert(reader.read("/businesses/fjell/edit", params={"system": hostile}), hostile)
    _assert_inert(reader.read("/businesses/new", params={"system": hostile}), hostile)


def test_parts_for_scripts_are_parts(reader: Reader, fjell: Api, container: Container) -> None:
    csrf = reader.read("/businesses/fjell/verify").text("//input[@name='csrf']/@value")

    part = reader.client.post("/businesses/fjell/verify", headers={"HX-Request": "true", "X-CSRF-Token": csrf})

    assert part.status_code == 200
    assert part.text.lstrip().startswith('<section id="verification"')


def _value(page: Shown, field: str) -> str:
    return str(page.tree.xpath(f"//*[@name='{field}']")[0].get("value"))


def _assert_inert(page: Shown, hostile: str) -> None:
    assert page.status < 500, hostile
    assert len(page.tree.xpath("//script")) == page.response.text.count("<script src=")
    assert page.tree.xpath("//img | //@onerror") == []
    assert "47569433" not in page.text("//main") or "{{" not in hostile
