"""Users, who of them is signed in, and who tries to be."""

from datetime import timedelta

import pytest

from core.errors import Conflict
from core.passkey import Challenge, Passkey
from core.ports.storage import Storage
from core.rights import Role
from core.session import Session, SignInLink, SignInWay
from core.sign_in_limit import Attempts
from core.user import Grant, User
from tests.storage_contract.samples import MINUTE, NOW, SECOND, pages

KARI = User(
    name="Kari Ås",
    email="kari@example.com",
    grants=(Grant(role=Role.READ), Grant(business="fjell", role=Role.SEND)),
    created_at=NOW,
)


def a_session(identifier: str = "s1", **changes: object) -> Session:
    stated = {"id": identifier, "user": KARI.name, "csrf": "c", "by": SignInWay.LINK, "address": "192.0.2.1"}
    return Session.model_validate({**stated, "created_at": NOW, "last_seen_at": NOW, **changes})


def a_passkey(identifier: str = "p1", **changes: object) -> Passkey:
    stated = {
        "id": identifier,
        "user": KARI.name,
        "name": "telefon å",
        "credential": f"c-{identifier}",
        "created_at": NOW,
    }
    return Passkey.model_validate({**stated, "public_key": "k", "sign_count": 0, **changes})


class UserContract:
    @pytest.fixture
    def peopled(self, storage: Storage) -> Storage:
        """The storage with Kari as its only user."""
        with storage.transaction() as work:
            work.users.add(KARI)
        return storage

    def test_a_user_comes_back_as_it_was_stored(self, storage: Storage) -> None:
        with storage.transaction() as work:
            assert work.users.is_empty()
            work.users.add(KARI)
        with storage.transaction() as work:
            assert not work.users.is_empty()
            assert work.users.get(KARI.name) == work.users.get(KARI.name, for_update=True) == KARI
            assert work.users.of_email("kari@example.com") == KARI
            assert work.users.get("kari ås") is None
            assert work.users.of_email("Kari@example.com") is None

    def test_a_name_and_an_address_are_one_user_s(self, peopled: Storage) -> None:
        def refused(user: User) -> str:
            with pytest.raises(Conflict) as refusal, peopled.transaction() as work:
                work.users.add(user)
            return refusal.value.code

        assert refused(User(name=KARI.name, created_at=NOW)) == "user_exists"
        assert refused(User(name="ola", email=KARI.email, created_at=NOW)) == "email_taken"
        with peopled.transaction() as work:
            work.users.add(User(name="ola", created_at=NOW))
            work.users.add(User(name="per", created_at=NOW))
            with pytest.raises(Conflict) as refusal:
                work.users.put(User(name="ola", email=KARI.email, created_at=NOW))
        assert refusal.value.code == "email_taken"

    def test_a_user_is_changed_as_a_whole_but_for_the_password(self, peopled: Storage) -> None:
        changed = KARI.model_copy(
            update={"email": None, "grants": (Grant(business="vidde", role=Role.READ),), "disabled_at": NOW}
        )
        with peopled.transaction() as work:
            work.users.put_password(KARI.name, "hashed")
            work.users.put(changed)
        with peopled.transaction() as work:
            assert work.users.get(KARI.name) == changed.model_copy(update={"has_password": True})
            assert work.users.password(KARI.name) == "hashed"
            work.users.put_password(KARI.name, None)
            assert work.users.get(KARI.name) == changed
            assert work.users.password(KARI.name) is None
            assert work.users.password("nobody") is None

    def test_users_are_listed_by_name_page_by_page(self, peopled: Storage) -> None:
        with peopled.transaction() as work:
            for name in ("ola", "Åse"):
                work.users.add(User(name=name, created_at=NOW))
            assert pages(lambda after: [one.name for one in work.users.list(limit=2, after=after)]) == [
                "Kari Ås",
                "ola",
                "Åse",
            ]
            assert work.users.list(limit=1) == [KARI]

    def test_a_business_that_is_forgotten_is_nobody_s_any_more(self, peopled: Storage) -> None:
        with peopled.transaction() as work:
            work.users.add(User(name="ola", grants=(Grant(business="vidde", role=Role.SEND),), created_at=NOW))
            work.users.forget_business("fjell")
            assert [one.grants for one in work.users.list(limit=9)] == [
                (Grant(role=Role.READ),),
                (Grant(business="vidde", role=Role.SEND),),
            ]

    def test_a_session_is_found_by_its_digest_and_seen(self, peopled: Storage) -> None:
        with peopled.transaction() as work:
            work.sign_ins.add_session(a_session(), digest="d1")
            work.sign_ins.note_seen("s1", now=NOW + MINUTE)
            work.sign_ins.note_seen("s1", now=NOW)
        with peopled.transaction() as work:
            assert work.sign_ins.session("d1") == a_session(last_seen_at=NOW + MINUTE)
            assert work.sign_ins.session("d2") is None
            assert work.sign_ins.has_come_from(KARI.name, "192.0.2.1")
            assert not work.sign_ins.has_come_from(KARI.name, "192.0.2.2")
            assert not work.sign_ins.has_come_from("ola", "192.0.2.1")

    def test_sessions_are_ended_one_all_but_one_or_all(self, peopled: Storage) -> None:
        with peopled.transaction() as work:
            work.users.add(User(name="ola", created_at=NOW))
            for nth in range(4):
                one = a_session(f"s{nth}", created_at=NOW + nth * SECOND)
                work.sign_ins.add_session(one, digest=f"d{nth}")
            work.sign_ins.add_session(a_session("other", user="ola"), digest="d9")
            assert work.sign_ins.end(KARI.name, now=NOW, only="s0")
            assert not work.sign_ins.end(KARI.name, now=NOW + MINUTE, only="s0")
            assert not work.sign_ins.end(KARI.name, now=NOW, only="other")
            assert [one.id for one in work.sign_ins.sessions(KARI.name)] == ["s3", "s2", "s1"]
            assert work.sign_ins.end(KARI.name, now=NOW, but="s2")
            assert [one.id for one in work.sign_ins.sessions(KARI.name)] == ["s2"]
            assert work.sign_ins.end(KARI.name, now=NOW)
            assert work.sign_ins.sessions(KARI.name) == []
            assert [one.id for one in work.sign_ins.sessions("ola")] == ["other"]
            ended = work.sign_ins.session("d0")
        assert ended is not None
        assert ended.ended_at == NOW

    def test_everything_that_opens_the_console_is_ended(self, peopled: Storage) -> None:
        ended = a_session("s1", ended_at=NOW)
        with peopled.transaction() as work:
            work.users.add(User(name="ola", created_at=NOW))
            work.sign_ins.add_session(ended, digest="d1")
            work.sign_ins.add_session(a_session("s2"), digest="d2")
            work.sign_ins.add_session(a_session("s3", user="ola"), digest="d3")
            work.sign_ins.add_link(SignInLink(user="ola", made_at=NOW), digest="l1")
            work.sign_ins.end_everything(now=NOW + MINUTE)
        with peopled.transaction() as work:
            assert work.sign_ins.session("d1") == ended
            assert work.sign_ins.session("d2") == a_session("s2", ended_at=NOW + MINUTE)
            assert work.sign_ins.sessions("ola") == []
            assert work.sign_ins.use_link("l1", now=NOW) is None

    def test_a_link_is_unused_once(self, peopled: Storage) -> None:
        link = SignInLink(user=KARI.name, made_at=NOW)
        with peopled.transaction() as work:
            work.sign_ins.add_link(link, digest="l1")
            assert work.sign_ins.use_link("l2", now=NOW) is None
            assert work.sign_ins.use_link("l1", now=NOW + SECOND) == link
        with peopled.transaction() as work:
            used = link.model_copy(update={"used_at": NOW + SECOND})
            assert [work.sign_ins.use_link("l1", now=NOW + MINUTE) for _ in range(2)] == [used, used]

    def test_attempts_are_counted_within_a_window(self, storage: Storage) -> None:
        with storage.transaction() as work:
            counted = [
                work.sign_ins.count_attempt(key, now=NOW + after, window=MINUTE)
                for key, after in (("a", timedelta()), ("a", 59 * SECOND), ("b", 59 * SECOND), ("a", MINUTE))
            ]
            assert counted == [
                Attempts(NOW, 1),
                Attempts(NOW, 2),
                Attempts(NOW + 59 * SECOND, 1),
                Attempts(NOW + MINUTE, 1),
            ]
            for _ in range(2):
                work.sign_ins.uncount_attempt("a")
            work.sign_ins.uncount_attempt("unknown")
            assert work.sign_ins.count_attempt("a", now=NOW + MINUTE, window=MINUTE) == Attempts(NOW + MINUTE, 1)

    def test_old_sessions_links_and_attempts_are_forgotten(self, peopled: Storage) -> None:
        with peopled.transaction() as work:
            for nth in range(2):
                at = NOW + nth * MINUTE
                work.sign_ins.add_session(a_session(f"s{nth}", last_seen_at=at), digest=f"d{nth}")
                work.sign_ins.add_link(SignInLink(user=KARI.name, made_at=at), digest=f"l{nth}")
                work.sign_ins.count_attempt(f"a{nth}", now=at, window=MINUTE)
            assert work.sign_ins.forget(before=NOW + MINUTE, limit=1)
            assert not work.sign_ins.forget(before=NOW + MINUTE, limit=1)
            assert [work.sign_ins.session(digest) is None for digest in ("d0", "d1")] == [True, False]
            assert [work.sign_ins.use_link(digest, now=NOW) is None for digest in ("l0", "l1")] == [True, False]
            counts = [work.sign_ins.count_attempt(key, now=NOW + MINUTE, window=2 * MINUTE) for key in ("a0", "a1")]
            assert [one.count for one in counts] == [1, 2]

    def test_passkeys_are_found_used_and_removed(self, peopled: Storage) -> None:
        first = a_passkey("p1", created_at=NOW + MINUTE, transports=("internal", "hybrid"), sign_count=2**32 - 2)
        second = a_passkey("p0", credential="C-p1" + "x" * 1360)
        with peopled.transaction() as work:
            work.users.add(User(name="ola", created_at=NOW))
            for passkey in (first, second, a_passkey("p2", user="ola")):
                work.passkeys.add(passkey)
        with pytest.raises(Conflict) as refusal, peopled.transaction() as work:
            work.passkeys.add(a_passkey("p3", credential="c-p1"))
        assert refusal.value.code == "passkey_known"
        with peopled.transaction() as work:
            assert work.passkeys.of_credential("c-p1") == first
            assert work.passkeys.of_credential("C-p1") is None
            assert work.passkeys.of_user(KARI.name) == [second, first]
            assert work.passkeys.of_user("nobody") == []
            work.passkeys.note_use("p1", sign_count=2**32 - 1, now=NOW + MINUTE)
            used = first.model_copy(update={"sign_count": 2**32 - 1, "last_used_at": NOW + MINUTE})
            assert work.passkeys.of_credential("c-p1") == used
            assert not work.passkeys.remove("ola", "p1")
            assert work.passkeys.remove(KARI.name, "p1")
            assert not work.passkeys.remove(KARI.name, "p1")
            assert work.passkeys.of_user(KARI.name) == [second]

    def test_a_challenge_is_taken_once_and_forgotten_when_it_is_old(self, storage: Storage) -> None:
        old, new = Challenge(session="s1", made_at=NOW), Challenge(made_at=NOW + SECOND)
        with storage.transaction() as work:
            for digest, challenge in (("d1", old), ("d2", new), ("d3", old)):
                work.passkeys.add_challenge(challenge, digest=digest)
            assert work.passkeys.take_challenge("d1") == old
            assert work.passkeys.take_challenge("d1") is None
            work.passkeys.forget_challenges(before=NOW)
            assert work.passkeys.take_challenge("d3") is None
            assert work.passkeys.take_challenge("d2") == new
