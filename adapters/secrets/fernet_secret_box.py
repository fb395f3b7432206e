"""Seal text with Fernet keys: encrypted, and refused when it was tampered with.

Where the keys come from is told elsewhere.
"""

import re
import threading
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from typing_extensions import override

from core.errors import InvalidInput, TryAgain
from core.ports.secret_box import SECRET_KEY_CHANGED, SecretBox

_HOW_TO_MAKE_A_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class FernetSecretBox(SecretBox):
    """A secret box with one or more keys: the first one seals, each of them opens.

    `renewed` gives the keys as they are now when they have changed since it was last asked, else None. It is asked
    before anything is sealed, and when something can't be opened, so that a running process follows a rotation. A key
    that was known once still opens, for as long as the process lives: what was read before a rotation ended may be
    opened after it.
    Errors: InvalidInput, code `bad_secret_key`, when one of them is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str], *, renewed: Callable[[], Sequence[str] | None] = lambda: None) -> None:
        self._renewed = renewed
        self._lock = threading.Lock()
        self._known = tuple(keys)
        self._fernets = [_fernet(key) for key in self._known]

    @override
    def seal(self, text: str) -> str:
        """Return the text, encrypted with the first key as it is now."""
        self._renew()
        return self._fernets[0].encrypt(text.encode()).decode()

    @override
    def open(self, sealed: str) -> str:
        try:
            return self._open_with_known(sealed)
        except InvalidToken:
            self._renew()
        try:
            return self._open_with_known(sealed)
        except InvalidToken:
            raise TryAgain(
                "The stored secrets were encrypted with another secret key.",
                code=SECRET_KEY_CHANGED,
                hint="Restore that key (KVITT_SECRET_KEY, or secret.key in KVITT_HOME), or restart this process if "
                "the key was rotated.",
            ) from None

    def reseal(self, sealed: str) -> str | None:
        """Return the same text sealed with the first key as it is now, or None when it is already.

        Errors: those of open.
        """
        self._renew()
        first = self._fernets[0]
        try:
            first.decrypt(sealed.encode())
        except InvalidToken:
            return first.encrypt(self.open(sealed).encode()).decode()
        return None

    def _open_with_known(self, sealed: str) -> str:
        return MultiFernet(self._fernets).decrypt(sealed.encode()).decode()

    def _renew(self) -> None:
        with self._lock:
            keys = self._renewed()
            if keys:
                self._known = tuple(dict.fromkeys([*keys, *self._known]))
                self._fernets = [_fernet(key) for key in self._known]


def keys_in(text: str, *, source: str) -> list[str]:
    """Return the keys that a text holds, between white space or commas; `source` says where it was found.

    Errors: InvalidInput, code `bad_secret_key`; no key is ever shown.
    """
    keys = [key for key in re.split(r"[\s,]+", text) if key]
    for key in keys or [""]:
        _require_key(key, source=source)
    return list(dict.fromkeys(keys))


def _require_key(key: str, *, source: str) -> None:
    try:
        Fernet(key)
    except ValueError:
        raise InvalidInput(
            f"{source} is not a Fernet key.",
            code="bad_secret_key",
            hint="Restore the key that encrypted the stored secrets; for a new installation, make one with: "
            f"{_HOW_TO_MAKE_A_KEY}",
        ) from None


def _fernet(key: str) -> Fernet:
    _require_key(key, source="The secret key")
    return Fernet(key)
