"""Who calls, and when: what judging an answer needs to know besides the answer."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Context:
    """`now` is in UTC. `secrets` are hidden wherever a text of the vendor's is shown or logged."""

    now: datetime
    secrets: tuple[str, ...] = field(default=(), repr=False)
