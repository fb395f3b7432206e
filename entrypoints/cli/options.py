"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, TypeVar

import typer

STANDARD_INPUT = Path("-")

Files = TypeVar("Files", Path, list[Path])


def existing(files: Files) -> Files:
    """Return the file or files if they are there; a usage error otherwise. `-` is standard input."""
    for file in files if isinstance(files, list) else [files]:
        if file != STANDARD_INPUT and (not file.exists() or file.is_dir()):
            raise typer.BadParameter(f"there is no file {file}")
    return files


AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]
BusinessName = Annotated[str, typer.Option("--business", metavar="NAME", help="The business, by its name.")]
InvoiceNumber = Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")]
EveryInvoice = Annotated[bool, typer.Option("--all", help="All of the business's invoices for which it makes sense.")]
InvoiceNumbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", help="The invoices' numbers.", show_default=False)
]


def require_numbers_or_all(numbers: list[str] | None, *, every: bool) -> list[str]:
    """Return the numbers, each once, in the order given; a usage error unless there are numbers or --all."""
    if every == bool(numbers):
        raise typer.BadParameter("Give the numbers of invoices, or --all.", param_hint="NUMBER")
    return list(dict.fromkeys(numbers or ()))
