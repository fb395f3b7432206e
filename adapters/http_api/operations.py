"""An operation of an API over HTTP, whoever's it is."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class HttpOperation:
    """One method of one path. `path` may have ids in braces; `doing` completes "the vendor, ...".

    `by_item`: it reads records that have nothing to do with each other, so that one that is broken keeps no other from
    being read.
    """

    method: str
    path: str
    doing: str
    writes: bool = False
    by_item: bool = False
    vendor: ClassVar[str]

    @property
    def where(self) -> str:
        """Where trouble with this operation happens, as messages say it."""
        return f"{self.vendor}, {self.doing}"

    @property
    def is_always_there(self) -> bool:
        """Whether it reads what every company has, such as a listing: where it is not found, the address is wrong."""
        return not self.writes and "{" not in self.path

    @property
    def name(self) -> str:
        """The operation as the vendor's documentation names it."""
        return f"{self.method} {self.path}"
