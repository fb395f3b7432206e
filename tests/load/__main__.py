"""Run the load test for two minutes and print its figures. Exits with 1 when something is not as it must be."""

import sys

from tests.load.load import load

SECONDS = 120


def main() -> int:
    """Run it."""
    outcome = load(SECONDS)
    faults = outcome.faults(memory=True)
    print("\n".join([*outcome.lines(), *(f"NOT SO: {fault}" for fault in faults)]))  # noqa: T201 - figures are printed
    return 1 if faults else 0


sys.exit(main())
