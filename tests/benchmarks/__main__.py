"""Run every benchmark and print its figures."""

from tests.benchmarks import help_time, single_send


def main() -> None:
    """Print all figures of one run."""
    help_time.report()
    single_send.report()


main()
