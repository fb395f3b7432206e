"""An answer kept under the caller's own key, so that a request sent twice is carried out once."""

from collections.abc import Mapping
from datetime import timedelta

from core.fields import Document

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept after its key was claimed."""

STALE_AFTER = timedelta(minutes=5)
"""After which a request that has no answer is taken to have died: none takes so long."""


class KeptAnswer(Document):
    """What was answered under a key; `status` is None while the first request is still at work.

    `fingerprint` tells whether a later request is the same.
    """

    fingerprint: str
    status: int | None = None
    headers: Mapping[str, str] = {}
    body: str = ""
