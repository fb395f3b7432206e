"""Every spelling of an address that events may not be sent to, and what the usual ones become."""

from ipaddress import ip_address

import pytest

from core.endpoint_address import EndpointAddress, Reach, endpoint_address, is_public, networks_in
from core.errors import InvalidInput

NOWHERE_ELSE = Reach()
LOOPBACK = Reach(networks_in("127.0.0.0/8, ::1/128"))

FORBIDDEN = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "3ffe::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
)

PUBLIC = (
    "8.8.8.8",
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:400f::200e",
    "64:ff9b::8.8.8.8",
)


@pytest.mark.parametrize("address", FORBIDDEN)
@pytest.mark.parametrize("encrypted", [True, False])
def test_an_address_of_the_inside_is_not_reached(address: str, encrypted: bool) -> None:
    assert NOWHERE_ELSE.forbidden_of([address], encrypted=encrypted) == address


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_reached_with_encryption_alone(address: str) -> None:
    assert NOWHERE_ELSE.forbidden_of([address], encrypted=True) is None
    assert NOWHERE_ELSE.forbidden_of([address], encrypted=False) == address


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_is_forbidden_is_not_public(address: str) -> None:
    if "%" not in address:
        assert not is_public(ip_address(address))


def test_one_forbidden_address_forbids_the_host() -> None:
    assert NOWHERE_ELSE.forbidden_of(["8.8.8.8", "2606:4700::1111", "10.0.0.1"], encrypted=True) == "10.0.0.1"
    assert NOWHERE_ELSE.forbidden_of(["8.8.8.8", "2606:4700::1111"], encrypted=True) is None


def test_what_is_no_address_is_forbidden() -> None:
    for text in ("", "0177.0.0.1", "127.1", "2130706433", "localhost"):
        assert NOWHERE_ELSE.forbidden_of([text], encrypted=True) == text


def test_the_operators_networks_are_reached_and_no_more_than_them() -> None:
    reach = Reach(networks_in("10.1.0.0/16, fd12::/64"))
    assert reach.forbidden_of(["10.1.2.3", "fd12::7"], encrypted=False) is None
    assert reach.forbidden_of(["10.1.2.3", "8.8.8.8"], encrypted=True) is None
    assert reach.forbidden_of(["10.1.2.3", "8.8.8.8"], encrypted=False) == "8.8.8.8"
    for inside in ("10.2.0.1", "fd13::1", "127.0.0.1", "::ffff:10.1.2.3", "fd12::7%eth0"):
        assert reach.forbidden_of([inside], encrypted=True) == inside


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_no_network_is_allowed_where_none_is_named(text: str) -> None:
    assert networks_in(text) == ()


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "10.0.0.0/33", "10.0.0.0/8;::1"])
def test_a_network_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it should be networks such as"):
        networks_in(text)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Hooks.Example.COM:443/a", "https://hooks.example.com/a"),
        ("https://example.com:8443/a/b?c=d&e", "https://example.com:8443/a/b?c=d&e"),
        ("https://example.com?token=1", "https://example.com/?token=1"),
        ("https://example.com/a%20b/@:!$&'()*+,;=", "https://example.com/a%20b/@:!$&'()*+,;="),
        ("https://xn--blbr-roah.example.no/", "https://xn--blbr-roah.example.no/"),
        ("https://0x7g.example.com/", "https://0x7g.example.com/"),
        ("https://1.2.3.4.example.com/", "https://1.2.3.4.example.com/"),
        ("https://example.com:00443/", "https://example.com/"),
    ],
)
def test_a_public_address_has_one_spelling(given: str, url: str) -> None:
    assert endpoint_address(given, reach=NOWHERE_ELSE).url == url
    assert endpoint_address(url, reach=NOWHERE_ELSE).url == url


