"""Webhooks and events in the console, of the whole installation and of one business."""

import pytest

from core.event import EventType
from core.rights import Role
from core.webhook import DeliveryState, is_secret
from entrypoints.console.event_words import delivery_words, disabled_words, event_words
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader, Shown
from tests.http.documents import Api, add_invoice, path_of
from tests.http.test_webhooks import add, fail, happen
from tests.http.test_webhooks import container as _open_container
from tests.receiver import receiver

ALL, FJELL = "/webhooks", "/businesses/fjell/webhooks"
TOKEN = "canary-hook-token-4713"
URL = f"https://shop.example/hooks?token={TOKEN}"
WHERE = pytest.mark.parametrize("where", [ALL, FJELL])

container = _open_container


def _only(page: Shown) -> str:
    """The address of the page of the list's one webhook."""
    (address,) = page.tree.xpath("//tbody//a/@href")
    return str(address)


@WHERE
def test_a_webhook_is_added_and_its_secret_shown_once(reader: Reader, where: str) -> None:
    made = reader.press(reader.read(where), "Add the webhook", url=URL, types=["invoice.paid"])

    secret = made.text("//p[@class='secret']//code")
    assert made.status == 201
    assert is_secret(secret)
    listed = reader.read(where)
    assert listed.rows == [["https://shop.example/hooks?...", "Enabled", "–", "Invoice paid"]]
    shown = reader.read(_only(listed))
    rotated = reader.press(reader.press(shown, "Replace the secret"), "Replace the secret")
    new = rotated.text("//p[@class='secret']//code")
    assert is_secret(new)
    assert new != secret
    for path in (where, _only(listed), "/audit", "/webhooks", FJELL):
        text = reader.read(path).response.text
        assert secret not in text
        assert new not in text
        assert TOKEN not in text


def test_replacing_a_secret_and_removing_are_asked_for_where_no_script_does(reader: Reader, fjell: Api) -> None:
    webhook = add(fjell, "/v1/businesses/fjell/webhooks")["id"]
    csrf = reader.read(f"{FJELL}/{webhook}").text("//input[@name='csrf']/@value")

    asked = Shown(reader.client.post(f"{FJELL}/{webhook}/rotate-secret", data={"csrf": csrf}))
    assert asked.heading == "Replace the secret?"
    asked = Shown(reader.client.post(f"{FJELL}/{webhook}/remove", data={"csrf": csrf}))
    assert asked.heading == "Remove this webhook?"
    assert len(reader.read(FJELL).rows) == 1
    removed = reader.press(asked, "Remove")
    assert (removed.address, removed.told) == (FJELL, "The webhook is removed.")
    assert reader.read(f"{FJELL}/{webhook}").status == 404


def test_it_is_switched_off_and_on_and_changed(reader: Reader, fjell: Api) -> None:
    webhook = add(fjell, "/v1/businesses/fjell/webhooks", types=["invoice.paid"])["id"]
    page = reader.press(reader.read(f"{FJELL}/{webhook}"), "Switch off")
    assert "A person disabled it." in page.text("//dl")
    assert "Enabled" in reader.press(page, "Switch on").text("//dl")

    page = reader.press(
        reader.read(f"{FJELL}/{webhook}"),
        "Store",
        url="https://other.example/",
        types=["invoice.paid", "transfer.rejected"],
    )
    assert page.heading == "https://other.example/"
    assert "Invoice rejected, Invoice paid" in page.text("//dl")
    bad = reader.press(page, "Store", url="ftp://other.example/")
    assert (bad.status, bad.text("//*[@role='alert']//code")) in (
        (400, "bad_webhook_address"),
        (422, "bad_webhook_address"),
    )


def test_an_example_shows_whether_events_would_arrive(reader: Reader, fjell: Api) -> None:
    with receiver() as shop:
        webhook = add(fjell, "/v1/businesses/fjell/webhooks", url=shop.url)["id"]
        page = reader.press(reader.read(f"{FJELL}/{webhook}"), "Send an example")
        assert "The example was taken." in page.told
        shop.status = 500
        page = reader.press(reader.read(f"{FJELL}/{webhook}"), "Send an example")
        assert "It answered 500." in page.told
        assert "Cannot POST" in page.text("//pre")


