"""The secret key: the one that was given, else the one kept in the data folder, made on first run."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from adapters.secrets.fernet_secret_box import require_key
from core.errors import InvalidInput

_FILE_NAME = "secret.key"


def secret_key(home: Path, given: str | None) -> str:
    """Return the key that was given, or else the installation's own, made when there is none yet.

    Processes that start at once get the same key. The file and a folder made for it are for their owner alone.
    Errors: InvalidInput, code `bad_secret_key` when it is not a Fernet key (its value is never shown), or
    `no_secret_key` when the file can be neither read nor made.
    """
    if given is not None:
        return require_key(given, source="The given secret key (KVITT_SECRET_KEY)")
    file = home / _FILE_NAME
    try:
        if not file.exists():
            _make(file)
        kept = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(
            f"The secret key can't be kept in {file}: {error.strerror}.",
            code="no_secret_key",
            hint="See that KVITT_HOME is a folder that can be written, or give a key in KVITT_SECRET_KEY.",
        ) from error
    return require_key(kept, source=f"What the file {file} holds")


def _make(file: Path) -> None:
    """Write a new key beside the file, then give it the file's name, unless another process was first.

    Linking is what makes it safe: the name appears at once with the whole key, and never replaces another.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{_FILE_NAME}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(Fernet.generate_key() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
