"""What tells a file from every copy of it: its number in the file system, and the instant at which it was made.

The number alone is given again: the copy of a file that was removed may get it. When a file was made is no copying
program's to say. Python does not tell it on Linux, so the C library is asked; where there is none to ask, or the file
system does not know, the number has to do.
"""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

_HERE, _EMPTY_PATH = -100, 0x1000  # linux/fcntl.h: AT_FDCWD, and AT_EMPTY_PATH for the descriptor itself
_BIRTH = 0x800  # linux/stat.h: STATX_BTIME
_STATX_BYTES = 256
_MASK, _SECONDS, _NANOSECONDS = slice(0, 4), slice(80, 88), slice(88, 92)  # of struct statx


def identity_of(file: Path | int) -> str:
    """Return the identity of a file, by its path or its open descriptor. Errors: OSError.

    By its path a file is not opened: closing one of SQLite's would give up the locks that this process holds on it.
    """
    found = os.stat(file)
    made_at = getattr(found, "st_birthtime", None) or _told_by_linux(file)
    return f"{found.st_ino} {made_at}" if made_at else str(found.st_ino)


def _told_by_linux(file: Path | int) -> str | None:
    answer = ctypes.create_string_buffer(_STATX_BYTES)
    by_path = (_HERE, os.fsencode(file), 0) if isinstance(file, Path) else (file, b"", _EMPTY_PATH)
    with suppress(OSError, AttributeError):
        failed = ctypes.CDLL(None).statx(*by_path, _BIRTH, answer)
        mask, seconds, nanoseconds = (
            int.from_bytes(answer.raw[where], "little") for where in (_MASK, _SECONDS, _NANOSECONDS)
        )
        if not failed and mask & _BIRTH:
            return f"{seconds}.{nanoseconds:09}"
    return None
