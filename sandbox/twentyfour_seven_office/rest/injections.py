"""The faults that can strike a REST call."""

from collections.abc import Callable

from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.injection import COMMON
from sandbox.twentyfour_seven_office.rest import refused_calls
from sandbox.twentyfour_seven_office.rest.exchange import RestExchange

REST_INJECTIONS: dict[str, Callable[[RestExchange, Fault], Reply]] = {
    **COMMON,
    "quota": refused_calls.quota,
    "validation_error": refused_calls.validation_error,
    "forbidden": refused_calls.forbidden,
    "throttled": refused_calls.throttled,
}
