"""Run every benchmark, print its figures, and write them to docs/benchmarks.md. Exits with 1 when a limit is missed."""

import sys

from tests.benchmarks import (
    adding,
    delivering,
    growth,
    help_time,
    listing,
    pages,
    serving,
    side_by_side,
    single_send,
    three_ways,
)
from tests.benchmarks.figures import Figures


def main() -> int:
    """Run them all."""
    figures = Figures()
    side_by_side.report(figures)
    three_ways.report(figures)
    three_ways.report_memory(figures)
    three_ways.report_events(figures)
    single_send.report(figures)
    serving.report(figures)
    adding.report(figures)
    growth.report(figures)
    listing.report(figures)
    pages.report(figures)
    delivering.report(figures)
    help_time.report(figures)
    figures.write()
    return 1 if figures.missed else 0


sys.exit(main())
