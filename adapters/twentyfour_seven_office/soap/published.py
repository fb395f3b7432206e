"""The contracts that the vendor publishes: fetched as anybody may, outside of the quota, and compared with ours.

What is told is where theirs have moved away from ours: what we call or name and they do not have any more. What else
they have is none of our business: the vendor's services are larger than what we use.

requests is told who is authenticated (nobody), or it would look into .netrc. Proxies and certificate bundles of the
operator's environment are heeded. The fetching of a contract is limited as a call is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from importlib.resources import files
from typing import Any

import requests
from lxml import etree
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError as PoolError

from adapters.exchange import limited
from adapters.http_api.answer_body import body_from
from adapters.http_api.troubles import UnusableAnswer
from adapters.twentyfour_seven_office import contracts
from adapters.twentyfour_seven_office.soap.connections import LimitedAdapter
from adapters.twentyfour_seven_office.soap.operations import PATHS
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings, operator_settings
from core.errors import TryAgain

SERVICES = tuple(PATHS)
"""The services whose contracts we hold, by our names for them."""

LARGEST = 8 * 1024 * 1024
_LARGEST_EXCHANGE = LARGEST + 1024 * 1024
_LONGEST_SECONDS = 20.0
_PIECE = 64 * 1024


_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


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


def compare_contracts(environment: Mapping[str, str]) -> Comparison:
    """Compare all our contracts with those that are published now.

    Errors: InvalidInput, code `bad_settings`; those of `fetch_contract` and `drift`.
    """
    settings = operator_settings(environment)
    differences: list[str] = []
    server_time = None
    for service in SERVICES:
        published = fetch_contract(settings, service)
        server_time = published.server_time or server_time
        differences += [f"{service}: {difference}" for difference in drift(read_own_contract(service), published.wsdl)]
    return Comparison(services=len(SERVICES), differences=differences, server_time=server_time)


def fetch_contract(settings: OperatorSettings, service: str) -> Published:
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


def read_own_contract(service: str) -> bytes:
    """Return our contract of a service."""
    return (files(contracts) / f"{service}.wsdl").read_bytes()


def drift(ours: bytes, theirs: bytes) -> list[str]:
    """Return what our contract has and the vendor's has not, or has otherwise, a sentence each.

    Errors: TryAgain, code `broken_answer`, when what should be the vendor's contract is none.
    """
    return list(_Comparison(_Described(ours), _Described(theirs)).differences())


class _Described:
    """A WSDL, looked up by names."""

    def __init__(self, source: bytes) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root: Any = etree.fromstring(source, parser)
        except etree.XMLSyntaxError:
            root = None
        if root is None or root.tag != f"{_WSDL}definitions" or root.getroottree().docinfo.doctype:
            raise TryAgain("What was published is no contract (WSDL).", code="broken_answer")
        self._root = root
        schemas = list(root.iter(f"{_XSD}schema"))
        self.elements = _by_name(schemas, "element")
        self.types = {**_by_name(schemas, "simpleType"), **_by_name(schemas, "complexType")}

    @cached_property
    def actions(self) -> dict[str, str]:
        """The operations that can be called through SOAP 1.1, each with its SOAPAction."""
        return {
            operation.get("name"): bound.get("soapAction")
            for operation in self._root.iterfind(f"{_WSDL}binding/{_WSDL}operation")
            if (bound := operation.find(f"{_SOAP}operation")) is not None
        }

    def type_of(self, element: Any) -> Any:
        """The description of an element's type, or the name of a built-in one."""
        inline = element.find(f"{_XSD}complexType")
        if inline is not None:
            return inline
        name = _local(element.get("type") or "anyType")
        return self.types.get(name, name)

    def members(self, described: Any) -> dict[str, Any]:
        """The elements that a complex type holds, those of the type that it extends included."""
        extension = described.find(f"{_XSD}complexContent/{_XSD}extension")
        if extension is None:
            return {element.get("name"): element for element in described.iterfind(f"{_XSD}sequence/{_XSD}element")}
        base = self.types.get(_local(extension.get("base")))
        return (self.members(base) if base is not None else {}) | self.members(extension)


class _Comparison:
    def __init__(self, ours: _Described, theirs: _Described) -> None:
        self._ours = ours
        self._theirs = theirs
        self._seen: set[str] = set()

    def differences(self) -> Iterator[str]:
        for name, action in self._ours.actions.items():
            if name not in self._theirs.actions:
                yield f"The operation {name} is gone."
                continue
            if self._theirs.actions[name] != action:
                yield f"The operation {name} is called by another SOAPAction."
            for message in (name, f"{name}Response"):
                if message not in self._theirs.elements:
                    yield f"{message} is gone."
                else:
                    yield from self._between(message, self._ours.elements[message], self._theirs.elements[message])

    def _between(self, where: str, ours: Any, theirs: Any) -> Iterator[str]:
        """Compare two elements by what they hold; a type once, wherever it is used."""
        our_type, their_type = self._ours.type_of(ours), self._theirs.type_of(theirs)
        if isinstance(our_type, str) or isinstance(their_type, str):
            if _name(our_type) != _name(their_type):
                yield f"{where} is of another type: {_name(their_type)}, and not {_name(our_type)}."
            return
        if (name := our_type.get("name")) is not None:
            if name in self._seen:
                return
            self._seen.add(name)
            where = name
        missing = _values(our_type) - _values(their_type)
        if missing:
            yield f"{where} has no value {', '.join(sorted(missing))} any more."
        there = self._theirs.members(their_type)
        for member, element in self._ours.members(our_type).items():
            if member not in there:
                yield f"{where} has no {member} any more."
                continue
            if _is_many(element) != _is_many(there[member]):
                yield f"{where}: {member} comes {'once' if _is_many(element) else 'many times'} now."
            yield from self._between(f"{where}: {member}", element, there[member])


def _by_name(schemas: list[Any], kind: str) -> dict[str, Any]:
    return {child.get("name"): child for schema in schemas for child in schema.iterfind(f"{_XSD}{kind}")}


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _name(described: Any) -> str:
    return described if isinstance(described, str) else described.get("name", "a type without a name")


def _values(described: Any) -> set[str]:
    return {allowed.get("value") for allowed in described.iterfind(f"{_XSD}restriction/{_XSD}enumeration")}


def _is_many(element: Any) -> bool:
    return str(element.get("maxOccurs", "1")) != "1"
