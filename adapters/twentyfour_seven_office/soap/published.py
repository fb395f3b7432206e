"""The contracts that the vendor publishes, fetched as anybody may: without a session, and outside of the quota."""

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import certifi
import httpx

from adapters.twentyfour_seven_office.soap.operations import PATHS
from adapters.twentyfour_seven_office.soap.operator_settings import OperatorSettings
from core.errors import TryAgain

SERVICES = tuple(PATHS)
"""The services whose contracts we hold, by our names for them."""

LARGEST = 8 * 1024 * 1024
_LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Published:
    """A contract as it was published, and the server's clock where it told: UTC, to the second."""

    wsdl: bytes
    server_time: datetime | None


def published_contract(settings: OperatorSettings, service: str) -> Published:
    """Fetch the contract of a service.

    Errors: TryAgain, codes `unreachable`, `redirected`, `bad_gateway`, `answer_too_large`.
    """
    where = f"24SevenOffice's contract of the {service} service"
    timeout = min(settings.timeout, _LONGEST_SECONDS)
    try:
        address = f"{settings.api_url}{PATHS[service]}?wsdl"
        with httpx.stream("GET", address, timeout=timeout, verify=_trusted()) as response:
            if response.status_code != httpx.codes.OK:
                code = "redirected" if response.is_redirect else "bad_gateway"
                raise TryAgain(f"{where} was answered with HTTP status {response.status_code}.", code=code)
            pieces, size = [], 0
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise TryAgain(f"{where} is larger than any we take.", code="answer_too_large")
            return Published(b"".join(pieces), _date(response.headers.get("date", "")))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TryAgain(f"{where} can't be fetched ({type(error).__name__}).", code="unreachable") from None


def _trusted() -> ssl.SSLContext:
    """Return whose certificates are accepted: where calls heed the operator's bundle, so does this."""
    return ssl.create_default_context(
        cafile=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
    )


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
