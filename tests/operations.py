"""What a request to an accounting system calls, as the sandbox names it."""

from urllib.parse import unquote, urlsplit

import httpx
from requests import PreparedRequest

from sandbox.tripletex.gateway import ROOT as TRIPLETEX_ROOT
from sandbox.tripletex.operations import OPERATIONS as TRIPLETEX_OPERATIONS
from sandbox.tripletex.token import CREATE
from sandbox.twentyfour_seven_office.rest import OPERATIONS, token


def soap_operation(request: PreparedRequest) -> str:
    """Return what a request to the SOAP services calls."""
    return str(request.headers["SOAPAction"]).strip('"').rsplit("/", 1)[1]


def http_operation(request: httpx.Request) -> str:
    """Return what a request to Tripletex, or to 24SevenOffice's REST API or its login server, calls.

    As the sandbox names it.
    """
    path = unquote(urlsplit(str(request.url)).path)
    if path.startswith(TRIPLETEX_ROOT):
        there = path.removeprefix(TRIPLETEX_ROOT)
        called = [one for one in TRIPLETEX_OPERATIONS if one.method == request.method]
        return next((one.name for one in called if one.ids_in(there) is not None), CREATE)
    known = [one for one in OPERATIONS if one.method == request.method]
    named = [one.name for one in known if one.ids_in(path.removeprefix("/v1")) is not None]
    return named[0] if named else token.OPERATION
