"""One call of each API, to wherever a test wants."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from adapters.http_api.troubles import Context
from adapters.twentyfour_seven_office.rest.client import RestClient
from adapters.twentyfour_seven_office.rest.operations import CREATE_CATEGORY
from adapters.twentyfour_seven_office.rest.operations import GET_CATEGORIES as GET_REST_CATEGORIES
from adapters.twentyfour_seven_office.rest.settings import RestSettings
from adapters.twentyfour_seven_office.soap.client import SoapClient
from adapters.twentyfour_seven_office.soap.operations import GET_CATEGORIES, SAVE_CATEGORIES
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings

TIMEOUT = 0.4
CONTEXT = Context(now=datetime(2026, 11, 23, tzinfo=UTC))

Call = Callable[..., Any]
"""Takes the address, and the timeout in seconds; a write, also the name of what it creates."""


def soap_read(url: str, *, timeout: float = TIMEOUT) -> Any:
    return SoapClient(OperatorSettings(url, timeout)).call(GET_CATEGORIES, {}, session_id="abc", context=CONTEXT)


def soap_write(url: str, *, name: str = "x", timeout: float = TIMEOUT) -> Any:
    given = {"categories": {"Category": [{"Name": name}]}}
    return SoapClient(OperatorSettings(url, timeout)).call(SAVE_CATEGORIES, given, session_id="abc", context=CONTEXT)


def rest_read(url: str, *, timeout: float = TIMEOUT) -> Any:
    client = RestClient(RestSettings(url, url, timeout))
    return client.call(GET_REST_CATEGORIES, f"{url}/productcategories", token="abc", context=CONTEXT)[0]


def rest_write(url: str, *, name: str = "x", timeout: float = TIMEOUT) -> Any:
    client = RestClient(RestSettings(url, url, timeout))
    body = {"name": name}
    return client.call(CREATE_CATEGORY, f"{url}/productcategories", token="abc", body=body, context=CONTEXT)[0]


def rest_login(url: str, *, timeout: float = TIMEOUT) -> Any:
    return RestClient(RestSettings(url, url, timeout)).log_in({"client_id": "x"}, context=CONTEXT)


CALLS: dict[str, Call] = {call.__name__: call for call in (soap_read, soap_write, rest_read, rest_write, rest_login)}
WRITES = (soap_write, rest_write)


def kept_client(api: str, url: str) -> Call:
    """A call that keeps its connection for the next."""
    if api == "soap":
        soap = SoapClient(OperatorSettings(url, TIMEOUT))
        return lambda: soap.call(GET_CATEGORIES, {}, session_id="abc", context=CONTEXT)
    rest = RestClient(RestSettings(url, url, TIMEOUT))
    return lambda: rest.call(GET_REST_CATEGORIES, f"{url}/productcategories", token="abc", context=CONTEXT)[0]
