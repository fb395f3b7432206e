"""The faults that can strike a call to Tripletex."""

from collections.abc import Callable

from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.injection import COMMON
from sandbox.tripletex import refusals
from sandbox.tripletex.exchange import TripletexExchange

THROTTLED_FOR = 2.0  # seconds
LIMIT = 100  # calls, as a refusal for too many tells


def _validation_error(exchange: TripletexExchange, fault: Fault) -> Reply:
    """A field is said to be wrong."""
    exchange.refusal = refusals.invalid(refusals.Problem(fault.path, fault.text))
    return exchange.reply()


def _forbidden(exchange: TripletexExchange, _fault: Fault) -> Reply:
    """A right is said to be missing."""
    exchange.refusal = refusals.forbidden()
    return exchange.reply()


def _throttled(exchange: TripletexExchange, fault: Fault) -> Reply:
    """Too much at once."""
    exchange.refusal = refusals.throttled(LIMIT, THROTTLED_FOR, tells_reset=fault.tells_reset)
    return exchange.reply()


def _conflict(exchange: TripletexExchange, _fault: Fault) -> Reply:
    """Somebody else has written meanwhile: what is changed with a version, is refused by it, and the rest as it is."""
    if exchange.operation.startswith("PUT "):
        exchange.write_meanwhile()
        exchange.carry_out()
    else:
        exchange.refusal = refusals.conflict()
    return exchange.reply()


def _refused_midway(exchange: TripletexExchange, fault: Fault) -> Reply:
    """Some of a list are written, and then it is refused: what is assumed of lists does not hold."""
    exchange.cut_list(fault.item)
    exchange.carry_out()
    exchange.refusal = refusals.invalid(refusals.Problem(fault.path, fault.text))
    return exchange.reply()


TRIPLETEX_INJECTIONS: dict[str, Callable[[TripletexExchange, Fault], Reply]] = {
    **COMMON,
    "validation_error": _validation_error,
    "forbidden": _forbidden,
    "throttled": _throttled,
    "conflict": _conflict,
    "fault_midway": _refused_midway,
}
