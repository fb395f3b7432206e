"""Answers that are made to use up memory, as the pieces that a server sends for as long as they are read."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat

from tests.adapters.soap.test_channel import TFSO

_MILLION = 1_000_000
_HALF_A_GIGABYTE = 500 * _MILLION
_ALL = 40 * _MILLION
"""In bytes: more than any answer that is taken."""


def _head(*headers: str, media_type: str = "application/json") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {media_type}", *headers, "", ""]).encode()


def _layers(*encodings: str, size: int) -> Iterator[bytes]:
    packer: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
    packed = _packed(encodings[0], size)
    for encoding in encodings[1:]:
        packed = packer[encoding](packed)
    yield _head(f"Content-Encoding: {', '.join(encodings)}", f"Content-Length: {len(packed)}") + packed


@cache
def _packed(encoding: str, size: int) -> bytes:
    stream = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16 if encoding == "gzip" else zlib.MAX_WBITS)
    return b"".join(stream.compress(b" " * _MILLION) for _ in range(size // _MILLION)) + stream.flush()


def _labelled(encoding: str) -> Iterator[bytes]:
    yield _head(f"Content-Encoding: {encoding}") + b"x" * 1000


def _endless(head: bytes, piece: bytes) -> Iterator[bytes]:
    yield head
    yield from repeat(piece)


def of_any_kind() -> dict[str, Iterator[bytes]]:
    """What either API may be answered."""
    chunked = _head("Transfer-Encoding: chunked")
    return {
        "half a gigabyte in one layer": _layers("gzip", size=_HALF_A_GIGABYTE),
        "half a gigabyte in one layer of deflate": _layers("deflate", size=_HALF_A_GIGABYTE),
        "half a gigabyte in two layers": _layers("gzip", "gzip", size=_HALF_A_GIGABYTE),
        "half a gigabyte in three layers": _layers("gzip", "deflate", "gzip", size=_HALF_A_GIGABYTE),
        "brotli": _labelled("br"),
        "zstandard": _labelled("zstd"),
        "an encoding that is none": _labelled("x" * 10_000),
        "an endless body": _endless(_head(), b" " * _MILLION),
        "an endless body, announced": _endless(_head(f"Content-Length: {10**15}"), b" " * _MILLION),
        "an endless body, compressed": _endless(_head("Content-Encoding: gzip"), gzip.compress(b" " * _MILLION)),
        "endless headers": _endless(_head()[:-2], b"X-A: b\r\n" * 10_000),
        "an endless header": _endless(_head()[:-2] + b"X-A: ", b"a" * _MILLION),
        "an endless status line": _endless(b"HTTP/1.1 200 ", b"O" * _MILLION),
        "words before the answer": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
        "a chunk beyond measure": _endless(chunked + b"F" * 15 + b"\r\n", b" " * _MILLION),
        "an endless size of a chunk": _endless(chunked, b"F" * _MILLION),
        "an endless extension of a chunk": _endless(chunked + b"5;", b"x" * _MILLION),
        "endless trailers": _endless(chunked + b"0\r\n", b"X-A: b\r\n" * 10_000),
        "one endless trailer": _endless(chunked + b"0\r\nX-A: ", b"a" * _MILLION),
    }


JSON = {
    "empty lists": ("[", "[],"),
    "empty objects": ("[", "{},"),
    "small objects": ("[", '{"aa":"bb"},'),
    "objects of nothing": ("[", '{"":0},'),
    "small texts": ("[", '"ab",'),
    "numbers": ("[", "7,"),
    "large numbers": ("[", "1234567890123456789,"),
    "decimals": ("[", "1.5,"),
    "names that differ": ("{", '"{n}":1,'),
    "a long text": ('["', "x"),
    "a long text of wide signs": ('["\N{GRINNING FACE}', "x"),
    "a long text of escapes": ('["', "\\ud83d\\ude00"),
    "a long text of signs that nothing can store": ('["', "\\u0001"),
    "a long name": ('{"\N{GRINNING FACE}', "x"),
    "a number without end": ("[1", "0"),
    "nested lists": ("", "["),
    "nested objects": ("", '{"a":'),
    "white space": ("[", " "),
}
"""How it begins, and what it then repeats; each in two shapes, left open and closed."""

XML = {
    "empty elements": "<a/>",
    "elements with text between": "<a/>x",
    "attributes": '<a b1="" b2="" b3="" b4="" b5="" b6="" b7="" b8=""/>',
    "namespaces": '<a xmlns:b="c"/>',
    "names that differ": "<a{n}/>",
    "known elements": "<Category><Id>5</Id><Name>x</Name></Category>",
    "empty known elements": "<Category/>",
    "long texts": f"<Category><Name>{'x' * 9_000_000}</Name></Category>",
    "long texts of wide signs": f"<Category><Name>\N{GRINNING FACE}{'x' * 9_000_000}</Name></Category>",
    "references": "&#120;",
    "nested": "<a>",
    "comments": "<!---->",
    "instructions": "<?a?>",
    "sections": "<![CDATA[]]>",
    "nothing but openings": "<",
}


def json_answer(kind: str, *, size: int = _ALL) -> Iterator[bytes]:
    """A document of this kind, of so many bytes and well-formed where that can be."""
    begin, repeated = JSON[kind]
    ends = {"[": "0]", "{": '"z":0}', '["': '"]', "[1": "0]"}
    end = next((ends[start] for start in ('["', "[1", "[", "{") if begin.startswith(start)), "")
    if begin.startswith('{"'):
        end = '":0}'
    body = f"{begin}{_repeated(repeated, size)}{end}".encode()
    yield _head(f"Content-Length: {len(body)}") + body


def xml_answer(kind: str, *, size: int = _ALL) -> Iterator[bytes]:
    """An answer to GetCategories of this kind, of so many bytes and well-formed where that can be."""
    inner = _repeated(XML[kind], size)
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<GetCategoriesResponse xmlns="{TFSO}"><GetCategoriesResult>{inner}</GetCategoriesResult>'
        "</GetCategoriesResponse></s:Body></s:Envelope>"
    ).encode()
    yield _head(f"Content-Length: {len(body)}", media_type="text/xml") + body


def _repeated(piece: str, size: int) -> str:
    if "{n}" in piece:
        return "".join(piece.replace("{n}", str(n)) for n in range(size // (len(piece) + 4)))
    return piece * max(1, size // len(piece.encode()))
