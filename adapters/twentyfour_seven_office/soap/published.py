"""The contracts that the vendor publishes: fetched as anybody may, outside of the quota, and compared with ours.

requests is told who is authenticated (nobody), or it would look into .netrc. Proxies and certificate bundles of the
operator's environment are heeded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from adapters.twentyfour_seven_office.soap.drift import drift, own_contract
from adapters.twentyfour_seven_office.soap.operations import PATHS
from adapters.twentyfour_seven_office.soap.operator_settings import OperatorSettings, operator_settings
from core.errors import TryAgain

SERVICES = tuple(PATHS)
"""The services whose contracts we hold, by our names for them."""

LARGEST = 8 * 1024 * 1024
_LONGEST_SECONDS = 20.0
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Published:
    """A contract as it was published, and the server's clock where it told: UTC, to the second."""

    wsdl: bytes
    server_time: datetime | None


@dataclass(frozen=True)
class Comparison:
    """In which services the vendor's contracts have moved away from ours, a sentence for each difference."""

    services: int
    differences: Sequence[str]
    server_time: datetime | None


def compared(environment: Mapping[str, str]) -> Comparison:
    """Compare all our contracts with those that are published now.

    Errors: InvalidInput, code `bad_settings`; those of `published_contract` and `drift`.
    """
    settings = operator_settings(environment)
    differences: list[str] = []
    server_time = None
    for service in SERVICES:
        published = published_contract(settings, service)
        server_time = published.server_time or server_time
        differences += [f"{service}: {one}" for one in drift(own_contract(service), published.wsdl)]
    return Comparison(services=len(SERVICES), differences=differences, server_time=server_time)


def published_contract(settings: OperatorSettings, service: str) -> Published:
    """Fetch the contract of a service.

    Errors: TryAgain, codes `unreachable`, `redirected`, `bad_gateway`, `answer_too_large`.
    """
    where = f"24SevenOffice's contract of the {service} service, at {settings.api_url},"
    address = f"{settings.api_url}{PATHS[service]}?wsdl"
    timeout = min(settings.timeout, _LONGEST_SECONDS)
    try:
        with requests.Session() as session:
            session.auth = _as_anybody
            with session.get(address, timeout=timeout, stream=True, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    code = "redirected" if response.is_redirect else "bad_gateway"
                    raise TryAgain(f"{where} was answered with HTTP status {response.status_code}.", code=code)
                return Published(_read(response, where), _date(response.headers.get("Date", "")))
    except requests.RequestException as error:
        raise TryAgain(f"{where} can't be fetched ({type(error).__name__}).", code="unreachable") from None


def _read(response: requests.Response, where: str) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_content(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise TryAgain(f"{where} is larger than any we take.", code="answer_too_large")
    return b"".join(pieces)


def _as_anybody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
