"""The contracts that the vendor publishes: fetched as anybody may, outside of the quota, and compared with ours.

requests is told who is authenticated (nobody), or it would look into .netrc. Proxies and certificate bundles of the
operator's environment are heeded. The fetching of a contract is limited as a call is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError as PoolError

from adapters.exchange import limited
from adapters.twentyfour_seven_office.answer_body import body_from
from adapters.twentyfour_seven_office.soap.connections import LimitedAdapter
from adapters.twentyfour_seven_office.soap.drift import drift, own_contract
from adapters.twentyfour_seven_office.soap.operations import PATHS
from adapters.twentyfour_seven_office.soap.operator_settings import OperatorSettings, operator_settings
from adapters.twentyfour_seven_office.troubles import UnusableAnswer
from core.errors import TryAgain

SERVICES = tuple(PATHS)
"""The services whose contracts we hold, by our names for them."""

LARGEST = 8 * 1024 * 1024
_LARGEST_EXCHANGE = LARGEST + 1024 * 1024
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

    Errors: TryAgain, codes `unreachable`, `redirected`, `bad_gateway`, `answer_too_large`, `broken_answer`.
    """
    where = f"24SevenOffice's contract of the {service} service, at {settings.api_url},"
    address = f"{settings.api_url}{PATHS[service]}?wsdl"
    timeout = min(settings.timeout, _LONGEST_SECONDS)
    try:
        with requests.Session() as session, limited(timeout, most_bytes=_LARGEST_EXCHANGE):
            session.auth = _as_anybody
            session.headers["Accept-Encoding"] = "identity"
            session.mount(address, LimitedAdapter(bundle=DEFAULT_CA_BUNDLE_PATH, pool_maxsize=1))
            with session.get(address, timeout=timeout, stream=True, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    code = "redirected" if response.is_redirect else "bad_gateway"
                    raise TryAgain(f"{where} was answered with HTTP status {response.status_code}.", code=code)
                return Published(_read(response), _date(response.headers.get("Date", "")))
    except UnusableAnswer as answer:
        what = "is larger than any we take" if answer.code == "answer_too_large" else "came broken or cut off"
        raise TryAgain(f"{where} {what}.", code=answer.code) from None
    except (PoolError, OSError) as error:  # what requests raises is an OSError
        raise TryAgain(f"{where} can't be fetched ({type(error).__name__}).", code="unreachable") from None


def _read(response: requests.Response) -> bytes:
    pieces = response.raw.stream(_PIECE, decode_content=False)
    return body_from(pieces, encoding=response.headers.get("Content-Encoding"), most=LARGEST)


def _as_anybody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
