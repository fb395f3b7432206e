"""What each kind of fault does to a call.

All of it happens around the operation, never inside: a service does not know that its answer will be lost.
docs/24sevenoffice.md, "Calls and errors": expect 502 with an HTML body, a login page with HTTP 200, truncated bodies,
resets; an answer that is lost has perhaps created the order. Told here are the kinds that mean the same over every API.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from sandbox.exchange import Ending, Exchange, Reply
from sandbox.faults import Fault

BAD_GATEWAY = Reply(
    502,
    body=b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center><hr></body></html>",
)
LOGIN_PAGE = Reply(
    200,
    body=b"<!DOCTYPE html><html><head><title>Log in</title></head>"
    b'<body><form method="post" action="/login"><input name="username"><br>'
    b'<input type="password" name="password"></form></body></html>',
)
RESET = Reply(ending=Ending.RESET)
SILENCE = Reply(ending=Ending.CLOSED)

AnExchange = TypeVar("AnExchange", bound=Exchange)
Injection = Callable[[Exchange, Fault], Reply]


def reply_to(exchange: AnExchange, injections: Mapping[str, Callable[[AnExchange, Fault], Reply]]) -> Reply:
    """Let a call happen, or the fault that waits for it, and close its entry in the journal."""
    outcome = "error"  # only if the sandbox itself is at fault
    world = exchange.world
    try:
        fault = world.faults.take(exchange.operation, injections)
        if fault is None:
            exchange.carry_out()
            reply, outcome = exchange.reply(), exchange.outcome
        else:
            reply, outcome = injections[fault.kind](exchange, fault), f"fault:{fault.kind}"
    finally:
        world.journal.end(exchange.call, outcome)
    return reply


def _instead(reply: Reply) -> Injection:
    """Nothing is done, and this is answered."""
    return lambda _exchange, _fault: reply


def _after(reply: Reply) -> Injection:
    """The operation is carried out, and this is answered in place of its answer."""

    def inject(exchange: Exchange, _fault: Fault) -> Reply:
        exchange.carry_out()
        return reply

    return inject


def _late(exchange: Exchange, fault: Fault) -> Reply:
    """Nobody answers; the operation is carried out when the caller has long given up."""
    if exchange.world.pause(fault.delay):
        exchange.carry_out()
    return SILENCE


def _slow(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    exchange.world.pause(fault.delay)
    return exchange.reply()


def _drip(exchange: Exchange, _fault: Fault) -> Reply:
    """The operation is carried out, and its answer comes byte by byte, slower than anybody waits."""
    exchange.carry_out()
    return replace(exchange.reply(), ending=Ending.DRIPPING)


def _truncated(exchange: Exchange, _fault: Fault) -> Reply:
    """The connection ends halfway; an answer without a body does not arrive at all."""
    exchange.carry_out()
    reply = exchange.reply()
    return replace(reply, ending=Ending.CUT if reply.body else Ending.CLOSED)


def _malformed(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    return exchange.malformed_reply()


def _fault(exchange: Exchange, fault: Fault) -> Reply:
    exchange.break_down(fault)
    return exchange.reply()


def _fault_after(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    exchange.break_down(fault)
    return exchange.reply()


def _session_expired(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.end_session()
    exchange.carry_out()
    return exchange.reply()


def _fewer_items(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    exchange.leave_out(-1 if fault.item is None else fault.item)
    return exchange.reply()


COMMON: dict[str, Injection] = {
    "reset": _instead(RESET),
    "reset_after": _after(RESET),
    "late": _late,
    "slow": _slow,
    "drip": _drip,
    "http_502": _instead(BAD_GATEWAY),
    "http_502_after": _after(BAD_GATEWAY),
    "html_200": _instead(LOGIN_PAGE),
    "login_page_after": _after(LOGIN_PAGE),
    "truncated": _truncated,
    "malformed": _malformed,
    "fault": _fault,
    "fault_after": _fault_after,
    "session_expired": _session_expired,
    "fewer_items": _fewer_items,
}
