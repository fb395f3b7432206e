"""Worker processes: run to their end, or killed at a point of one's choosing."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.attack.installation import BUSINESS, Installation

RENEWALS = 3
"""On a slow machine the lease is renewed so many times more than on a fast one, at most."""

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120


def launched(installation: Installation, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a worker process to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.attack.launcher", BUSINESS, *options],
        env=installation.environment,
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def killed(installation: Installation, *options: str) -> None:
    """Run a worker process, and see that it was killed."""
    run = launched(installation, *options)
    assert run.returncode == -signal.SIGKILL, run.stdout + run.stderr
