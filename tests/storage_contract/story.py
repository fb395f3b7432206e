"""Stories of transfers, and pauses of an accounting system."""

from core.journal import Step
from core.ports.storage import Storage
from tests.storage_contract.samples import MINUTE, NOW, SECOND, WithBusinesses, a_transfer


class StoryContract(WithBusinesses):
    def test_a_story_is_told_in_the_order_in_which_it_was_noted(self, stocked: Storage) -> None:
        steps = [
            Step(at=NOW, text="Looking for the customer", duration_ms=12),
            Step(at=NOW, text="Noted that the order is about to be created"),
            Step(at=NOW + SECOND, text="Creating the order: 5001", duration_ms=130),
        ]
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1"))
            work.transfers.add(a_transfer("t2", "2"))
            work.journal.add([("t1", step) for step in steps[:2]])
            work.journal.add([("t2", steps[0])])
            work.journal.add([])
            work.journal.add([("t1", step) for step in steps[2:]])
        with stocked.transaction() as work:
            assert work.journal.of("t1") == steps
            assert work.journal.of("t2") == steps[:1]
            assert work.journal.of("t3") == []

    def test_a_pause_is_only_ever_made_longer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.pauses.until("24sevenoffice") is None
            work.pauses.put("24sevenoffice", NOW + MINUTE)
            work.pauses.put("24sevenoffice", NOW)
            assert work.pauses.until("24sevenoffice") == NOW + MINUTE
            work.pauses.put("24sevenoffice", NOW + 2 * MINUTE)
            assert work.pauses.until("24sevenoffice") == NOW + 2 * MINUTE
            assert work.pauses.until("other") is None
            assert work.pauses.until_for("fjell") == NOW + 2 * MINUTE
