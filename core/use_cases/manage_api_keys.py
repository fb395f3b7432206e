"""Make API keys, list them, and revoke them."""

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from core.api_key import ApiKey, Role, digest_of, prefix_in
from core.audit import Action
from core.auditor import Auditor
from core.errors import InvalidInput, NotFound
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.stored import require_known


class ManageApiKeys:
    """What the operator does with keys. `new_text` makes the text of a key, by chance and no two alike."""

    def __init__(self, *, storage: Storage, clock: Clock, auditor: Auditor, new_text: Callable[[], str]) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._new_text = new_text

    def create(self, name: str, *, business: str | None, role: Role) -> tuple[ApiKey, str]:
        """Make a key for one business, or an administrator's (None), and return it with its text.

        This is the only time that the text is seen: no more than its digest is kept.
        Errors: NotFound for an unknown business; InvalidInput, code `bad_key_name`.
        """
        text = self._new_text()
        prefix = prefix_in(text) or ""
        try:
            key = ApiKey(prefix=prefix, name=name, role=role, business=business, created_at=self._clock.now())
        except ValidationError:
            raise InvalidInput(
                "A key's name is 1 to 50 printable characters, with no space at either end.",
                code="bad_key_name",
                hint="Choose a name that says who uses the key.",
            ) from None
        about = {"business": business, "subject": prefix}
        with self._auditor.refusals(Action.API_KEY_CREATED, **about), self._storage.transaction() as work:
            if business is not None:
                require_known(work, business)
            work.api_keys.add(key, digest=digest_of(text))
            self._auditor.done(work, Action.API_KEY_CREATED, **about)
        return key, text

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """Return keys by prefix, revoked ones too, those after the given one."""
        with self._storage.transaction() as work:
            return work.api_keys.list(limit=limit, after=after)

    def revoke(self, prefix: str) -> ApiKey:
        """Have a key open nothing any more, and return it; revoking it again changes nothing.

        Its whole text will do too.
        Errors: NotFound.
        """
        prefix = prefix_in(prefix) or prefix
        # What is given in place of a prefix may be a part of a key, so a refusal is noted without it.
        with self._auditor.refusals(Action.API_KEY_REVOKED), self._storage.transaction() as work:
            key = work.api_keys.get(prefix)
            if key is None:
                raise NotFound(
                    "There is no API key with this prefix.",
                    code="unknown_api_key",
                    hint="Run api-key list; the prefix is the part of a key between kvitt_ and the next _.",
                )
            if key.revoked_at is not None:
                return key
            work.api_keys.revoke(prefix, now=self._clock.now())
            self._auditor.done(work, Action.API_KEY_REVOKED, business=key.business, subject=prefix)
            return work.api_keys.get(prefix) or key
