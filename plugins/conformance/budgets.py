"""How many calls the usual jobs take: as many as the plugin declares, at most."""

from core.abilities import JobCalls
from core.errors import KvittError
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import a_customer, an_invoice
from plugins.conformance.tiers import Tier, not_shown

_INVOICES, _CUSTOMERS = 1000, 400
_TENTH = 10


class Budgets(Setup):
    """Calls are what a vendor counts, and what a month-end waits for."""

    tier = Tier.GOLD

    def test_a_send_takes_no_more_calls_than_are_declared(self, bench: Bench, kvitt: Installation) -> None:
        """The very first one, and one for a customer that is known and unchanged."""
        declared = _declared(kvitt)
        kvitt.add(an_invoice("2001-1"), an_invoice("2001-2"))
        before = bench.calls_made()
        self.arrived(kvitt.send("2001-1"))
        cold = bench.calls_made() - before
        assert cold <= declared.cold_send, f"a cold send took {cold} calls; cold_send declares {declared.cold_send}"
        self.arrived(kvitt.send("2001-2"))
        warm = bench.calls_made() - before - cold
        assert warm <= declared.warm_send, f"a warm send took {warm} calls; warm_send declares {declared.warm_send}"

    def test_a_month_takes_no_more_calls_than_are_declared(self, bench: Bench, kvitt: Installation) -> None:
        """A thousand invoices of four hundred new customers, and then what became of them.

        A tenth of it where an invoice takes a call or more, as declared: what a job begins with comes on top.
        """
        declared = _declared(kvitt)
        part = _TENTH if declared.thousand_invoices >= _INVOICES else 1
        invoices, customers = _INVOICES // part, _CUSTOMERS // part
        numbers = [f"2001-{nth}" for nth in range(invoices)]
        kvitt.add(*(an_invoice(number, customer=a_customer(nth % customers)) for nth, number in enumerate(numbers)))
        before = bench.calls_made()
        with kvitt.calls_counted_anew():
            kvitt.send_all(numbers)
            at_a_time = kvitt.calls_at_a_time
        made = bench.calls_made() - before
        assert (len(bench.orders()), len(bench.customers())) == (invoices, customers)
        most = _most(declared.thousand_invoices, part, declared)
        assert made <= most, f"{invoices} invoices took {made} calls; thousand_invoices lets them take {most}"
        _at_a_time_as_declared(at_a_time, kvitt)
        before = bench.calls_made()
        answers = kvitt.check(*numbers)
        made = bench.calls_made() - before
        assert not [answer for answer in answers if isinstance(answer, KvittError)]
        most = _most(declared.thousand_statuses, part, declared)
        assert made <= most, f"the status of {invoices} took {made} calls; thousand_statuses lets them take {most}"


def _declared(kvitt: Installation) -> JobCalls:
    if kvitt.abilities.calls is None:
        not_shown("the plugin does not declare how many calls the usual jobs take (Abilities, calls)")
    return kvitt.abilities.calls


def _most(for_a_thousand: int, part: int, declared: JobCalls) -> int:
    return for_a_thousand if part == 1 else for_a_thousand // part + declared.cold_send


def _at_a_time_as_declared(at_a_time: int, kvitt: Installation) -> None:
    most = kvitt.abilities.parallel_calls
    assert at_a_time <= most, f"{at_a_time} calls were made at a time; parallel_calls declares {most}"
    if most > 1:
        assert at_a_time > 1, f"calls were made one by one; parallel_calls declares {most} at a time"
