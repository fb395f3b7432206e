"""Secrets kept so that only this installation can read them."""

from pathlib import Path

from adapters.secrets.fernet_secret_box import FernetSecretBox
from adapters.secrets.keys import GivenKeys, KeyFile

__all__ = ["FernetSecretBox", "GivenKeys", "KeyFile", "secret_box_with", "secret_keys_of"]


def secret_keys_of(home: Path, given: str | None) -> KeyFile | GivenKeys:
    """Return the keys that were given, or else those of the installation's own key file."""
    return KeyFile(home) if given is None else GivenKeys(given)


def secret_box_with(keys: KeyFile | GivenKeys) -> FernetSecretBox:
    """Return a box with these keys that follows their changes."""
    return FernetSecretBox(keys.keys(), renewed=keys.renewed)
