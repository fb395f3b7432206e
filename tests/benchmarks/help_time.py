"""How much CPU `kvitt --help` takes."""

import resource
import statistics
import subprocess
import sys
from pathlib import Path

LIMIT_SECONDS = 0.4


def cpu_seconds(*arguments: str) -> float:
    """Run `kvitt` with these arguments and return the CPU time, in seconds, of its process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(Path(sys.executable).with_name("kvitt")), *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def report() -> None:
    """Print the median of nine runs beside that of a bare interpreter."""
    runs = [cpu_seconds("--help") for _ in range(9)]
    median = statistics.median(runs)
    print(f"kvitt --help: {median:.3f} s of CPU (median of {len(runs)}; the limit is {LIMIT_SECONDS} s)")
