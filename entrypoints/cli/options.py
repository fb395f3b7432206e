"""Options that several commands have."""

import os
import sys
from pathlib import Path
from typing import Annotated, TypeVar

import typer

STANDARD_INPUT = Path("-")

Files = TypeVar("Files", Path, list[Path])


def existing(files: Files) -> Files:
    """Return the file or files if they are there; a usage error otherwise. `-` is standard input."""
    for file in files if isinstance(files, list) else [files]:
        # os.path knows that what can be no name, such as one that is too long, is there no more than others.
        if file != STANDARD_INPUT and (not os.path.exists(file) or os.path.isdir(file)):
            raise typer.BadParameter(f"there is no file {os.fsencode(file).decode(errors='replace')}")
    return files


def existing_or_none(file: Path | None) -> Path | None:
    """Return the file, where one is given, if it is there; a usage error otherwise. `-` is standard input."""
    return existing(file) if file else None


_ONLY_READING = frozenset({"list", "show", "preview", "status", "history", "tail"})
"""Commands that need not say on which business they fell back: nothing comes of a mistake."""


def _named_or_default(context: typer.Context, name: str | None) -> str | None:
    """Return the business that is named, or the one to fall back on, and tell whoever watches which that is.

    A usage error where there is neither.
    """
    if name is not None or context.resilient_parsing:
        return name
    from entrypoints.cli.output import say
    from entrypoints.default_business import default_business
    from entrypoints.settings import read_settings

    found = default_business(read_settings())
    if found is None:
        raise typer.BadParameter(
            "name the business, or choose one for good with kvitt use NAME.", param_hint="--business"
        )
    if sys.stderr.isatty() and context.info_name not in _ONLY_READING:
        say(f"Business: {found.name} ({found.origin})")
    return found.name


AsJson = Annotated[bool, typer.Option("--json", help="Print only the result, as JSON.")]
BusinessName = Annotated[
    str,
    typer.Option(
        "--business",
        metavar="NAME",
        help="The business, by its name; otherwise that of KVITT_BUSINESS or kvitt use.",
        callback=_named_or_default,
        default_factory=lambda: None,
        show_default=False,
    ),
]
InvoiceNumber = Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")]
EveryInvoice = Annotated[bool, typer.Option("--all", help="Every invoice of the business that it applies to.")]
InvoiceNumbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", help="The invoices' numbers.", show_default=False)
]


NumberFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        callback=existing_or_none,
        help="A file with more invoice numbers, one per line; - is standard input. Blank lines and lines that start "
        "with # are skipped.",
        show_default=False,
    ),
]


def require_numbers_or_all(numbers: list[str] | None, *, every: bool, file: Path | None = None) -> list[str]:
    """Return the numbers, each once, in the order given; a usage error unless there are numbers, a file or --all."""
    if every == bool(numbers or file):
        raise typer.BadParameter("Give the numbers of invoices, or --all.", param_hint="NUMBER")
    return list(dict.fromkeys(numbers or ()))
