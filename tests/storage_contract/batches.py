"""Batches, and where their invoices stand."""

from core.batch import Batch, BatchMember, Refusal, counts_of
from core.errors import AccessRefused, Fault, InvalidInvoice, NotFound, Rejected, TryAgain
from core.ports.storage import Storage
from core.reasons import Verdict
from core.recovery import recovery_needed
from core.transfer import (
    Receipt,
    arrived,
    cancelled,
    failed,
    started,
)
from tests.storage_contract.samples import MINUTE, NOW, POLICY, WithBusinesses, a_transfer


class BatchContract(WithBusinesses):
    def test_a_batch_comes_back_as_it_was_stored_last(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW, printed=2, cancelled=3))
        with stocked.transaction() as work:
            assert work.batches.get("b1") == Batch(id="b1", business="fjell", created_at=NOW, printed=2, cancelled=3)
            assert work.batches.get("b2") is None

    def test_its_invoices_are_told_as_they_stand_in_the_order_given(self, stocked: Storage) -> None:
        incomplete = Refusal.of(InvalidInvoice("Incomplete.", faults=[Fault("rows", "there are none")]))
        unknown = Refusal.of(NotFound("Unknown.", code="unknown_invoice", hint="See invoice list."))
        with stocked.transaction() as work:
            for name in ("b1", "b2"):
                work.batches.put(Batch(id=name, business="fjell", created_at=NOW))
            work.transfers.add_all([a_transfer("t1", "9"), a_transfer("t2", "1")])
            work.batches.add_members(
                "b1", [BatchMember(invoice="9", transfer_id="t1"), BatchMember(invoice="5", refusal=incomplete)]
            )
            work.batches.add_members("b2", [BatchMember(invoice="1", transfer_id="t2")])
            work.batches.add_members(
                "b1", [BatchMember(invoice="9", refusal=unknown), BatchMember(invoice="7", refusal=unknown)]
            )
            work.batches.add_members("b1", [])
            running = work.transfers.save(started(a_transfer("t1", "9")))
        with stocked.transaction() as work:
            first = work.batches.items("b1", limit=2)
            rest = work.batches.items("b1", limit=2, after=first[-1].position)
        assert [(one.invoice, one.transfer, one.refusal) for one in (*first, *rest)] == [
            ("9", running, None),
            ("5", None, incomplete),
            ("7", None, unknown),
        ]
        assert [one.position for one in (*first, *rest)] == sorted({one.position for one in (*first, *rest)})

    def test_its_invoices_are_counted_by_where_they_stand(self, stocked: Storage) -> None:
        transfers = [a_transfer(f"t{nth}", str(nth)) for nth in range(10)]
        error = TryAgain("Later")
        stand = [
            transfers[0],
            started(transfers[1]),
            failed(started(transfers[2]), error, policy=POLICY, now=NOW + MINUTE),
            failed(started(transfers[3]), error, policy=POLICY, now=NOW),
            failed(started(transfers[4]), AccessRefused("No way in"), policy=POLICY, now=NOW),
            arrived(
                started(transfers[5]), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW
            ),
            failed(started(transfers[6]), Rejected("No"), policy=POLICY, now=NOW),
            failed(started(transfers[8]), recovery_needed("fjell"), policy=POLICY, now=NOW),
            cancelled(transfers[9], now=NOW),
            started(transfers[7]),
        ]
        refusal = Refusal.of(NotFound("Unknown."))
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            assert work.batches.counts("b1") == counts_of([])
            work.transfers.add_all(transfers)
            work.batches.add_members("b1", [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in stand[:-1]])
            work.batches.add_members("b1", [BatchMember(invoice=number, refusal=refusal) for number in ("x", "y")])
            work.transfers.save_all(stand)
        with stocked.transaction() as work:
            counts = work.batches.counts("b1")
        assert counts == counts_of(stand[:-1], refused=2)
        assert (counts.waiting, counts.parked, counts.next_attempt_at) == (4, 2, stand[3].next_attempt_at)
        assert counts.unrecovered == 1
        assert (counts.total, counts.in_hand, counts.ended, counts.may_end) == (11, 2, 3, 4)

    def test_why_they_were_rejected_or_refused_is_counted_by_the_code(self, stocked: Storage) -> None:
        def no(code: str) -> Rejected:
            return Rejected(f"No: {code}.", code=code, hint=f"Mend {code}.")

        transfers = [a_transfer(f"t{nth}", str(nth)) for nth in range(5)]
        stand = [
            failed(started(transfers[0]), no("few"), policy=POLICY, now=NOW),
            failed(started(transfers[1]), no("many"), policy=POLICY, now=NOW),
            failed(started(transfers[2]), no("many"), policy=POLICY, now=NOW),
            failed(started(transfers[3]), TryAgain("Later."), policy=POLICY, now=NOW),
            cancelled(transfers[4], now=NOW),
        ]
        refusal = Refusal.of(NotFound("Unknown.", code="many", hint="See invoice list."))
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            assert list(work.batches.reasons("b1")) == []
            work.transfers.add_all(transfers)
            work.batches.add_members("b1", [BatchMember(invoice=number, refusal=refusal) for number in "xyz"])
            work.batches.add_members("b1", [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in stand])
            work.transfers.save_all(stand)
        with stocked.transaction() as work:
            reasons = work.batches.reasons("b1")
        assert [(one.verdict, one.code, one.count, one.invoice, one.message, one.hint) for one in reasons] == [
            ("rejected", "many", 2, "1", "No: many.", "Mend many."),
            ("rejected", "few", 1, "0", "No: few.", "Mend few."),
            ("refused", "many", 3, "x", "Unknown.", "See invoice list."),
        ]

    def test_those_of_one_reason_are_told_apart(self, stocked: Storage) -> None:
        transfers = [a_transfer(f"t{nth}", str(nth)) for nth in range(4)]
        incomplete = Refusal.of(InvalidInvoice("Incomplete."))
        with stocked.transaction() as work:
            for name in ("b1", "b2"):
                work.batches.put(Batch(id=name, business="fjell", created_at=NOW))
            work.transfers.add_all(transfers)
            work.batches.add_members("b1", [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in transfers])
            work.batches.add_members("b2", [BatchMember(invoice="0", transfer_id="t0")])
            work.batches.add_members("b1", [BatchMember(invoice=number, refusal=incomplete) for number in "xy"])
            codes = ("closed", "unknown_product", "closed", "closed")
            errors = [Rejected("No", code=code) for code in codes]
            ended = [
                failed(started(one), error, policy=POLICY, now=NOW)
                for one, error in zip(transfers, errors, strict=True)
            ]
            work.transfers.save_all(ended[:3])
        with stocked.transaction() as work:
            closed = work.batches.of_reason("b1", Verdict.REJECTED, "closed", limit=9)
            assert [(one.invoice, one.transfer and one.transfer.id) for one in closed] == [("0", "t0"), ("2", "t2")]
            assert work.batches.of_reason("b1", Verdict.REJECTED, "closed", limit=1) == closed[:1]
            after = closed[0].position
            assert work.batches.of_reason("b1", Verdict.REJECTED, "closed", limit=9, after=after) == closed[1:]
            refused = work.batches.of_reason("b1", Verdict.REFUSED, incomplete.code, limit=9)
            assert [(one.invoice, one.refusal) for one in refused] == [("x", incomplete), ("y", incomplete)]
            assert work.batches.of_reason("b1", Verdict.REFUSED, "closed", limit=9) == []

    def test_what_was_rejected_for_a_reason_with_a_long_code_is_found(self, stocked: Storage) -> None:
        code = "a_plugin_s_own_code_" + 60 * "x"
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            work.transfers.add(a_transfer())
            work.batches.add_members("b1", [BatchMember(invoice="1001", transfer_id="t1")])
            work.transfers.save(failed(started(a_transfer()), Rejected("No.", code=code), policy=POLICY, now=NOW))
        with stocked.transaction() as work:
            assert [one.code for one in work.batches.reasons("b1")] == [code]
            assert len(work.batches.of_reason("b1", Verdict.REJECTED, code, limit=9)) == 1

    def test_a_business_has_its_batches_the_newest_first(self, stocked: Storage) -> None:
        of = {"b1": "fjell", "b3": "fjell", "b2": "fjell", "b4": "vidde"}
        with stocked.transaction() as work:
            for name, business in of.items():
                work.batches.put(Batch(id=name, business=business, created_at=NOW))
        with stocked.transaction() as work:
            assert [one.id for one in work.batches.list("fjell", limit=9)] == ["b3", "b2", "b1"]
            assert [one.id for one in work.batches.list("fjell", limit=1, before="b3")] == ["b2"]
            assert work.batches.list("fjell", limit=9, before="b1") == []
