"""What an accounting system can do, as its plugin declares it, for people and for programs.

Each label and each value is a text of its own, to be translated where it is shown.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from core.abilities import Abilities, Ability, DiscountKind, Lookup
from core.limits import OrderField


class Told(NamedTuple):
    """One line: what it is about, and what there is of it."""

    label: str
    values: tuple[str, ...]


ABILITIES = {
    Ability.FINDS_BY_EMAIL: "search by e-mail",
    Ability.FINDS_BY_NUMBER: "search by organization number",
    Ability.CATEGORIES: "product categories",
    Ability.INVOICE_EMAIL: "e-mail for invoices",
    Ability.SUPPLIERS: "suppliers among customers",
    Ability.TEXT_ROWS: "rows of text alone",
    Ability.PRICES_WITH_VAT: "prices including VAT",
    Ability.CURRENCIES: "other currencies",
    Ability.OPEN_AMOUNT: "amount left to pay",
    Ability.PAYMENT_DATE: "day of payment",
    Ability.DELETES_ORDERS: "deletion of orders",
}
FIELDS = {
    OrderField.ORDER_NUMBER: "the source's order number",
    OrderField.OUR_REFERENCE: "our reference",
    OrderField.BUYER_REFERENCE: "buyer reference",
    OrderField.ORDER_REFERENCE: "order reference",
    OrderField.CREDITS: "the credited order",
    OrderField.DELIVERY_DATE: "delivery date",
    OrderField.DELIVERY_NAME: "name at delivery",
    OrderField.DELIVERY_ADDRESS: "delivery address",
    OrderField.PAID_AMOUNT: "amount paid before",
    OrderField.PAID_DATE: "date paid before",
    OrderField.DEPARTMENT: "department",
    OrderField.PROJECT: "project",
}
DISCOUNTS = {DiscountKind.PERCENT: "in percent", DiscountKind.AMOUNT: "as an amount"}
LOOKUPS = {
    Lookup.BY_REFERENCE: "by asking for its number",
    Lookup.BY_CUSTOMER: "among its customer's orders",
    Lookup.BY_DATE: "among the orders of its dates",
    Lookup.AMONG_ALL: "among all orders",
}


def told_of(abilities: Abilities) -> list[Told]:
    """Tell what there is, and what there is not, line by line; a line without values is left out."""
    calls = abilities.calls
    lines = [
        Told("It has", tuple(name for one, name in ABILITIES.items() if abilities.has(one))),
        Told("It lacks", tuple(_absent(abilities, ABILITIES))),
        Told("An order has a place for", tuple(name for one, name in FIELDS.items() if abilities.has(one))),
        Told("An order has no place for", tuple(_absent(abilities, FIELDS))),
        Told("Discounts are kept", (DISCOUNTS[abilities.discount],)),
        Told("A lost order is found", (LOOKUPS[abilities.lookup],)),
        Told("Written at a time", (f"{abilities.limits.items_per_write}",)),
        Told("Read at a time", (f"{abilities.limits.items_per_read}",)),
        Told("Calls at a time", (f"{abilities.parallel_calls}",)),
        Told("Calls of a send, at most", (f"{calls.warm_send}",) if calls else ()),
        Told("Calls of the very first send, at most", (f"{calls.cold_send}",) if calls else ()),
        Told("Calls for 1,000 invoices, at most", (f"{calls.thousand_invoices}",) if calls else ()),
        Told("Calls for the status of 1,000, at most", (f"{calls.thousand_statuses}",) if calls else ()),
    ]
    return [line for line in lines if line.values]


def abilities_document(abilities: Abilities) -> dict[str, Any]:
    """Write it for programs."""
    calls = abilities.calls
    return {
        **{str(one): abilities.has(one) for one in Ability},
        "order_fields": sorted(abilities.limits.order_fields),
        "discount": abilities.discount,
        "lookup": abilities.lookup,
        "items_per_write": abilities.limits.items_per_write,
        "items_per_read": abilities.limits.items_per_read,
        "parallel_calls": abilities.parallel_calls,
        "calls": calls
        and {
            "warm_send": calls.warm_send,
            "cold_send": calls.cold_send,
            "thousand_invoices": calls.thousand_invoices,
            "thousand_statuses": calls.thousand_statuses,
        },
        "left_out": {str(one): why for one, why in abilities.left_out.items()},
    }


def _absent(abilities: Abilities, names: dict[Any, str]) -> Iterable[str]:
    """What is absent; of what the API has, why it is left out."""
    for one, name in names.items():
        if not abilities.has(one):
            why = abilities.left_out.get(one)
            yield f"{name} ({why})" if why else name
