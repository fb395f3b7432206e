"""Who may call, what they were answered, and what they did."""

from datetime import datetime, timedelta

import pytest

from core.api_key import ApiKey
from core.audit import COMMAND_LINE, WORKER, Action, Actor, ActorKind, AuditEntry, AuditResult
from core.errors import Conflict
from core.ports.access_stores import KeptAnswer
from core.ports.storage import Storage
from core.rights import Role
from tests.storage_contract.samples import MINUTE, NOW, SECOND, pages


class AccessContract:
    """Keys and the trail belong to no business that must be there."""

    def test_a_key_comes_back_as_it_was_stored_and_is_there_once(self, storage: Storage) -> None:
        key = ApiKey(prefix="0b", name="Butikken på Bø", role=Role.SEND, business="fjell", created_at=NOW)
        with storage.transaction() as work:
            assert work.api_keys.get("0b") is None
            work.api_keys.add(key, digest="d1")
        with storage.transaction() as work:
            assert work.api_keys.get("0b") == key
        with pytest.raises(Conflict) as refusal, storage.transaction() as work:
            work.api_keys.add(key.model_copy(update={"name": "another"}), digest="d2")
        assert refusal.value.code == "prefix_taken"

    def test_keys_are_listed_by_prefix_page_by_page(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for prefix in ("c3", "a1", "b2"):
                key = ApiKey(prefix=prefix, name="n", role=Role.READ, created_at=NOW)
                work.api_keys.add(key, digest=prefix)
        with storage.transaction() as work:
            assert pages(lambda after: [one.prefix for one in work.api_keys.list(limit=2, after=after)]) == [
                "a1",
                "b2",
                "c3",
            ]

    def test_a_key_is_revoked_once_and_its_latest_use_stays(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.api_keys.add(ApiKey(prefix="a1", name="n", role=Role.READ, created_at=NOW), digest="d")
            for moment in (NOW + MINUTE, NOW):
                work.api_keys.note_use("a1", now=moment)
            work.api_keys.revoke("a1", now=NOW)
            work.api_keys.revoke("a1", now=NOW + MINUTE)
            work.api_keys.revoke("never made", now=NOW)
        with storage.transaction() as work:
            key = work.api_keys.get("a1")
        assert key is not None
        assert (key.last_used_at, key.revoked_at) == (NOW + MINUTE, NOW)

    def test_the_trail_comes_back_as_it_was_added_in_its_order(self, storage: Storage) -> None:
        key = Actor(kind=ActorKind.API_KEY, key="a1", name="Butikken på Bø")
        entries = [
            AuditEntry(at=NOW, actor=key, action=Action.INVOICE_ADDED, business="fjell", invoice="1001"),
            AuditEntry(at=NOW, actor=COMMAND_LINE, action=Action.API_KEY_CREATED, subject="a1"),
            AuditEntry(
                at=NOW + MINUTE,
                actor=WORKER,
                action=Action.TRANSFER_REJECTED,
                business="gone since",
                invoice="1001",
                subject="t1",
                result=AuditResult.REFUSED,
                code="unknown_vat_rate",
            ),
        ]
        with storage.transaction() as work:
            work.audit.add()
            work.audit.add(*entries[:2])
            work.audit.add(entries[2])
        with storage.transaction() as work:
            kept = work.audit.list(limit=10)
        assert [AuditEntry(**one.model_dump(exclude={"id"})) for one in kept] == entries
        assert sorted({one.id for one in kept}) == [one.id for one in kept]

    def test_the_trail_is_read_by_business_invoice_and_time_page_by_page(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for nth, business in enumerate(["fjell", "vidde", "fjell", "fjell"]):
                at = NOW + nth * SECOND
                action = Action.INVOICE_SENT
                work.audit.add(AuditEntry(at=at, actor=WORKER, action=action, business=business, invoice=str(nth % 2)))
        with storage.transaction() as work:
            everything = work.audit.list(limit=10)
            ids = [one.id for one in everything]
            first, rest = work.audit.list(limit=1), work.audit.list(limit=10, after=ids[0])
            assert [*first, *rest] == everything
            assert [one.id for one in work.audit.list(business="fjell", limit=10)] == [ids[0], *ids[2:]]
            assert [one.id for one in work.audit.list(business="fjell", invoice="0", limit=10)] == [ids[0], ids[2]]
            assert [one.id for one in work.audit.list(since=NOW + 2 * SECOND, limit=10)] == ids[2:]

    def test_the_trail_is_read_from_its_end_too(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for nth, business in enumerate(["fjell", "vidde", "fjell"]):
                at = NOW + nth * SECOND
                work.audit.add(AuditEntry(at=at, actor=WORKER, action=Action.INVOICE_SENT, business=business))
        with storage.transaction() as work:
            ids = [one.id for one in work.audit.list(limit=10)]
            assert [one.id for one in work.audit.newest(limit=2)] == [ids[2], ids[1]]
            assert [one.id for one in work.audit.newest(limit=10, before=ids[1])] == [ids[0]]
            assert [one.id for one in work.audit.newest(business="fjell", since=NOW + SECOND, limit=9)] == [ids[2]]


class AnswerContract:
    def begun(self, storage: Storage, key: str = "k1", print_: str = "f1", at: datetime = NOW) -> KeptAnswer | None:
        with storage.transaction() as work:
            return work.answers.begin(key, print_, now=at, stale_before=at - MINUTE)

    def test_a_key_is_claimed_once(self, storage: Storage) -> None:
        assert self.begun(storage) is None
        assert self.begun(storage) == KeptAnswer(fingerprint="f1")
        assert self.begun(storage, key="k2") is None

    def test_an_answer_is_kept_under_its_key(self, storage: Storage) -> None:
        answer = KeptAnswer(fingerprint="f1", status=202, headers={"Location": "/v1/æ"}, body='{"ø": 1}')
        assert self.begun(storage) is None
        with storage.transaction() as work:
            work.answers.finish("k1", answer)
        assert self.begun(storage, print_="f2", at=NOW + timedelta(days=1)) == answer

    def test_a_claim_that_was_given_up_or_has_grown_stale_is_free(self, storage: Storage) -> None:
        assert self.begun(storage) is None
        with storage.transaction() as work:
            work.answers.forget("k1")
        assert self.begun(storage, print_="f2") is None
        assert self.begun(storage, print_="f3", at=NOW + 2 * MINUTE) is None
        assert self.begun(storage, at=NOW + 2 * MINUTE) == KeptAnswer(fingerprint="f3")

    def test_old_answers_are_forgotten(self, storage: Storage) -> None:
        assert self.begun(storage, key="old") is None
        assert self.begun(storage, key="new", at=NOW + MINUTE) is None
        with storage.transaction() as work:
            work.answers.forget_older(NOW + MINUTE)
        assert self.begun(storage, key="old", at=NOW + MINUTE) is None
        assert self.begun(storage, key="new", at=NOW + MINUTE) is not None
