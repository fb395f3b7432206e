"""Passkeys from their adding to their removal, and how they sign in."""

import json
from datetime import timedelta

import pytest

from core.audit import Action
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, TooManyRequests
from core.passkey import CHALLENGE_HOLDS, Site, has_gone_back, site_of, user_handle
from core.session import Session, SignInWay
from core.sign_in_limit import MOST_CHALLENGES, WINDOW
from core.user import User
from tests.fakes.gateway import Gateway
from tests.fakes.users import answer_of

HERE = Site("https://kvitt.example", "kvitt.example")
MOMENT = timedelta(milliseconds=1)
HOME = "192.0.2.1"


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.manage_users.add("kari")
    return gateway


@pytest.fixture
def session(gateway: Gateway) -> Session:
    return signed_in(gateway, "kari")


def signed_in(gateway: Gateway, name: str) -> Session:
    return gateway.sign_in.by_link(gateway.manage_users.link(name).text).signed_in.session


def added(gateway: Gateway, session: Session, credential: str = "phone", *, count: int = 0) -> str:
    asked = gateway.use_passkeys.ask_new(session, HERE, name=credential)
    answer = answer_of(asked, credential=credential, count=count)
    return gateway.use_passkeys.add(session, HERE, name=credential, answer=answer).id


def answered(gateway: Gateway, credential: str = "phone", *, count: int = 0) -> str:
    return answer_of(gateway.use_passkeys.ask(HERE, address=HOME), credential=credential, count=count)


def refused(gateway: Gateway, answer: str, site: Site = HERE) -> str:
    with pytest.raises(NotAuthenticated) as refusal:
        gateway.use_passkeys.sign_in(answer, site, address=HOME)
    return refusal.value.code


def last(gateway: Gateway) -> tuple[Action, str | None, str | None, str | None]:
    with gateway.storage.transaction() as work:
        entry = work.audit.list(limit=1000)[-1]
    return entry.action, entry.actor.name, entry.subject, entry.code


def test_a_passkey_is_added_signs_in_and_is_removed(gateway: Gateway, session: Session) -> None:
    passkey = added(gateway, session)
    assert last(gateway)[::2] == (Action.PASSKEY_ADDED, "kari")
    began = gateway.clock.now()
    gateway.clock.advance(seconds=60)

    started = gateway.use_passkeys.sign_in(answered(gateway, count=3), HERE, address=HOME)

    assert started.signed_in.session.by is SignInWay.PASSKEY
    assert gateway.sign_in.session(started.text) == started.signed_in
    assert last(gateway) == (Action.USER_SIGNED_IN, "kari", "passkey", None)
    [kept] = gateway.use_passkeys.list("kari")
    assert (kept.name, kept.sign_count, kept.created_at, kept.last_used_at) == ("phone", 3, began, gateway.clock.now())

    gateway.use_passkeys.remove("kari", passkey)

    assert last(gateway)[::2] == (Action.PASSKEY_REMOVED, "kari")
    assert gateway.use_passkeys.list("kari") == []
    assert refused(gateway, answered(gateway, count=4)) == "wrong_passkey"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, None, "wrong_passkey")
    with pytest.raises(NotFound):
        gateway.use_passkeys.remove("kari", passkey)


def test_nobody_removes_another_s(gateway: Gateway, session: Session) -> None:
    passkey = added(gateway, session)
    gateway.manage_users.add("ola")
    with pytest.raises(NotFound):
        gateway.use_passkeys.remove("ola", passkey)
    assert len(gateway.use_passkeys.list("kari")) == 1


def test_a_challenge_is_answered_once_and_within_five_minutes(gateway: Gateway, session: Session) -> None:
    added(gateway, session)
    answer = answered(gateway)
    gateway.clock.advance(seconds=(CHALLENGE_HOLDS - MOMENT).total_seconds())
    gateway.use_passkeys.sign_in(answer, HERE)
    assert refused(gateway, answer) == "wrong_passkey"
    late = answered(gateway)
    gateway.clock.advance(seconds=CHALLENGE_HOLDS.total_seconds())
    assert refused(gateway, late) == "wrong_passkey"
    answered(gateway)
    assert len(gateway.storage.backup().passkey_challenges) == 1


def test_a_challenge_that_was_answered_wrongly_is_used_up(gateway: Gateway, session: Session) -> None:
    added(gateway, session)
    asked = gateway.use_passkeys.ask(HERE)
    assert refused(gateway, answer_of(asked, origin="https://evil.example")) == "wrong_passkey"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "wrong_passkey")
    assert refused(gateway, answer_of(asked)) == "wrong_passkey"


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]" * 9, json.dumps({"credential": "phone", "challenge": "\ud800" * 43, "count": 1})]
)
def test_what_is_no_answer_signs_nobody_in(gateway: Gateway, answer: str) -> None:
    assert refused(gateway, answer) == "wrong_passkey"


