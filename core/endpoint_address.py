"""Where events may be sent: what an endpoint's address may look like, and which network addresses may be reached.

Pure: no look-ups, no connections. An address is judged by its spelling when it is given, and what its host's name means
is judged again at each connection, because whoever owns the name may change that at any time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from core.errors import Fault, InvalidInput

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

LONGEST_ADDRESS = 2000

_HTTPS, _HTTP = "https", "http"
_USUAL_PORTS = {_HTTPS: 443, _HTTP: 80}

# RFC 3986's characters without the fragment: what follows a # is never sent.
_URL = re.compile(r"(https?)://([^/?#]*)((?:/[^?#]*)?(?:\?[^#]*)?)", re.IGNORECASE)
_TARGET = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253
# What resolvers and URL parsers read as a number: 127.1, 2130706433, 0x7f.0.0.1 and 0177.0.0.1 all are loopback.
_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that are of this machine, or of the network around it.
_INSIDE = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "arpa"})

# The IANA registries of special-purpose addresses, less what is reachable by everybody.
_NOT_PUBLIC_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network; connecting to 0.0.0.0 reaches this machine
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by a carrier's customers; a cloud's metadata too
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # looks public, and is the inside of Azure's machines
            "169.254.0.0/16",  # link-local; 169.254.169.254 is most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; a cloud's metadata too
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays into 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
# Loopback, link-local, unique local, site-local, multicast, and IPv4 in IPv6's clothes are outside of that.
_NOT_PUBLIC_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo, which holds an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which holds an IPv4 address
            "3ffe::/16",  # given back
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # how a machine with IPv6 alone reaches an IPv4 address, its last four bytes


@dataclass(frozen=True)
class EndpointAddress:
    """An address that events may be posted to, in parts that no two readers of URLs can understand differently.

    `host` is in lower case, an IPv6 address without its brackets. `target` is path and query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as they are written in a URL and in the Host header; the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in its one spelling."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def is_encrypted(self) -> bool:
        """Whether it is https."""
        return self.scheme == _HTTPS


@dataclass(frozen=True)
class Reach:
    """What may be reached: whatever is public, and the networks that the operator allows besides (none, as a rule)."""

    allowed: tuple[IpNetwork, ...] = ()

    def permits(self, address: IpAddress, *, encrypted: bool) -> bool:
        """Whether a connection to it may be made; one without encryption only within the allowed networks."""
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        return any(address in network for network in self.allowed) or (encrypted and is_public(address))

    def forbidden_of(self, addresses: Iterable[str], *, encrypted: bool) -> str | None:
        """Return the first of a host's addresses that may not be reached, or None: then each of them may.

        One forbidden address forbids the host: a name that means both is a name that changes its meaning.
        """
        for text in addresses:
            try:
                address = ip_address(text)
            except ValueError:
                return text
            if not self.permits(address, encrypted=encrypted):
                return text
        return None


def networks_in(text: str) -> tuple[IpNetwork, ...]:
    """Read networks as the operator lists them: `127.0.0.0/8, ::1/128`.

    Errors: ValueError, in words for a person.
    """
    networks = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise ValueError("it should be networks such as 10.1.0.0/16, fd12::/64, separated by commas") from None
    return tuple(networks)


def is_public(address: IpAddress) -> bool:
    """Whether an address is one that everybody on the internet reaches."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    if address in _NAT64:
        return is_public(IPv4Address(address.packed[-4:]))
    return address in _PUBLIC_IPV6 and not any(address in network for network in _NOT_PUBLIC_IPV6)


def endpoint_address(url: str, *, reach: Reach) -> EndpointAddress:
    """Read the address of an endpoint, as somebody gives it.

    It is https and its host a public name; names of the inside, IP addresses and http are for the networks that the
    operator allows. What the name means is not looked up here.
    Errors: InvalidInput, code `bad_webhook_address`, with what is wrong as the fault of `url`.
    """
    if len(url) > LONGEST_ADDRESS:
        raise _bad(f"it is longer than {LONGEST_ADDRESS} characters")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _bad("write it in plain ASCII, a host with other letters in its xn-- form")
    found = _URL.fullmatch(url)
    if found is None:
        raise _bad("write it like https://example.com/hooks, without a fragment (#)")
    scheme, authority, target = found[1].lower(), found[2].lower(), found[3]
    if "@" in authority:
        raise _bad("it may hold no user name or password")
    if not _TARGET.fullmatch(target):
        raise _bad("percent-encode what can't stand in a path or query as it is")
    host, port = _host_and_port(authority)
    return EndpointAddress(
        scheme=scheme,
        host=_judged(host, encrypted=scheme == _HTTPS, reach=reach),
        port=_USUAL_PORTS[scheme] if port is None else port,
        target=target if target.startswith("/") else f"/{target}",
    )


def _host_and_port(authority: str) -> tuple[str, int | None]:
    found = _HOST_AND_PORT.fullmatch(authority)
    if found is None or not found[1]:
        raise _bad("its host or port can't be read")
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 65536:
        raise _bad("its port is not between 1 and 65535")
    return found[1], port


def _judged(host: str, *, encrypted: bool, reach: Reach) -> str:
    """Return the host in its one spelling."""
    if not encrypted and not reach.allowed:
        raise _bad("it must be https")
    if host.startswith("[") or _A_NUMBER.fullmatch(host.rpartition(".")[2]):
        return _judged_literal(host.strip("[]"), encrypted=encrypted, reach=reach)
    labels = host.split(".")
    if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise _bad("its host is not a name such as hooks.example.com")
    if not reach.allowed and (len(labels) == 1 or labels[-1] in _INSIDE):
        raise _bad("its host is a name of the inside, and not public")
    return host


def _judged_literal(text: str, *, encrypted: bool, reach: Reach) -> str:
    """Return an IP address in its one spelling; only those of the allowed networks pass, public or not."""
    try:
        address = ip_address(text)
    except ValueError:
        address = None
    if (
        address is None
        or not any(address in network for network in reach.allowed)
        or not reach.permits(address, encrypted=encrypted)
    ):
        raise _bad("its host is an IP address; give it a name")
    return str(address)


def _bad(fault: str) -> InvalidInput:
    return InvalidInput(
        f"Events can't be sent to this address: {fault}.",
        code="bad_webhook_address",
        hint="Give a public https address, such as https://example.com/hooks.",
        faults=[Fault("url", fault)],
    )