ODD = (
    "",
    "example.com",
    "//example.com/",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https:example.com",
    "https:/example.com",
    "https:///example.com",
    "https://",
    "https://:443/",
    "https://?a",
    " https://example.com/",
    "https://example.com/ ",
    "https://example.com/a b",
    "https://example.com/\n",
    "https://example.com\r\nHost: inside/",
    "https://exam\tple.com/",
    "https://example.com\x00.inside/",
    "https://example.com\\@127.0.0.1/",
    "https:\\\\example.com\\",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://@example.com/",
    "https://example.com/#fragment",
    "https://example.com#@127.0.0.1/",
    "https://example.com:/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:-1/",
    "https://example.com:443:443/",
    "https://example.com:https/",
    "https://example.com./",
    "https://.example.com/",
    "https://example..com/",
    "https://-example.com/",
    "https://exam_ple-.com/",
    "https://ex%61mple.com/",
    "https://127.0.0.1%2f.example.com/",
    "https://example.com/%",
    "https://example.com/%zz",
    'https://example.com/"',
    "https://example.com/<a>",
    "https://example.com/{a}",
    "https://blåbær.example.no/",
    "https://example.com/blåbær",
    "https://ⓔxample.com/",
    "https://example。com/",
    "https://" + "a" * 64 + ".com/",
    "https://" + ".".join(["a" * 60] * 5) + ".com/",
    "https://example.com/" + "a" * 2000,
    # the inside by name
    "https://localhost/",
    "https://LOCALHOST:8443/",
    "https://localhost./",
    "https://a.localhost/",
    "https://ip6-localhost/",
    "https://metadata/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://nas.home.arpa/",
    # and by number
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.0.0.1:8443/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0X7F.0.0.0X1/",
    "https://127.0.0.0x/",
    "https://127.000.000.001/",
    "https://4294967296/",
    "https://256.256.256.256/",
    "https://8.8.8.8/",
    "https://１２７.０.０.１/",
    "https://①②⑦.⓪.⓪.①/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[fd00:ec2::254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2606:4700::1111]/",
    "https://[::1",
    "https://::1/",
    "https://[example.com]/",
    "https://[v1.a]/",
    "https://[]/",
)


@pytest.mark.parametrize("url", ODD)
def test_any_other_spelling_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        endpoint_address(url, reach=NOWHERE_ELSE)
    assert refused.value.code == "bad_webhook_address"
    assert [fault.field for fault in refused.value.faults] == ["url"]


ALLOWED = {
    "http://localhost:8000/hooks": "http://localhost:8000/hooks",
    "http://127.0.0.1:8000/hooks": "http://127.0.0.1:8000/hooks",
    "http://127.0.0.1:80/": "http://127.0.0.1/",
    "https://127.0.0.1/": "https://127.0.0.1/",
    "http://[0::1]:8000/": "http://[::1]:8000/",
    "http://receiver:8000/": "http://receiver:8000/",
}


@pytest.mark.parametrize("url", ALLOWED)
def test_what_may_lie_in_the_operators_networks_is_taken(url: str) -> None:
    assert endpoint_address(url, reach=LOOPBACK).url == ALLOWED[url]


@pytest.mark.parametrize("url", sorted({*ODD} - {*ALLOWED} - {"http://example.com/"}))
def test_allowing_loopback_allows_no_odd_spelling(url: str) -> None:
    try:
        address = endpoint_address(url, reach=LOOPBACK)
    except InvalidInput:
        return
    assert address.host in {"127.0.0.1", "::1"} or not address.host[-1].isdigit()
    assert address.host.isascii()


def test_an_address_has_its_parts() -> None:
    address = endpoint_address("https://example.com:8443/a?b", reach=NOWHERE_ELSE)
    assert address == EndpointAddress(scheme="https", host="example.com", port=8443, target="/a?b")
    assert (address.authority, address.is_encrypted) == ("example.com:8443", True)
    assert endpoint_address("http://[::1]:80/", reach=LOOPBACK).authority == "[::1]"
