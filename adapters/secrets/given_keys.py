"""Secret keys that the operator gives in the environment: what is given stays the operator's to change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adapters.secrets.fernet_secret_box import keys_in


class GivenKeys:
    """One key, or several between white space or commas while they are rotated: the first seals, all open.

    Errors: InvalidInput, code `bad_secret_key`; what was given is never shown.
    """

    is_ours = False

    def __init__(self, given: str) -> None:
        self._keys = keys_in(given, source="The given secret key (KVITT_SECRET_KEY)")

    def __repr__(self) -> str:
        return f"<GivenKeys: {len(self._keys)}>"

    def keys(self) -> list[str]:
        """Return the keys."""
        return list(self._keys)

    def renewed(self) -> Sequence[str] | None:
        """Return None: the environment of a process does not change while it runs."""
        return None

    @contextmanager
    def rotating(self) -> Iterator[None]:
        """Let others do the same: to seal anew with the first key twice does no harm."""
        yield

    def begin(self) -> None:
        """Leave the keys as they are: the new one is the first that was given."""

    def finish(self) -> int:
        """Return 0: the operator takes the old ones away."""
        return 0
