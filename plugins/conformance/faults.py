"""Trouble at each call, in the core's terms: exactly one of each in the end, or refused and then mended."""

import pytest

from core.errors import AccessRefused, KvittError, Rejected, TryAgain
from core.transfer import Transfer, TransferState
from plugins.conformance.bench import Bench, Call, HasStruck, Trouble
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import COMPANY_NUMBER, an_invoice
from plugins.conformance.tiers import Tier, nothing_to_show

_NUMBER = "2001-1"

_READS = (Call.FIND_CUSTOMER, Call.FIND_PRODUCT, Call.FIND_CATEGORY, Call.READ_VAT)
_WRITES = (Call.CREATE_CATEGORY, Call.CREATE_PRODUCT, Call.CREATE_CUSTOMER, Call.CREATE_ORDER)
_FURTHER_STEPS = (Call.ADD_ROW, Call.FINISH_ORDER)
_KNOWN_OUTCOMES = (Trouble.REFUSED, Trouble.TEMPORARY, Trouble.NO_ACCESS)

_AT_A_COLD_SEND = [
    pytest.param(call, trouble, id=f"{call.value}-{trouble.value}")
    for call in (*_READS, *_WRITES, *_FURTHER_STEPS)
    for trouble in (_KNOWN_OUTCOMES if call in _READS else Trouble)
]


