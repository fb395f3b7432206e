"""Rotate the secret key: a new key, everything sealed with it, and only then no old key any more.

Each step can be broken off: as long as anything may be sealed with an old key, that key is there to open it.
"""

from core.audit import Action
from core.auditor import Auditor
from core.fields import Document
from core.ports.secret_box import Resealed, SealedTexts, SealingKeys
from core.ports.storage import Storage


class Rotation(Document):
    """What a rotation did. `given`: the keys are the operator's, who changes them; nothing was dropped then."""

    given: bool
    resealed: int
    dropped_keys: int
    unreadable: tuple[str, ...] = ()
    unreadable_webhooks: tuple[str, ...] = ()


class RotateSecret:
    """Rotates the key of an installation, also while others work with it."""

    def __init__(self, *, keys: SealingKeys, sealed: SealedTexts, storage: Storage, auditor: Auditor) -> None:
        self._keys = keys
        self._sealed = sealed
        self._storage = storage
        self._auditor = auditor

    def rotate(self) -> Rotation:
        """Do it, or go on with a rotation that was broken off.

        What no key opens is left as it is and named: no old key would have helped.
        Errors: TryAgain, code `rotation_running`, or `storage_busy`; then doing it again goes on with it.
        """
        with self._keys.rotating():
            self._keys.begin()
            done: Resealed = self._sealed.reseal()
            dropped = self._keys.finish()
            with self._storage.transaction() as work:
                self._auditor.done(work, Action.KEYS_ROTATED)
        return Rotation(
            given=not self._keys.is_ours,
            resealed=done.count,
            dropped_keys=dropped,
            unreadable=done.unreadable,
            unreadable_webhooks=done.unreadable_webhooks,
        )
