"""The faults that can strike a SOAP call."""

from collections.abc import Callable

from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.injection import COMMON
from sandbox.twentyfour_seven_office.soap import array_faults
from sandbox.twentyfour_seven_office.soap.exchange import SoapExchange


def _quota(exchange: SoapExchange, _fault: Fault) -> Reply:
    exchange.exceed_quota()
    return exchange.reply()


SOAP_INJECTIONS: dict[str, Callable[[SoapExchange, Fault], Reply]] = {
    **COMMON,
    "quota": _quota,
    "fault_midway": array_faults.fault_midway,
    "item_exception": array_faults.item_exception,
    "reordered": array_faults.reordered,
}