class ExactlyOnce(Setup):
    """Nothing is done twice, nothing is lost."""

    tier = Tier.SILVER

    @pytest.mark.parametrize(("call", "trouble"), _AT_A_COLD_SEND)
    def test_one_of_each_comes_of_a_send_that_meets_trouble(
        self, bench: Bench, kvitt: Installation, call: Call, trouble: Trouble
    ) -> None:
        """A new customer, product and category, and trouble at one call on the way."""
        if call in _FURTHER_STEPS and not bench.writes_orders_in_steps:
            nothing_to_show("this plugin writes an order with one call")
        has_struck = self.struck(bench, call, trouble)
        kvitt.add(an_invoice())
        transfer = self._end(kvitt, kvitt.send(_NUMBER), has_struck, trouble)
        self.one_of_each(bench, transfer)
        self._no_secret(bench, kvitt, transfer)

    @pytest.mark.parametrize("trouble", list(Trouble), ids=lambda trouble: str(trouble.value))
    def test_a_customer_is_updated_in_spite_of_trouble(
        self, bench: Bench, kvitt: Installation, trouble: Trouble
    ) -> None:
        """Updating once more does no harm."""
        bench.add_customer("Moe Gammel AS", is_company=True, organization_number=COMPANY_NUMBER)
        has_struck = self.struck(bench, Call.UPDATE_CUSTOMER, trouble)
        kvitt.add(an_invoice())
        transfer = self._end(kvitt, kvitt.send(_NUMBER), has_struck, trouble)
        self.one_of_each(bench, transfer)
        assert bench.customers()[0].name == "Moe Prøve AS"

    @pytest.mark.parametrize(
        "lost", [Trouble.LOST_BUT_DONE, Trouble.LOST_AND_NOT_DONE], ids=lambda trouble: str(trouble.value)
    )
    @pytest.mark.parametrize("trouble", _KNOWN_OUTCOMES, ids=lambda trouble: str(trouble.value))
    def test_a_lost_order_is_looked_for_in_spite_of_trouble(
        self, bench: Bench, kvitt: Installation, lost: Trouble, trouble: Trouble
    ) -> None:
        """The answer to the order is lost, and then the look for it meets trouble: it is looked for again."""
        self.struck(bench, Call.CREATE_ORDER, lost)
        has_struck = self.struck(bench, Call.FIND_ORDER, trouble)
        kvitt.add(an_invoice())
        kvitt.send(_NUMBER)
        transfer = self.mended(kvitt, kvitt.drive(_NUMBER))
        assert has_struck(), "after a lost answer the order is looked for before another is created"
        self.one_of_each(bench, transfer)

    @pytest.mark.parametrize("step", [Call.CREATE_ORDER, *_FURTHER_STEPS], ids=lambda call: str(call.value))
    @pytest.mark.parametrize(
        "lost", [Trouble.LOST_BUT_DONE, Trouble.LOST_AND_NOT_DONE], ids=lambda trouble: str(trouble.value)
    )
    def test_an_order_that_was_begun_is_completed(
        self, bench: Bench, kvitt: Installation, step: Call, lost: Trouble
    ) -> None:
        """Found as not whole, and completed; never a second one beside it."""
        if not bench.writes_orders_in_steps:
            nothing_to_show("this plugin writes an order with one call")
        self.struck(bench, step, lost)
        kvitt.add(an_invoice())
        kvitt.send(_NUMBER)
        bench.settle()
        begun = [order.id for order in bench.orders()]
        assert len(begun) <= 1
        transfer = kvitt.drive(_NUMBER)
        self.one_of_each(bench, transfer)
        assert begun in ([], [transfer.order_id]), "the order that was begun is the one that is completed"

    @pytest.mark.parametrize("trouble", _KNOWN_OUTCOMES, ids=lambda trouble: str(trouble.value))
    def test_a_status_that_can_not_be_told_is_told_the_next_time(
        self, bench: Bench, kvitt: Installation, trouble: Trouble
    ) -> None:
        """Never a guess: trouble is an error, and it is asked anew."""
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        has_struck = self.struck(bench, Call.READ_STATE, trouble)
        expected = {
            Trouble.REFUSED: Rejected,
            Trouble.TEMPORARY: TryAgain,
            Trouble.NO_ACCESS: AccessRefused,
        }[trouble]
        try:
            (answer,) = kvitt.check(_NUMBER)
        except KvittError as error:
            answer = error
        assert has_struck(), "Check Status asks the accounting system"
        made_again = trouble is Trouble.TEMPORARY and not isinstance(
            answer, KvittError
        )  # by the plugin, and got through
        assert made_again or isinstance(answer, expected), (
            f"{trouble.value} is {expected.__name__}; it came as {answer!r}"
        )
        (answer,) = kvitt.check(_NUMBER)
        assert not isinstance(answer, KvittError), "once the trouble is over, the status is told"

    def _end(self, kvitt: Installation, transfer: Transfer, has_struck: HasStruck, trouble: Trouble) -> Transfer:
        """See that the first attempt ended as the trouble demands, and bring the transfer to its end."""
        assert has_struck(), "The trouble never happened: the plugin made no such call, or the bench arranged it "
        "wrongly."
        error = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else "no error"
        if trouble is Trouble.REFUSED:
            assert transfer.state is TransferState.REJECTED, (
                "A refusal is Rejected: a person reads why, and nothing is tried again. "
                f"It became {transfer.state}: {error}"
            )
        elif trouble is Trouble.NO_ACCESS:
            assert transfer.is_parked, (
                f"Refused access is AccessRefused: the transfer is parked. It became {transfer.state}: {error}"
            )
        else:  # one that went on at once was tried again by the plugin or the core, which is as good
            assert transfer.state in (TransferState.WAITING, TransferState.TRANSFERRED), (
                f"{trouble.value} is temporary: the transfer waits and is retried. It became "
                f"{transfer.state}: {error}. A write whose answer was lost is OutcomeUnknown, never Rejected."
            )
            assert not transfer.is_parked, f"{trouble.value} has nothing to do with access: {error}"
        return self.mended(kvitt, kvitt.drive(_NUMBER))

    def _no_secret(self, bench: Bench, kvitt: Installation, transfer: Transfer) -> None:
        connection = bench.connection()
        secrets = [connection[name] for name in kvitt.systems.secrets(connection["system"]) if name in connection]
        told = " ".join(step.text for step in kvitt.story(transfer))
        assert not any(secret in told for secret in secrets), "a transfer's story reveals no secret"
