"""Figures: printed as they come, checked against their limits, and written to docs/benchmarks.md at the end."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_PACKAGES = ("zeep", "sqlalchemy", "dbos", "litestar", "pydantic")


@dataclass
class Figures:
    """What a run of the benchmarks has measured. `missed` names the limits that were not kept."""

    sections: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Print a line and add it to the page."""
        print(line, flush=True)
        self.sections.append(line)

    def title(self, text: str) -> None:
        """Begin a section."""
        self.say(f"\n## {text}\n")

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table."""
        lines = [headers, ["---"] * len(headers), *rows]
        self.say("\n".join(f"| {' | '.join(line)} |" for line in lines))

    def limit(self, what: str, figure: float, most: float, *, unit: str = "") -> None:
        """Say whether a figure stays within its limit."""
        kept = figure <= most
        self.say(f"- {'ok' if kept else '**MISSED**'}: {what}: {_shown(figure)}{unit} (at most {most:,g}{unit})")
        if not kept:
            self.missed.append(what)

    def least(self, what: str, figure: float, least: float, *, unit: str = "") -> None:
        """Say whether a figure reaches its limit."""
        kept = figure >= least
        self.say(f"- {'ok' if kept else '**MISSED**'}: {what}: {_shown(figure)}{unit} (at least {least:,g}{unit})")
        if not kept:
            self.missed.append(what)

    def write(self) -> None:
        """Write the page."""
        packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        PAGE.write_text(
            "# Benchmarks\n\n"
            "Made by `make bench`, which measures everything side by side in one run, against the sandbox in another\n"
            "process. The machines are noisy: counts and ratios count, not bare seconds.\n\n"
            f"This page: {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"{packages}.\n" + "\n".join(self.sections) + "\n"
        )


def _shown(figure: float) -> str:
    """Write a count as it is, and what is no count with three digits."""
    return f"{figure:,.0f}" if figure == int(figure) else f"{figure:,.3g}"
