"""Being the only process at a file, for as long as that takes; a process that dies holds nobody up."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_at(file: Path, *, waits: bool = True) -> Iterator[None]:
    """Keep other processes that ask for it from the file, by a lock beside it, for the length of the block.

    Errors: BlockingIOError where another one is at it and this one does not wait; OSError.
    """
    lock = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
