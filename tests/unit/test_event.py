"""What is told of what happened, decided without any store."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.event import EventType, payment_types
from core.payment import PaymentReason

_SEEN = [reason for reason in PaymentReason if reason is not PaymentReason.NOT_OURS]
_PUBLISHED = {PaymentReason.OPEN, PaymentReason.PARTLY_PAID, PaymentReason.PAID}


def told(looks: Sequence[PaymentReason]) -> list[EventType]:
    return [type_ for before, now in pairwise([None, *looks]) if now for type_ in payment_types(before, now)]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        (["not_published"], []),
        (["not_published", "open", "open"], ["invoice.published"]),
        (["not_published", "paid"], ["invoice.published", "invoice.paid"]),
        (["open", "partly_paid", "paid"], ["invoice.published", "invoice.partly_paid", "invoice.paid"]),
        (["paid", "open"], ["invoice.published", "invoice.paid", "invoice.reopened"]),
        (
            ["paid", "partly_paid", "paid"],
            ["invoice.published", "invoice.paid", "invoice.reopened", "invoice.partly_paid", "invoice.paid"],
        ),
        (["paid", "not_published"], ["invoice.published", "invoice.paid", "invoice.reopened"]),
        (["paid", "deleted"], ["invoice.published", "invoice.paid", "invoice.deleted"]),
        (["not_published", "deleted", "deleted"], ["invoice.deleted"]),
    ],
)
def test_what_is_told_of_payment(looks: list[str], expected: list[str]) -> None:
    assert told([PaymentReason(look) for look in looks]) == expected


@given(st.lists(st.sampled_from(_SEEN)))
def test_each_state_is_told_as_often_as_it_is_come_to(looks: list[PaymentReason]) -> None:
    changes = [(before, now) for before, now in pairwise([None, *looks]) if before is not now]
    happened = told(looks)
    for type_, reason in (
        (EventType.INVOICE_PAID, PaymentReason.PAID),
        (EventType.INVOICE_PARTLY_PAID, PaymentReason.PARTLY_PAID),
        (EventType.INVOICE_DELETED, PaymentReason.DELETED),
    ):
        assert happened.count(type_) == sum(now is reason for _, now in changes)
    published = sum(now in _PUBLISHED and before not in _PUBLISHED for before, now in changes)
    assert happened.count(EventType.INVOICE_PUBLISHED) == published


@given(st.lists(st.sampled_from(_SEEN)))
def test_looking_twice_tells_nothing_more(looks: list[PaymentReason]) -> None:
    assert told([look for look in looks for _ in range(2)]) == told(looks)
