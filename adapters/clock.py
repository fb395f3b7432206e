"""What a machine's own clocks say."""

import platform
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OFFSETS = Path("/proc/self/timens_offsets")
# Linux, and macOS, where the latter counts sleep as well; None where there is neither.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


class SystemClock:
    """The machine's wall clock, which anybody may set: for what is compared with other machines' wall clocks."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)


def elapsed() -> timedelta:
    """Return how long the machine has been up, sleep included where it can tell; nobody can set this."""
    nanoseconds = time.monotonic_ns() if _RUNNING is None else time.clock_gettime_ns(_RUNNING)
    return timedelta(microseconds=nanoseconds // 1000)


@cache
def boot() -> str:
    """Return what names the present run of the machine: processes that are told the same share `elapsed`.

    Containers of one host are told the same, unless they were given a time of their own. Where a machine can't tell,
    each process is taken for a machine of its own.
    """
    try:
        return _short(_BOOT_ID.read_text() + _read_shift())
    except OSError:
        return _short(_ask_for_boot_session() or uuid.uuid4().hex)


@dataclass(frozen=True)
class MachineClocks:
    """The clocks of a machine, each as something to read; a simulation has its own."""

    wall: Callable[[], datetime] = field(default=SystemClock().now)
    elapsed: Callable[[], timedelta] = elapsed
    boot: Callable[[], str] = boot


def _read_shift() -> str:
    """Return by how much a container's clocks are shifted against the machine's, as the kernel puts it, or ""."""
    try:
        offsets = _OFFSETS.read_text().split()
    except OSError:  # a kernel without
        return ""
    return " ".join(offsets) if any(offset.lstrip("-").isdigit() and int(offset) for offset in offsets) else ""


def _ask_for_boot_session() -> str | None:
    if platform.system() != "Darwin":
        return None
    asked = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def _short(text: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, text).hex
