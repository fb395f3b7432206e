"""Many things in few reads: a list of ids is cut so that each read stays within the vendor's limits.

Writes are not cut here: whoever writes forms the portions (core/limits.py), because it must know when each call begins.
"""

from collections.abc import Sequence
from typing import TypeVar

IDS_PER_READ = 1000  # docs/24sevenoffice.md, "Searching": order ids; the others are kept alike

Asked = TypeVar("Asked")


def batches(items: Sequence[Asked], size: int) -> list[Sequence[Asked]]:
    """Cut a sequence into pieces of at most this size."""
    return [items[start : start + size] for start in range(0, len(items), size)]
