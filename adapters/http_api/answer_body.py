"""An answer's body, of a size that memory holds: read piece by piece, and given up before it is too much.

No compression is asked for. What comes compressed all the same, by a server on the way perhaps, is decompressed with
the same bound: so many bytes come out of it and no more, whatever went in.
"""

import zlib
from collections.abc import Iterable, Iterator

from adapters.http_api.troubles import UnusableAnswer

LARGEST_ANSWER = 24 * 1024 * 1024
LARGEST_EXCHANGE = LARGEST_ANSWER + 1024 * 1024
"""In bytes, with its headers and all that comes before and between."""

_PIECE = 256 * 1024
_EITHER_FORMAT = zlib.MAX_WBITS | 32  # of gzip and zlib: it tells them apart itself


def body_from(pieces: Iterable[bytes], *, encoding: str | None, most: int | None = None) -> bytes:
    """Put a body together from its pieces as they come; `encoding` is the header Content-Encoding.

    `most` is in bytes, LARGEST_ANSWER when not given.
    Errors: UnusableAnswer, codes `answer_too_large`, and `broken_answer` for one that is compressed more than once, or
    in a way that is not known, or wrongly.
    """
    most = LARGEST_ANSWER if most is None else most
    match (encoding or "").strip().lower():
        case "" | "identity":
            return _joined(pieces, most)
        case "gzip" | "x-gzip" | "deflate":
            return _joined(_decompressed(pieces), most)
        case _:
            raise UnusableAnswer("broken_answer")


def _joined(pieces: Iterable[bytes], most: int) -> bytes:
    taken, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise UnusableAnswer("answer_too_large")
        taken.append(piece)
    return b"".join(taken)


def _decompressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress, a little at a time."""
    decompressor = zlib.decompressobj(_EITHER_FORMAT)
    try:
        for piece in pieces:
            left = piece
            while left and not decompressor.eof:
                yield decompressor.decompress(left, _PIECE)
                left = decompressor.unconsumed_tail
        yield decompressor.flush(_PIECE)
    except zlib.error:
        raise UnusableAnswer("broken_answer") from None
    if not decompressor.eof:
        raise UnusableAnswer("broken_answer")