def test_deliveries_are_listed_filtered_and_sent_again(reader: Reader, fjell: Api, container: Container) -> None:
    webhook = add(fjell, "/v1/businesses/fjell/webhooks")["id"]
    happen(container, "1", "2")
    fail(container, webhook)
    (late,) = happen(container, "3")
    page = reader.read(f"{FJELL}/{webhook}")
    assert [(row[2], row[3]) for row in page.rows] == [("3", "On its way"), ("2", "Given up"), ("1", "Given up")]
    assert [row[2] for row in reader.press(page, "Find", state="failed").rows] == ["2", "1"]
    assert reader.press(page, "Find", state="delivered").text("//section/h2") == "No delivery fits"
    first = reader.read(f"{FJELL}/{webhook}?limit=1")
    assert [row[2] for row in reader.follow(first, "Next").rows] == ["2"]

    story = reader.read(page.tree.xpath("//tbody/tr[2]//a[@data-opens-row]/@href")[0])
    assert "It answered 500." in story.text("//ol")
    again = reader.press(story, "Send it again")
    assert "On its way" in again.text("//dl")
    assert reader.press(page, "Send again what failed").told == "2 events are sent again."
    assert reader.press(page, "Send these again", from_="2999-01-01").told == "There is nothing to send again."
    assert reader.press(page, "Send these again", from_="").text("//*[@id='fault-from']") == "Say from which day on"
    assert "3 events" in reader.press(page, "Send these again", from_="2020-01-01", until="2999-01-01").told
    assert late in reader.read(f"{FJELL}/{webhook}/deliveries/{late}").text("//dl")


def test_whoever_may_only_look_changes_nothing(fjell: Api, signed_in_as: SignedInAs) -> None:
    webhook = add(fjell, "/v1/businesses/fjell/webhooks")["id"]
    everybodys = add(fjell, "/v1/webhooks")["id"]
    kari = signed_in_as("kari", fjell=Role.SEND)

    page = kari.read(f"{FJELL}/{webhook}")
    assert page.texts("//main//button") == ["Copy", "Find"]
    assert kari.read(f"{FJELL}/{everybodys}").status == 404
    assert kari.read(ALL).status == 403
    assert kari.read("/businesses/vidde/webhooks").status == 404
    csrf = page.text("//input[@name='csrf']/@value")
    for act in ("test", "edit", "disable", "enable", "remove", "rotate-secret", "resend"):
        answer = kari.client.post(f"{FJELL}/{webhook}/{act}", data={"csrf": csrf, "confirmed": "yes"})
        assert answer.status_code == 403, act


def test_events_are_told_newest_first_filtered_and_page_by_page(
    reader: Reader, fjell: Api, container: Container
) -> None:
    add_invoice(fjell, "9")
    fjell.post(f"{path_of('9')}/send")
    happen(container, "1", "2")
    page = reader.read("/businesses/fjell/events")
    assert [row[2] for row in page.rows] == ["2", "1", "9"]
    assert '"state": "transferred"' in page.text("//tbody/tr[3]//pre")
    assert [row[0] for row in reader.press(page, "Find", type="transfer.transferred").rows] == ["Invoice arrived"]
    first = reader.read("/businesses/fjell/events?limit=2")
    assert [row[2] for row in reader.follow(first, "Next").rows] == ["9"]
    assert reader.press(page, "Find", since="2999-01-01").text("//section/h2") == "No event fits"
    for wrong in ("type=x", "since=x", "after=nothing"):
        assert reader.read(f"/businesses/fjell/events?{wrong}").status == 422, wrong


@pytest.mark.parametrize("hostile", ["<b>\"'", "</script><img src=x>", "{{ 7919*6007 }}"])
def test_what_comes_from_outside_is_text_and_nothing_else(
    reader: Reader, fjell: Api, container: Container, hostile: str
) -> None:
    webhook = add(fjell, "/v1/businesses/fjell/webhooks")["id"]
    happen(container, hostile)
    fail(container, webhook)
    for path in (f"{FJELL}/{webhook}", "/businesses/fjell/events"):
        page = reader.read(path)
        assert hostile in page.rows[0], path
        _assert_inert(page)
    for query in ("state", "type", "since", "after"):
        for path in (f"{FJELL}/{webhook}", "/businesses/fjell/events"):
            _assert_inert(reader.read(path, params={query: hostile}))
    _assert_inert(reader.press(reader.read(FJELL), "Add the webhook", url=hostile, types=[hostile]))
    _assert_inert(reader.press(reader.read(f"{FJELL}/{webhook}"), "Store", url=hostile))
    _assert_inert(reader.press(reader.read(f"{FJELL}/{webhook}"), "Send these again", from_=hostile, until=hostile))


def _assert_inert(page: Shown) -> None:
    assert page.status < 500
    assert page.tree.xpath("//main//b | //img") == []
    assert "47569433" not in page.response.text


def test_everything_that_may_be_shown_has_its_word() -> None:
    assert set(event_words()) == set(EventType)
    assert set(delivery_words()) == set(DeliveryState)
    assert len(disabled_words()) == 3
