"""Kvitt's commands in processes of their own, run from this checkout."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-c", "from entrypoints.cli.main import main; main()")
_PATIENCE_SECONDS = 60


@contextmanager
def running(
    environment: Mapping[str, str], *arguments: str, said: IO[str] | None = None, descriptors: int | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """Run a command for the length of the block, then tell it to stop.

    All that it says goes to `said`; when not given, standard output is piped and standard error dropped.
    `descriptors`: how many it may have open, where that is fewer than this process may.
    """
    limited = ["sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh"] if descriptors else []
    with subprocess.Popen(
        [*limited, *COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=said or subprocess.PIPE,
        stderr=said or subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


@contextmanager
def serving(environment: Mapping[str, str]) -> "Iterator[tuple[str, subprocess.Popen[str]]]":
    """Run `kvitt serve` on a free port of loopback for the length of the block; its address, and the process."""
    with running(environment, "serve", "--port", "0") as process:
        assert process.stdout is not None
        address = next((found[0] for line in process.stdout if (found := re.search(r"http://[\w.:]+", line))), None)
        assert address, "kvitt serve ended before it listened"
        yield address, process
