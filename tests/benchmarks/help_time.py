"""How much CPU `kvitt --help` takes."""

import resource
import statistics
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import Figures


def cpu_seconds(*arguments: str) -> float:
    """Run `kvitt` with these arguments and return the CPU time, in seconds, of its process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(Path(sys.executable).with_name("kvitt")), *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def report(figures: Figures) -> None:
    """Measure the median of nine runs."""
    figures.title("Starting")
    figures.limit("CPU of kvitt --help", statistics.median(cpu_seconds("--help") for _ in range(9)), 0.4, unit=" s")
