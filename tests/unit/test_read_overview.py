"""The overview: what needs a person first, then figures; and what is unpaid, page by page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.business import Business, Connection
from core.call_budget import CallBudget
from core.customer_candidates import AmbiguousCustomer
from core.errors import AccessRefused, KvittError, NotFound, OtherBooks, Rejected, TryAgain
from core.overview import Need, Overview, need_of
from core.ports.installation import DeliveryFigures
from core.recovery import Recovery
from core.sums import Sum
from core.transfer import RetryPolicy, TransferState, failed, new_transfer, started
from core.unpaid import Age
from core.use_cases.read_figures import ReadFigures
from core.use_cases.read_overview import ReadOverview
from core.use_cases.read_payments import ReadPayments
from core.webhook import DisabledReason, Endpoint, EndpointSecrets, EndpointState
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice

BUDGET = CallBudget(limit=7200, used=12, resets_at=datetime(2026, 11, 23, 15, tzinfo=UTC))
SECRETS = EndpointSecrets.model_validate({"url": "https://shop.example/kvitt", "current": "whsec_1"})


class _NoFigures:
    def by_system(self) -> list[object]:
        return []

    def of_deliveries(self) -> DeliveryFigures:
        return DeliveryFigures()


def overview(gateway: Gateway, *names: str, of_all: bool = False) -> Overview:
    figures = ReadFigures(
        figures=_NoFigures(),  # type: ignore[arg-type]
        storage=gateway.storage,
        systems=gateway.systems,
        clock=gateway.clock,
    )
    reader = ReadOverview(storage=gateway.storage, figures=figures, clock=gateway.clock)
    return reader.read(names or ["fjell"], of_all=of_all)


def stands(gateway: Gateway, number: str, error: KvittError, *, business: str = "fjell") -> None:
    """Have an invoice's transfer end or wait with this error."""
    new = new_transfer(f"{business}-{number}", business=business, invoice=number, now=gateway.clock.now())
    with gateway.storage.transaction() as work:
        work.transfers.add(failed(started(new), error, policy=RetryPolicy(), now=gateway.clock.now()))


def with_another(gateway: Gateway, name: str) -> None:
    with gateway.storage.transaction() as work:
        work.businesses.put(Business(name=name, accounting=Connection.of("fake", {"account_name": "Vidde AS"})))


