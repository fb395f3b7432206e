"""API keys: who may use the HTTP API, for which business, and for what.

Pure: no chance, no clock. A key's text is `kvitt_<prefix>_<secret>`. The prefix finds it and may be shown; of the rest
only a digest is kept.
"""

import hashlib
import hmac
import re

from core.errors import NotAllowed
from core.fields import BusinessName, Document, Instant, KeyName
from core.rights import Need, Role, is_enough

PREFIX_DIGITS, SECRET_DIGITS = 12, 64
"""Hexadecimal digits of a key's two parts: 48 bits tell keys apart, 256 bits keep one from being guessed."""

_TEXT = re.compile(rf"kvitt_([0-9a-f]{{{PREFIX_DIGITS}}})_[0-9a-f]{{{SECRET_DIGITS}}}")


_WANTED = {
    Need.READ: "any key",
    Need.SEND: "a key of the role send",
    Need.OVERSEE: "an administrator's key",
    Need.ADMINISTER: "an administrator's key of the role send",
}


class ApiKey(Document):
    """A key, without what opens anything. `business` is the one that it is for; None is an administrator's, for all.

    `last_used_at` is true to the minute: it is not written with every request.
    """

    prefix: str
    name: KeyName
    role: Role
    business: BusinessName | None = None
    created_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether the key is for every business, and for the installation itself."""
        return self.business is None

    def is_for(self, business: str) -> bool:
        """Whether the key is for this business; of any other its holder is told nothing, not even that it exists."""
        return self.business in (None, business)

    def require(self, need: Need) -> None:
        """Let the key be used for this.

        Errors: NotAllowed, saying what is needed.
        """
        if not is_enough(self.role, need, everywhere=self.is_administrator):
            raise NotAllowed(
                f'The key "{self.name}" ({self.prefix}) may not do this: it needs {_WANTED[need]}.',
                hint="Ask the operator for such a key (kvitt api-key create), and use that one.",
            )


def prefix_in(text: str) -> str | None:
    """Return the prefix of a key's text, or None where it can't be a key's."""
    found = _TEXT.fullmatch(text)
    return found[1] if found else None


def digest_of(text: str) -> str:
    """Return what is kept of a key's text: its SHA-256, in hexadecimal digits.

    A slow hash protects words that people choose, because those can be guessed and tried. A key is 256 bits of chance:
    there is nothing to guess, and a slow hash would only let any caller keep our processors busy.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def is_digest_of(digest: str, text: str) -> bool:
    """Whether the digest is this text's; how long that takes says nothing of how near it was."""
    return hmac.compare_digest(digest, digest_of(text))
