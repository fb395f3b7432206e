"""Check Status: was the invoice paid? It always asks the accounting system.

Source: documented behaviour, "Can I see if invoice was paid?".
"""

from collections.abc import Sequence

from core.errors import Conflict, KvittError
from core.invoice import Invoice
from core.payment import PaymentReport, payment_report
from core.ports.accounting_system import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.transfer import TransferState
from core.use_cases.look_up import require_business, require_invoice


class CheckStatus:
    """Asks about one or many invoices in as few calls as the accounting system allows."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock

    def check(self, business_name: str, numbers: Sequence[str]) -> list[PaymentReport | KvittError]:
        """Report on each invoice, in order, or say why that one has no report; what was reported is kept.

        Not found and never sent are such reasons (NotFound; Conflict, code `not_sent`).
        Errors, for all of them: NotFound for the business; AccessRefused; TryAgain.
        """
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            sent = [_sent(work, business_name, number) for number in numbers]
        order_ids = list(dict.fromkeys(one[1] for one in sent if isinstance(one, tuple)))
        states = self._systems.open(business).payments.states(order_ids) if order_ids else {}
        now = self._clock.now()
        answers: list[PaymentReport | KvittError] = []
        for one in sent:
            if isinstance(one, KvittError):
                answers.append(one)
                continue
            invoice, order_id = one
            state = states.get(order_id)
            answers.append(
                state
                if isinstance(state, KvittError)
                else payment_report(invoice, state, order_id=order_id, checked_at=now)
            )
        with self._storage.transaction() as work:
            for answer in answers:
                if isinstance(answer, PaymentReport):
                    work.statuses.add(business_name, answer)
        return answers


def _sent(work: UnitOfWork, business: str, number: str) -> tuple[Invoice, str] | KvittError:
    try:
        invoice = require_invoice(work, business, number)
    except KvittError as error:
        return error
    transfer = work.transfers.of_invoice(business, number)
    if transfer and transfer.state is TransferState.TRANSFERRED and transfer.order_id:
        return invoice, transfer.order_id
    stands = f"its transfer is {transfer.state}" if transfer else "it was never sent"
    return Conflict(
        f"Invoice {number} is not in the accounting system: {stands}.",
        code="not_sent",
        hint="Send it first, or see its transfer for what keeps it.",
    )
