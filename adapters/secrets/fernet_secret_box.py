"""Seal text with Fernet keys: encrypted, and refused when it was tampered with.

Where the keys come from is told elsewhere.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors import InvalidInput

_HOW_TO_MAKE_A_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class FernetSecretBox:
    """A secret box with one or more keys: the first one seals, each of them opens.

    Errors: InvalidInput, code `bad_secret_key`, when one of them is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([_fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """Return the text, encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Errors: InvalidInput, code `secret_key_changed`, when none of the keys opens it.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise InvalidInput(
                "What is stored was encrypted with another secret key than the present one.",
                code="secret_key_changed",
                hint="Give the former key back (KVITT_SECRET_KEY, or secret.key in KVITT_HOME).",
            ) from None


def require_key(key: str, *, source: str) -> str:
    """Return the key without surrounding white space; `source` says where it was found.

    Errors: InvalidInput, code `bad_secret_key`; the key itself is never shown.
    """
    key = key.strip()
    try:
        Fernet(key)
    except ValueError:
        raise InvalidInput(
            f"{source} is not a Fernet key.", code="bad_secret_key", hint=f"Make one with: {_HOW_TO_MAKE_A_KEY}"
        ) from None
    return key


def _fernet(key: str) -> Fernet:
    return Fernet(require_key(key, source="The secret key"))
