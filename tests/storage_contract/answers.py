"""Answers that are kept under the key of a request."""

from datetime import datetime, timedelta

from core.kept_answer import KeptAnswer
from core.ports.storage import Storage
from tests.storage_contract.samples import MINUTE, NOW


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
