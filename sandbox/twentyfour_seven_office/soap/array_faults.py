"""Faults that strike single items of an array write or an array answer, which only SOAP has."""

from copy import deepcopy
from typing import Any

from lxml import etree

from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.twentyfour_seven_office.refusals import CallRefusedError, ItemRefusedError
from sandbox.twentyfour_seven_office.soap import shapes
from sandbox.twentyfour_seven_office.soap.exchange import SoapExchange


def fault_midway(exchange: SoapExchange, fault: Fault) -> Reply:
    """An array write breaks off: the items before one are written, and the whole call is answered with a fault."""
    items = _items_asked(exchange)
    if items is not None:
        first_not_written = len(items) // 2 if fault.item is None else fault.item
        _without(exchange, slice(first_not_written, None))
        exchange.carry_out()
    exchange.break_down(fault)
    return exchange.reply()


def reordered(exchange: SoapExchange, _fault: Fault) -> Reply:
    """The items of an answer come in another order than was asked."""
    exchange.carry_out()
    for items in exchange.items_answered():
        items[:] = list(reversed(items))
    return exchange.reply()


def item_exception(exchange: SoapExchange, fault: Fault) -> Reply:
    """One item is kept from the operation, and put into its answer as refused."""
    items, item = _items_asked(exchange), fault.item or 0
    refused = None if items is None or item >= len(items) else _refused_item(exchange, items[item], fault)
    if refused is not None:
        _without(exchange, slice(item, item + 1))
    exchange.carry_out()
    if refused is not None and exchange.answer is not None:
        exchange.answer.find("*").insert(item, refused)
    return exchange.reply()


def _items_asked(exchange: SoapExchange) -> Any:
    """The element that holds the items of an array write; None where a call has none or does not fit its contract."""
    contract = exchange.service.contract
    try:
        contract.check(exchange.payload)
    except CallRefusedError:
        return None
    return exchange.payload.find("*") if _item_type(exchange) is not None else None


def _item_type(exchange: SoapExchange) -> str | None:
    """The contract's type of an array write's items, such as InvoiceOrder."""
    types = exchange.service.contract.types
    asked = exchange.service.contract.elements[exchange.operation]
    members = types.get(asked[0].type, []) if asked else []
    many = len(members) == 1 and members[0].many and members[0].type in types
    return members[0].type if many else None


def _without(exchange: SoapExchange, items: slice) -> None:
    """Keep these items of an array write from the operation."""
    exchange.payload = deepcopy(exchange.payload)
    del exchange.payload.find("*")[items]


def _refused_item(exchange: SoapExchange, item: Any, fault: Fault) -> Any:
    """The item as it is answered; None where the call will be refused as a whole."""
    contract = exchange.service.contract
    members = contract.types[_item_type(exchange) or ""]
    try:
        asked = shapes.read(contract, item, members)
    except CallRefusedError:
        return None
    refusal = ItemRefusedError(f"{fault.text} (server 10.20.30.40)", kind=fault.type)
    refused = etree.Element(item.tag)
    shapes.write(contract, refused, members, {**asked, "APIException": refusal.as_values()})
    return refused
