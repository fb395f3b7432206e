"""Refused for no reason that the caller can see, and nothing is done."""

from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.twentyfour_seven_office.rest import refusals
from sandbox.twentyfour_seven_office.rest.exchange import RestExchange

THROTTLED_FOR = 2  # seconds


def quota(exchange: RestExchange, _fault: Fault) -> Reply:
    """The hour's calls are said to be used up."""
    exchange.exceed_quota()
    return exchange.reply()


def validation_error(exchange: RestExchange, fault: Fault) -> Reply:
    """A field is said to be wrong."""
    exchange.refusal = refusals.invalid(fault.path, fault.keyword)
    return exchange.reply()


def forbidden(exchange: RestExchange, _fault: Fault) -> Reply:
    """A right is said to be missing."""
    exchange.refusal = refusals.forbidden()
    return exchange.reply()


def throttled(exchange: RestExchange, fault: Fault) -> Reply:
    """Too much at once."""
    exchange.refusal = refusals.throttled(THROTTLED_FOR if fault.tells_reset else None)
    return exchange.reply()