def webhook(identifier: str, *, business: str | None, reason: DisabledReason | None) -> Endpoint:
    return Endpoint(
        id=identifier,
        url="https://shop.example/kvitt",
        business=business,
        state=EndpointState.DISABLED if reason else EndpointState.ENABLED,
        disabled_reason=reason,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_what_needs_a_person_comes_first_choices_before_rejections(gateway: Gateway) -> None:
    for number in "12345":
        stands(gateway, number, Rejected("No.", code="no_vat_code"))
    stands(gateway, "6", AmbiguousCustomer("Which?", candidates=[]))
    stands(gateway, "7", AccessRefused("No way in."))
    stands(gateway, "8", TryAgain("Later."))

    (fjell,) = overview(gateway).businesses

    assert [(one.need, one.code, one.count) for one in fjell.stuck] == [
        (Need.CHOICE, "ambiguous_customer", 1),
        (Need.REJECTED, "no_vat_code", 5),
        (Need.PARKED, "access_refused", 1),
    ]
    assert [one.invoice for one in fjell.stuck[1].newest] == ["5", "4", "3"]
    assert fjell.waiting == 1
    assert fjell.needs_person


@pytest.mark.parametrize(
    ("state", "code", "need"),
    [
        (TransferState.REJECTED, "forgotten", Need.REJECTED),
        (TransferState.WAITING, "timeout", None),
        (TransferState.WAITING, OtherBooks.default_code, Need.PARKED),
        (TransferState.WITHDRAWING, "access_refused", Need.PARKED),
        (TransferState.WITHDRAWING, "timeout", None),
        (TransferState.TRANSFERRED, "access_refused", None),
    ],
)
def test_who_needs_a_person_is_told_by_where_it_stands_and_why(
    state: TransferState, code: str, need: Need | None
) -> None:
    assert need_of(state, code) is need


def test_businesses_in_need_come_before_those_that_are_well(gateway: Gateway) -> None:
    for name in ("asen", "vidde", "berg"):
        with_another(gateway, name)
    stands(gateway, "1", Rejected("No."), business="vidde")
    with gateway.storage.transaction() as work:
        work.installation.put_recovery(Recovery(business="berg", needed=True))
        work.installation.put_recovery(Recovery(business="fjell", needed=False))
        work.endpoints.add(webhook("e1", business="asen", reason=DisabledReason.BY_PERSON), SECRETS)
        work.endpoints.add(webhook("e2", business="fjell", reason=None), SECRETS)

    found = overview(gateway, "asen", "fjell", "vidde", "berg").businesses

    assert [one.business for one in found] == ["berg", "vidde", "asen", "fjell"]
    assert found[0].recovery is not None
    assert not any(one.needs_person for one in found[2:])


def test_webhooks_that_failed_are_told_of_to_whoever_may_know(gateway: Gateway) -> None:
    with_another(gateway, "vidde")
    with gateway.storage.transaction() as work:
        for identifier, business, reason in (
            ("e1", "fjell", DisabledReason.FAILING),
            ("e2", "vidde", DisabledReason.GONE),
            ("e3", None, DisabledReason.FAILING),
        ):
            work.endpoints.add(webhook(identifier, business=business, reason=reason), SECRETS)

    mine, of_all = overview(gateway), overview(gateway, of_all=True)

    assert [one.id for one in mine.businesses[0].disabled] == ["e1"]
    assert (mine.disabled, [one.id for one in of_all.disabled]) == ((), ["e3"])


def test_figures_are_those_of_the_norwegian_day_and_month(gateway: Gateway) -> None:
    gateway.clock.set(datetime(2026, 9, 30, 21, 59, tzinfo=UTC))  # the last minute of September in Norway
    gateway.add(an_invoice(number="1"))
    gateway.send("1")
    gateway.clock.advance(minutes=2)
    gateway.add(an_invoice(number="2", rows=(a_row(unit_price="100"),)))
    gateway.send("2")
    gateway.clock.advance(days=1)
    gateway.add(an_invoice(number="3", due_date=date(2026, 10, 1)))
    gateway.send("3")
    gateway.add(an_invoice(number="4"))
    gateway.systems.of("fjell").call_budget = BUDGET

    found = overview(gateway)
    (fjell,) = found.businesses

    assert fjell.sent_today == (Sum(currency="NOK", count=1, total=Decimal("1500.00")),)
    assert fjell.sent_this_month == (Sum(currency="NOK", count=2, total=Decimal("1625.00")),)
    assert fjell.unpaid == (Sum(currency="NOK", count=3, total=Decimal("3125.00")),)
    assert fjell.overdue == (Sum(currency="NOK", count=1, total=Decimal("1500.00")),)
    assert (found.unpaid, found.sent_today, found.waiting) == (fjell.unpaid, fjell.sent_today, 0)
    assert found.calls == {"fake": BUDGET}


def test_of_a_business_that_is_not_there_nothing_is_told(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        overview(gateway, "nobody")


def test_what_is_unpaid_is_read_by_age_page_by_page(gateway: Gateway) -> None:
    today = gateway.clock.now().date()
    for number, days in (("1", 40), ("2", 5), ("3", 5), ("4", 30), ("5", 0)):
        gateway.add(an_invoice(number=number, issue_date=date(2020, 1, 1), due_date=today - timedelta(days=days)))
        gateway.send(number)
    payments = ReadPayments(storage=gateway.storage, clock=gateway.clock)

    groups = {group.age: group.invoices for group in payments.ages("fjell")}
    first, then = payments.unpaid("fjell", age=Age.TO_30, limit=2)
    last, end = payments.unpaid("fjell", age=Age.TO_30, limit=2, after=then)
    every, _ = payments.unpaid("fjell", limit=9)

    assert groups == {Age.NOT_DUE: 1, Age.TO_30: 3, Age.TO_60: 1, Age.TO_90: 0, Age.OVER_90: 0}
    assert [(one.listed.invoice.number, one.days) for one in first] == [("4", 30), ("2", 5)]
    assert [one.listed.invoice.number for one in last] == ["3"]
    assert end is None
    assert [one.listed.invoice.number for one in every] == ["1", "4", "2", "3", "5"]
    assert all(one.listed.transfer and one.listed.transfer.order_id for one in every)
    with pytest.raises(NotFound):
        payments.ages("nobody")
    with pytest.raises(NotFound):
        payments.unpaid("nobody", limit=1)
