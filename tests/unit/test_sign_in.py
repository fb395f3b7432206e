"""Users from their adding to their end, and how they sign in and out."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from core.audit import Action, Actor, ActorKind, AuditResult, KeptEntry
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, TooManyRequests
from core.rights import Role
from core.session import IDLE, LINK_HOLDS, LONGEST, REMEMBERED_FOR, Session, SignInWay, network_of
from core.sign_in_limit import MOST_FOR_NAME, MOST_FROM_ADDRESS, WINDOW, name_key
from core.user import Grant
from tests.fakes.gateway import Gateway

PASSWORD = "hest sykkel måne"
WRONG = "hest sykkel sol!"
MOMENT = timedelta(milliseconds=1)
HOME, OFFICE, ELSEWHERE = "192.0.2.1", "192.0.2.2", "198.51.100.{}"


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.manage_users.add("kari", grants=[Grant(business="fjell", role=Role.SEND)])
    gateway.manage_users.set_password("kari", PASSWORD)
    return gateway


def trail(gateway: Gateway) -> Sequence[KeptEntry]:
    with gateway.storage.transaction() as work:
        return work.audit.list(limit=1000)


def last(gateway: Gateway) -> tuple[Action, str | None, str | None, str | None]:
    entry = trail(gateway)[-1]
    return entry.action, entry.actor.name, entry.subject, entry.code


def advance(gateway: Gateway, length: timedelta) -> None:
    gateway.clock.advance(seconds=length.total_seconds())


def refused(gateway: Gateway, name: str = "kari", password: str = WRONG, address: str | None = HOME) -> str:
    with pytest.raises((NotAuthenticated, TooManyRequests)) as refusal:
        gateway.sign_in.by_password(name, password, address=address)
    return refusal.value.code


def test_a_link_signs_its_user_in_once(gateway: Gateway) -> None:
    link = gateway.manage_users.link("kari")
    assert link.expires_at == gateway.clock.now() + LINK_HOLDS
    assert last(gateway)[:3:2] == (Action.USER_LINK_MADE, "kari")

    started = gateway.sign_in.by_link(link.text, address=HOME)

    assert last(gateway) == (Action.USER_SIGNED_IN, "kari", "link", None)
    signed_in = gateway.sign_in.session(started.text)
    assert signed_in == started.signed_in
    assert signed_in.user == gateway.manage_users.get("kari")
    assert (signed_in.session.by, signed_in.session.address) == (SignInWay.LINK, HOME)
    assert signed_in.actor == Actor(kind=ActorKind.USER, name="kari")
    with pytest.raises(NotAuthenticated) as refusal:
        gateway.sign_in.by_link(link.text)
    assert refusal.value.code == "link_used"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "link_used")
    assert gateway.sign_in.session(started.text) is not None


@pytest.mark.parametrize("text", ["", "x", "text-" + "0" * 38, "text-" + "0" * 39, "\ud800", "text\x00" + "0" * 38])
def test_a_text_that_is_no_link_s_signs_nobody_in(gateway: Gateway, text: str) -> None:
    with pytest.raises(NotAuthenticated) as refusal:
        gateway.sign_in.by_link(text)
    assert refusal.value.code == "wrong_link"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, None, "wrong_link")


def test_a_link_holds_for_a_quarter_of_an_hour(gateway: Gateway) -> None:
    links = [gateway.manage_users.link("kari") for _ in range(2)]
    advance(gateway, LINK_HOLDS - MOMENT)
    gateway.sign_in.by_link(links[0].text)
    advance(gateway, MOMENT)
    with pytest.raises(NotAuthenticated) as refusal:
        gateway.sign_in.by_link(links[1].text)
    assert refusal.value.code == "wrong_link"


def test_what_opens_something_is_kept_and_shown_nowhere(gateway: Gateway) -> None:
    link = gateway.manage_users.link("kari")
    started = gateway.sign_in.by_link(link.text)
    kept = f"{gateway.storage.backup()} {link!r} {started!r}"
    assert link.text not in kept
    assert started.text not in kept


def test_a_password_signs_in_and_a_wrong_one_does_not(gateway: Gateway) -> None:
    started = gateway.sign_in.by_password("kari", PASSWORD, address=HOME)
    assert last(gateway) == (Action.USER_SIGNED_IN, "kari", "password", None)
    assert gateway.sign_in.session(started.text) is not None

    assert refused(gateway) == "wrong_password"
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "wrong_password")


@pytest.mark.parametrize("name", ["nobody", "KARI", "", PASSWORD, "ka\x00ri", "\ud800", "x" * 100_000])
def test_who_is_unknown_is_told_the_same_after_the_same_work_and_is_named_nowhere(gateway: Gateway, name: str) -> None:
    gateway.manage_users.add("ola")
    said, work = set(), set()
    for who in ("kari", name, "ola"):
        before = gateway.hasher.verified
        with pytest.raises(NotAuthenticated) as refusal:
            gateway.sign_in.by_password(who, WRONG, address=HOME)
        said.add((refusal.value.code, refusal.value.message, refusal.value.hint))
        work.add(gateway.hasher.verified - before)
    assert len(said) == 1
    assert work == {1}
    assert trail(gateway)[-2].subject is None


def test_a_password_of_no_length_or_of_any_is_just_wrong(gateway: Gateway) -> None:
    for password in ("", "x" * 100_000, "\ud800"):
        assert refused(gateway, password=password) == "wrong_password"


def test_who_is_disabled_is_out_at_once_by_every_way(gateway: Gateway) -> None:
    started = gateway.sign_in.by_password("kari", PASSWORD)
    link = gateway.manage_users.link("kari")

    assert gateway.manage_users.disable("kari").disabled_at == gateway.clock.now()

    assert last(gateway)[:3:2] == (Action.USER_DISABLED, "kari")
    assert gateway.sign_in.session(started.text) is None
    assert refused(gateway, password=PASSWORD) == "wrong_password"
    with pytest.raises(NotAuthenticated):
        gateway.sign_in.by_link(link.text)
    with pytest.raises(Conflict) as refusal:
        gateway.manage_users.link("kari")
    assert refusal.value.code == "user_disabled"

    gateway.manage_users.enable("kari")
    assert gateway.sign_in.session(started.text) is None
    gateway.sign_in.by_password("kari", PASSWORD)


def test_disabling_and_enabling_again_changes_nothing(gateway: Gateway) -> None:
    first = gateway.manage_users.disable("kari")
    advance(gateway, WINDOW)
    before = len(trail(gateway))
    assert gateway.manage_users.disable("kari") == first
    assert len(trail(gateway)) == before
    gateway.manage_users.enable("kari")
    gateway.manage_users.enable("kari")
    assert len(trail(gateway)) == before + 1


def test_a_session_is_over_when_it_is_idle_or_old(gateway: Gateway) -> None:
    idle = gateway.sign_in.by_password("kari", PASSWORD)
    used = gateway.sign_in.by_password("kari", PASSWORD)
    began = gateway.clock.now()
    advance(gateway, IDLE - MOMENT)
    assert gateway.sign_in.session(used.text) is not None
    advance(gateway, MOMENT)
    assert gateway.sign_in.session(idle.text) is None
    assert [one.id for one in gateway.sign_in.sessions("kari")] == [used.signed_in.session.id]
    while gateway.clock.now() < began + LONGEST - timedelta(hours=1):
        assert gateway.sign_in.session(used.text) is not None
        advance(gateway, timedelta(hours=1))
    advance(gateway, timedelta(hours=1))
    assert gateway.sign_in.session(used.text) is None
    assert gateway.sign_in.sessions("kari") == []


def test_that_a_session_is_used_is_written_once_a_minute(gateway: Gateway) -> None:
    started = gateway.sign_in.by_password("kari", PASSWORD)
    before = gateway.storage.transactions
    advance(gateway, timedelta(seconds=59))
    gateway.sign_in.session(started.text)
    assert gateway.storage.transactions == before
    advance(gateway, timedelta(seconds=1))
    for _ in range(3):
        gateway.sign_in.session(started.text)
    assert gateway.storage.transactions == before + 1
    [shown] = gateway.sign_in.sessions("kari")
    assert shown.last_seen_at == gateway.clock.now()


def test_signing_out_ends_one_session_all_others_or_all(gateway: Gateway) -> None:
    first, second, third, fourth = (gateway.sign_in.by_password("kari", PASSWORD) for _ in range(4))

    gateway.sign_in.sign_out(first.text)
    assert last(gateway) == (Action.USER_SIGNED_OUT, "kari", "kari", None)
    before = len(trail(gateway))
    for text in (first.text, "", "\ud800", "x" * 43):
        gateway.sign_in.sign_out(text)
    assert len(trail(gateway)) == before
    gateway.sign_in.end("ola", second.signed_in.session.id)
    assert gateway.sign_in.session(second.text) is not None
    gateway.sign_in.end("kari", second.signed_in.session.id)
    gateway.sign_in.sign_out_everywhere("kari", but=third.signed_in.session.id)

    live = [gateway.sign_in.session(one.text) is not None for one in (first, second, third, fourth)]
    assert live == [False, False, True, False]
    gateway.sign_in.sign_out_everywhere("kari")
    assert gateway.sign_in.session(third.text) is None


def test_a_new_password_ends_every_other_session(gateway: Gateway) -> None:
    own, other = (gateway.sign_in.by_password("kari", PASSWORD) for _ in range(2))
    gateway.manage_users.set_password("kari", WRONG, but=own.signed_in.session.id)
    assert gateway.sign_in.session(own.text) is not None
    assert gateway.sign_in.session(other.text) is None
    assert refused(gateway, password=PASSWORD) == "wrong_password"
    gateway.sign_in.by_password("kari", WRONG)
    gateway.manage_users.remove_password("kari")
    assert not gateway.manage_users.get("kari").has_password
    assert refused(gateway) == "wrong_password"


def test_a_password_whose_hash_has_grown_stronger_is_kept_anew(gateway: Gateway) -> None:
    gateway.hasher.strength = 2
    gateway.sign_in.by_password("kari", PASSWORD)
    with gateway.storage.transaction() as work:
        assert work.users.password("kari") == gateway.hasher.hash(PASSWORD)


def test_the_same_password_from_another_keyboard_signs_in(gateway: Gateway) -> None:
    gateway.sign_in.by_password("kari", PASSWORD.replace("å", "a\u030a"))


def test_wrong_passwords_from_one_address_are_taken_so_often_and_no_more_whoever_they_are_for(gateway: Gateway) -> None:
    names = ["kari", "ola", "nobody", "else"]
    for nth in range(MOST_FROM_ADDRESS):
        assert refused(gateway, names[nth % 4]) == "wrong_password"

    with pytest.raises(TooManyRequests) as refusal:
        gateway.sign_in.by_password("kari", PASSWORD, address=HOME)

    assert refusal.value.code == "too_many_attempts"
    assert refusal.value.not_before == gateway.clock.now() + WINDOW
    assert last(gateway) == (Action.SIGN_IN_REFUSED, None, "kari", "too_many_attempts")
    gateway.sign_in.by_password("kari", PASSWORD, address=OFFICE)
    advance(gateway, WINDOW)
    gateway.sign_in.by_password("kari", PASSWORD, address=HOME)


def test_right_passwords_are_not_counted_and_give_no_wrong_ones_back(gateway: Gateway) -> None:
    for _ in range(MOST_FROM_ADDRESS - 1):
        refused(gateway)
    for _ in range(MOST_FROM_ADDRESS):
        gateway.sign_in.by_password("kari", PASSWORD, address=HOME)
    assert refused(gateway) == "wrong_password"
    assert refused(gateway) == "too_many_attempts"


def test_who_is_tried_from_many_addresses_still_gets_in_from_where_they_came_before(gateway: Gateway) -> None:
    gateway.sign_in.by_password("kari", PASSWORD, address=HOME)
    for nth in range(MOST_FOR_NAME):
        assert refused(gateway, address=ELSEWHERE.format(nth)) == "wrong_password"
    assert refused(gateway, password=PASSWORD, address=OFFICE) == "too_many_attempts"

    gateway.sign_in.by_password("kari", PASSWORD, address=HOME)
    gateway.sign_in.by_link(gateway.manage_users.link("kari").text, address=OFFICE)
    gateway.sign_in.by_password("kari", PASSWORD, address=OFFICE)


def test_names_that_nobody_has_are_limited_alike(gateway: Gateway) -> None:
    for nth in range(MOST_FOR_NAME):
        assert refused(gateway, "nobody", address=ELSEWHERE.format(nth)) == "wrong_password"
    assert refused(gateway, "nobody", address=OFFICE) == "too_many_attempts"


def test_without_an_address_the_name_alone_counts(gateway: Gateway) -> None:
    for _ in range(MOST_FOR_NAME):
        assert refused(gateway, address=None) == "wrong_password"
    assert refused(gateway, address=None) == "too_many_attempts"


def test_a_name_is_counted_by_too_little_to_tell_what_was_typed() -> None:
    assert len(name_key("open sesame 1234").removeprefix("name:")) == 4


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:9:9:9:9", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_attempts_are_counted_by_what_one_customer_has(address: str | None, network: str | None) -> None:
    assert network_of(address) == network


def test_what_is_long_over_is_forgotten(gateway: Gateway) -> None:
    gateway.sign_in.by_password("kari", PASSWORD, address=HOME)
    assert isinstance(gateway.storage.backup().console_sessions.popitem()[1], Session)
    advance(gateway, REMEMBERED_FOR + MOMENT)
    with gateway.storage.transaction() as work:
        work.sign_ins.forget(before=gateway.clock.now() - REMEMBERED_FOR, limit=10)
    assert not gateway.storage.backup().console_sessions


@pytest.mark.parametrize("name", ["", " kari", "a\nb", "x" * 51])
def test_a_user_has_a_name_that_can_be_shown(gateway: Gateway, name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        gateway.manage_users.add(name)
    assert refusal.value.code == "bad_user_name"


def test_a_user_is_for_businesses_that_there_are(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.manage_users.add("ola", grants=[Grant(business="vidde", role=Role.READ)])
    with pytest.raises(NotFound):
        gateway.manage_users.set_grants("kari", [Grant(business="vidde", role=Role.READ)])
    with pytest.raises(NotFound):
        gateway.manage_users.get("ola")


@pytest.mark.parametrize("name", ["ola", "a\x00b", "\ud800", ""])
def test_nobody_is_changed_who_is_not_there(gateway: Gateway, name: str) -> None:
    users = gateway.manage_users
    for act in (users.get, users.disable, users.enable, users.link, users.remove_password):
        with pytest.raises(NotFound) as refusal:
            act(name)
        assert refusal.value.code == "unknown_user"
    assert all((entry.subject or "").isprintable() for entry in trail(gateway))  # or no database would take it


def test_an_e_mail_address_is_one_and_one_user_s(gateway: Gateway) -> None:
    assert gateway.manage_users.set_email("kari", " Kari@Example.com ").email == "kari@example.com"
    with pytest.raises(Conflict) as taken:
        gateway.manage_users.add("ola", email="KARI@example.com")
    with pytest.raises(InvalidInput) as bad:
        gateway.manage_users.set_email("kari", "kari at example")
    assert (taken.value.code, bad.value.code) == ("email_taken", "bad_email")
    assert gateway.manage_users.set_email("kari", None).email is None


def test_grants_are_changed_at_once_and_told_of_when_they_differ(gateway: Gateway) -> None:
    started = gateway.sign_in.by_password("kari", PASSWORD)
    read = Grant(business="fjell", role=Role.READ)
    gateway.manage_users.set_grants("kari", [Grant(business="fjell", role=Role.SEND), read])
    assert last(gateway)[:3:2] == (Action.USER_CHANGED, "kari")
    signed_in = gateway.sign_in.session(started.text)
    assert signed_in is not None
    assert signed_in.user.grants == (read,)
    before = len(trail(gateway))
    gateway.manage_users.set_grants("kari", [read])
    assert len(trail(gateway)) == before


def test_who_goes_on_trying_does_not_fill_the_trail(gateway: Gateway) -> None:
    before = len(trail(gateway))
    for _ in range(3 * MOST_FROM_ADDRESS):
        refused(gateway)
        with pytest.raises(NotAuthenticated):
            gateway.sign_in.by_link("wrong", address=HOME)
    assert len(trail(gateway)) == before + 2 * MOST_FROM_ADDRESS + 1


def test_a_role_is_given_beside_those_that_are_there_and_taken_alone(gateway: Gateway) -> None:
    users, everything = gateway.manage_users, Grant(role=Role.READ)
    send, read = (Grant(business="fjell", role=role) for role in (Role.SEND, Role.READ))
    assert users.set_grants("kari", [send]).grants == (send,)
    assert users.grant("kari", [everything]).grants == (everything, send)
    assert users.grant("kari", [read]).grants == (everything, read)
    assert users.revoke("kari", ["fjell", "vidde"]).grants == (everything,)
    assert users.revoke("kari", [None]).grants == ()
    with pytest.raises(NotFound):
        users.grant("kari", [Grant(business="vidde", role=Role.READ)])


def test_nobody_locks_himself_out(gateway: Gateway) -> None:
    everything = Grant(role=Role.SEND)
    gateway.manage_users.add("ola", grants=[everything])
    locks_out: list[Callable[[], object]] = [
        lambda: gateway.manage_users.disable("ola", own="ola"),
        lambda: gateway.manage_users.set_grants("ola", [Grant(role=Role.READ)], own="ola"),
    ]
    for act in locks_out:
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "own_user"
    assert trail(gateway)[-1].result is AuditResult.REFUSED
    gateway.manage_users.set_grants("ola", [everything, Grant(business="fjell", role=Role.READ)], own="ola")
    gateway.manage_users.disable("ola", own="kari")


def test_the_first_of_all_becomes_an_administrator_and_no_other() -> None:
    gateway = Gateway()
    link = gateway.manage_users.link_for_operator("root")
    assert link.user.grants == (Grant(role=Role.SEND),)
    gateway.manage_users.add("ola")
    assert gateway.manage_users.link_for_operator("ola").user.grants == ()
    with pytest.raises(NotFound):
        gateway.manage_users.link_for_operator("kari")
    gateway.manage_users.disable("root")
    with pytest.raises(Conflict):
        gateway.manage_users.link_for_operator("root")


def test_a_business_that_is_erased_leaves_nobody_a_role_for_it(gateway: Gateway) -> None:
    from core.use_cases.erase_business import EraseBusiness

    EraseBusiness(
        storage=gateway.storage,
        clock=gateway.clock,
        auditor=gateway.auditor,
        lease=timedelta(seconds=9),
        new_holder=lambda: "holder",
    ).erase("fjell", force=False)
    assert gateway.manage_users.get("kari").grants == ()
