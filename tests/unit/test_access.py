"""Keys from their making to their end, and who is let in with them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from core.errors import InvalidInput, NotAuthenticated, NotFound
from core.ports.access_stores import KeptKey
from core.rights import Role
from core.use_cases.api_keys import ALL_READ_EVERY, REMEMBERED_FOR
from tests.fakes.gateway import Gateway

MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def test_a_key_opens_from_when_it_is_made(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)

    assert gateway.authenticate.check(text) == key
    assert (key.name, key.business, key.role, key.revoked_at) == ("shop", "fjell", Role.SEND, None)
    assert text not in repr(gateway.storage.find(key.prefix))


def test_the_second_key_leaves_the_first_alone(gateway: Gateway) -> None:
    (first, first_text), (second, _) = (
        gateway.manage_api_keys.create(name, business=None, role=Role.READ) for name in ("a", "b")
    )

    assert gateway.manage_api_keys.list(limit=10) == [first, second]
    gateway.manage_api_keys.revoke(second.prefix)
    assert gateway.authenticate.check(first_text).prefix == first.prefix


@pytest.mark.parametrize("name", ["", " shop", "a\nb", "x" * 51])
def test_a_key_has_a_name_that_can_be_shown(gateway: Gateway, name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        gateway.manage_api_keys.create(name, business=None, role=Role.READ)
    assert refusal.value.code == "bad_key_name"


@pytest.mark.parametrize("business", ["vidde", "["])
def test_a_key_for_a_business_that_there_is_not_is_refused(gateway: Gateway, business: str) -> None:
    with pytest.raises(NotFound):
        gateway.manage_api_keys.create("shop", business=business, role=Role.READ)
    assert gateway.storage.is_empty()


def test_unknown_and_revoked_keys_are_refused_alike(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)
    wrong = text.replace("5", "6")
    unknown = text.replace(key.prefix, "f" * 12)
    gateway.manage_api_keys.revoke(key.prefix)
    said = set()
    for given in (text, wrong, unknown, "", "Basic x"):
        with pytest.raises(NotAuthenticated) as refusal:
            gateway.authenticate.check(given)
        said.add((refusal.value.message, refusal.value.hint))
    assert len(said) == 1


def test_a_key_with_the_right_prefix_and_a_wrong_secret_is_refused(gateway: Gateway) -> None:
    _, text = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)
    with pytest.raises(NotAuthenticated):
        gateway.authenticate.check(text.replace("5", "6", 1))


def test_revoking_is_done_once_and_of_a_known_key(gateway: Gateway) -> None:
    key, _ = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    revoked = gateway.manage_api_keys.revoke(key.prefix)
    assert revoked.revoked_at == gateway.clock.now()
    gateway.clock.advance(seconds=5)
    assert gateway.manage_api_keys.revoke(key.prefix) == revoked
    with pytest.raises(NotFound):
        gateway.manage_api_keys.revoke("nobody's")


def test_an_accepted_key_is_remembered_for_some_seconds_and_no_longer(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    assert gateway.authenticate.remembered(text) is None
    gateway.authenticate.check(text)
    gateway.manage_api_keys.revoke(key.prefix)

    gateway.clock.advance(seconds=(REMEMBERED_FOR - MOMENT).total_seconds())
    assert gateway.authenticate.remembered(text) == key
    assert gateway.authenticate.remembered(text.replace("5", "6")) is None
    gateway.clock.advance(seconds=MOMENT.total_seconds())
    assert gateway.authenticate.remembered(text) is None


def test_a_clock_that_is_put_back_forgets_what_was_remembered(gateway: Gateway) -> None:
    _, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    gateway.authenticate.check(text)
    gateway.clock.advance(seconds=-1)
    assert gateway.authenticate.remembered(text) is None


def test_the_last_use_is_noted_once_a_minute(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    gateway.authenticate.check(text)
    first = gateway.clock.now()
    transactions = gateway.storage.transactions
    gateway.clock.advance(seconds=59)
    gateway.authenticate.check(text)
    assert gateway.storage.transactions == transactions

    gateway.clock.advance(seconds=1)
    gateway.authenticate.check(text)

    [shown] = gateway.manage_api_keys.list(limit=2)
    assert shown.last_used_at == first + timedelta(minutes=1)
    assert shown.prefix == key.prefix


def test_among_all_keys_a_right_one_is_accepted_and_a_wrong_one_is_not(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)
    assert gateway.authenticate.check_among_all(text) == key
    for wrong in (text.replace("5", "6"), text.replace(key.prefix, "f" * 12), "", "Basic x"):
        with pytest.raises(NotAuthenticated):
            gateway.authenticate.check_among_all(wrong)


def test_all_keys_are_read_once_a_second_however_many_are_tried(gateway: Gateway) -> None:
    reads = 0
    read = gateway.storage.all

    def counted() -> Mapping[str, KeptKey]:
        nonlocal reads
        reads += 1
        return read()

    gateway.storage.all = counted  # type: ignore[method-assign]
    for _ in range(1000):
        with pytest.raises(NotAuthenticated):
            gateway.authenticate.check_among_all(f"kvitt_{'0' * 12}_{'0' * 64}")
    assert reads == 1

    _, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    with pytest.raises(NotAuthenticated):
        gateway.authenticate.check_among_all(text)
    gateway.clock.advance(seconds=ALL_READ_EVERY.total_seconds())
    gateway.authenticate.check_among_all(text)
    assert reads == 2


def test_a_revoked_key_opens_no_longer_for_having_been_among_all(gateway: Gateway) -> None:
    key, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    with pytest.raises(NotAuthenticated):
        gateway.authenticate.check_among_all("")
    gateway.manage_api_keys.revoke(key.prefix)
    gateway.clock.advance(seconds=ALL_READ_EVERY.total_seconds() / 2)
    gateway.authenticate.check_among_all(text)

    gateway.clock.advance(seconds=ALL_READ_EVERY.total_seconds() / 2)
    with pytest.raises(NotAuthenticated):
        gateway.authenticate.check_among_all(text)
    gateway.clock.advance(seconds=(REMEMBERED_FOR - ALL_READ_EVERY).total_seconds())
    assert gateway.authenticate.remembered(text) is None


def test_while_all_keys_are_being_read_others_go_by_what_was_read_before(gateway: Gateway) -> None:
    _, text = gateway.manage_api_keys.create("shop", business=None, role=Role.READ)
    gateway.authenticate.check_among_all(text)
    gateway.clock.advance(seconds=ALL_READ_EVERY.total_seconds())
    read = gateway.storage.all
    begun, go_on = Event(), Event()

    def slow() -> Mapping[str, KeptKey]:
        begun.set()
        assert go_on.wait(10)
        return read()

    gateway.storage.all = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as another:
        reading = another.submit(gateway.authenticate.check_among_all, text)
        assert begun.wait(10)
        gateway.authenticate.check_among_all(text)
        assert not reading.done()
        go_on.set()
        reading.result(10)
