"""Secrets kept so that only this installation can read them."""

from adapters.secrets.fernet_secret_box import FernetSecretBox
from adapters.secrets.key_file import secret_key

__all__ = ["FernetSecretBox", "secret_key"]
