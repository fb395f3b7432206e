"""The token that proves a form to be one of its session's pages.

In each page it stands under a mask of chance, so that how small a page can be pressed tells nothing of it.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

FIELD, HEADER = "csrf", "x-csrf-token"


def masked(token: str) -> str:
    """Return a token as a page shows it, each time another text."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(mask + _crossed(plain, mask)).decode()


def is_mask_of(shown: str, token: str) -> bool:
    """Whether what a form brought is this token under some mask."""
    try:
        whole = urlsafe_b64decode(shown.encode("ascii"))
    except ValueError:
        return False
    half = len(whole) // 2
    return hmac.compare_digest(_crossed(whole[half:], whole[:half]), token.encode())


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