def test_challenges_are_for_one_thing_and_one_session(gateway: Gateway, session: Session) -> None:
    added(gateway, session)
    asked = gateway.use_passkeys.ask_new(session, HERE, name="laptop")
    assert json.loads(asked)["known"] == ["phone"]
    assert refused(gateway, answer_of(asked)) == "wrong_passkey"
    gateway.manage_users.add("ola")
    for whose in (signed_in(gateway, "ola"), signed_in(gateway, "kari")):
        asked = gateway.use_passkeys.ask_new(session, HERE, name="laptop")
        with pytest.raises(NotAuthenticated):
            gateway.use_passkeys.add(whose, HERE, name="laptop", answer=answer_of(asked, credential="laptop"))
    with pytest.raises(NotAuthenticated):
        gateway.use_passkeys.add(session, HERE, name="laptop", answer=answered(gateway, "laptop"))
    assert last(gateway)[::3] == (Action.PASSKEY_ADDED, "wrong_passkey")
    assert len(gateway.use_passkeys.list("kari")) == 1


def test_a_passkey_that_was_copied_is_refused_and_told_of(gateway: Gateway, session: Session) -> None:
    added(gateway, session, count=5)
    for count in (5, 4, 0):
        assert refused(gateway, answered(gateway, count=count)) == "passkey_copied"
        assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "passkey_copied")
    gateway.use_passkeys.sign_in(answered(gateway, count=6), HERE)


@pytest.mark.parametrize(
    ("kept", "stated", "back"),
    [(0, 0, False), (0, 1, False), (1, 0, True), (1, 1, True), (1, 2, False), (2, 1, True)],
)
def test_who_does_not_count_never_goes_back(kept: int, stated: int, back: bool) -> None:
    assert has_gone_back(kept, stated) is back


def test_who_is_disabled_is_let_in_by_no_passkey(gateway: Gateway, session: Session) -> None:
    added(gateway, session)
    gateway.manage_users.disable("kari")
    assert refused(gateway, answered(gateway)) == "wrong_passkey"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "wrong_passkey")
    gateway.manage_users.enable("kari")
    gateway.use_passkeys.sign_in(answered(gateway), HERE)


def test_a_credential_is_one_user_s(gateway: Gateway, session: Session) -> None:
    added(gateway, session)
    gateway.manage_users.add("ola")
    with pytest.raises(Conflict) as refusal:
        added(gateway, signed_in(gateway, "ola"))
    assert refusal.value.code == "passkey_known"


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 51])
def test_a_passkey_has_a_name_that_can_be_shown(gateway: Gateway, session: Session, name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        gateway.use_passkeys.ask_new(session, HERE, name=name)
    assert refusal.value.code == "bad_passkey_name"
    asked = gateway.use_passkeys.ask_new(session, HERE, name="phone")
    with pytest.raises(InvalidInput):
        gateway.use_passkeys.add(session, HERE, name=name, answer=answer_of(asked))


def test_so_many_challenges_are_made_for_one_address(gateway: Gateway) -> None:
    for _ in range(MOST_CHALLENGES):
        gateway.use_passkeys.ask(HERE, address=HOME)
    with pytest.raises(TooManyRequests) as refusal:
        gateway.use_passkeys.ask(HERE, address=HOME)
    assert refusal.value.not_before == gateway.clock.now() + WINDOW
    gateway.use_passkeys.ask(HERE, address="192.0.2.2")
    gateway.use_passkeys.ask(HERE)


@pytest.mark.parametrize(
    ("scheme", "host", "site"),
    [
        ("https", "kvitt.example", HERE),
        ("https", "Kvitt.example:443", HERE),
        ("https", "kvitt.example:8443", Site("https://kvitt.example:8443", "kvitt.example")),
        ("http", "localhost:8000", Site("http://localhost:8000", "localhost")),
        ("http", "kvitt.localhost", Site("http://kvitt.localhost", "kvitt.localhost")),
        ("http", "kvitt.example", None),
        ("http", "evil-localhost", None),
        ("http", "127.0.0.1:8000", None),
        ("https", "192.0.2.1", None),
        ("https", "[2001:db8::1]:8000", None),
        ("https", "[::", None),
        ("https", "", None),
        ("https", "a@kvitt.example/", None),
        ("https", "kvitt.example/x", None),
        ("https", "kvitt.example:port", None),
    ],
)
def test_passkeys_are_used_over_https_by_a_name_and_on_localhost(scheme: str, host: str, site: Site | None) -> None:
    assert site_of(scheme, host) == site


def test_an_authenticator_is_told_nothing_of_who_it_is(gateway: Gateway) -> None:
    kari = gateway.manage_users.get("kari")
    again = User(name="kari", created_at=kari.created_at + MOMENT)
    assert user_handle(kari) == user_handle(kari) != user_handle(again)
    assert len(user_handle(kari)) <= 64
