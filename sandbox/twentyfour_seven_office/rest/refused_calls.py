"""Faults that only REST has a word for: refused for no reason that the caller can see, and nothing is done."""

from sandbox.twentyfour_seven_office.exchange import Reply
from sandbox.twentyfour_seven_office.faults import Fault
from sandbox.twentyfour_seven_office.rest import refusals
from sandbox.twentyfour_seven_office.rest.exchange import RestExchange

THROTTLED_FOR = 2  # seconds


def validation_error(exchange: RestExchange, fault: Fault) -> Reply:
    """A field is said to be wrong."""
    exchange.refusal = refusals.invalid(fault.path, fault.keyword)
    return exchange.reply()


def forbidden(exchange: RestExchange, _fault: Fault) -> Reply:
    """A right is said to be missing."""
    exchange.refusal = refusals.forbidden()
    return exchange.reply()


def throttled(exchange: RestExchange, _fault: Fault) -> Reply:
    """Too much at once."""
    exchange.refusal = refusals.throttled(THROTTLED_FOR)
    return exchange.reply()
