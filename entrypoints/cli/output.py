"""What the commands print: results to standard output, everything else to standard error.

Piped output is never wrapped, shortened or coloured. Text that came from outside can't steer the terminal.
"""

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import get_terminal_size
from textwrap import indent
from typing import TextIO

import typer

from core.errors import KvittError
from entrypoints.cli.layout import table_lines, wrapped
from entrypoints.cli.marks import bold, coloured, coloured_sign, is_standing, marked
from entrypoints.language.at_hand import Language, language_at_hand, translated, translated_document


def use_safe_encoding() -> None:
    """Have what the terminal's or pipe's encoding lacks written as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: object) -> None:
    """Print one result, laid out for reading."""
    typer.echo(_json(document, indent=2))


def print_json_array(documents: Iterable[object]) -> None:
    """Print results as one array, each as soon as it is there, laid out as print_json would."""
    opening = "["
    for document in documents:
        typer.echo(f"{opening}\n{indent(_json(document, indent=2), '  ')}", nl=False)
        opening = ","
    typer.echo("[]" if opening == "[" else "\n]")


def print_json_line(document: object) -> None:
    """Print one of several results: one a line."""
    typer.echo(_json(document))


def _json(document: object, *, indent: int | None = None) -> str:
    """Write a document; bytes that are not UTF-8, which an argument may hold, are written as escapes."""
    told = translated_document(document)
    text = json.dumps(told, ensure_ascii=_is_plain_ascii_safer(), indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(told, indent=indent)
    return text


def show(text: str = "", *, standing: str = "") -> None:
    """Print a line or more of a result that a person reads; on a terminal with the sign of how things stand."""
    typer.echo(coloured_sign(_laid_out(marked(printable(translated(text)), standing), sys.stdout), standing))


def say(text: str) -> None:
    """Print a message to standard error."""
    _say(translated(text))


def _say(told: str) -> None:
    typer.echo(_laid_out(printable(told), sys.stderr), err=True)


def _laid_out(text: str, stream: TextIO) -> str:
    return wrapped(text, terminal_width()) if stream.isatty() else text


def terminal_width() -> int:
    """Return how many columns the terminal has."""
    return get_terminal_size().columns


def say_error(error: KvittError, *, about: str = "") -> None:
    """Tell what is wrong and what to do."""
    told = translated(error.message)
    _say(f"{translated(about)}: {told}" if about and about not in error.message else told)
    if error.hint:
        say(f"  {error.hint}")


_SAID = frozenset({"State", "Outcome", "Result", "Role", "Transfer", "Type", "Payment", "Paid", "From", "How it fares"})
"""The columns whose cells are Kvitt's words; what stands in others came from outside."""


_STANDINGS = frozenset({"State", "Transfer", "Payment", "Paid", "Result"})
"""The columns whose cells say how things stand."""


def print_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    below: Sequence[str] = (),
    is_result: bool = True,
) -> None:
    """Print rows under headers: laid out on a terminal, separated by tabs elsewhere. `right` aligns to the right.

    Where they don't fit beside each other, columns go below their row: those of `below` first, then from the right.
    What is no result (`is_result`) goes to standard error, as messages do.
    """
    stream = sys.stdout if is_result else sys.stderr
    signs = [_signs(headers, row) for row in rows] if stream.isatty() else []
    names = dict(zip(headers, headers, strict=True))
    headers, rows, right = _translated_table(headers, rows, right)
    tidy = [[" ".join(printable(cell).split()) for cell in row] for row in rows]
    if not stream.isatty():
        for row in (headers, *tidy):
            typer.echo("\t".join(row), file=stream)
        return
    names.update(zip(names, headers, strict=True))
    seen: dict[str, str] = {}
    for row, row_signs in zip(tidy, signs, strict=True):
        for place, standing in row_signs.items():
            row[place] = marked(row[place], standing)
            seen[row[place]] = standing
    moving = [names[header] for header in below]
    first, *lines = table_lines(headers, tidy, width=terminal_width(), right=right, below=moving)
    typer.echo(bold(first), file=stream)
    for line in lines:
        for cell, standing in seen.items():
            line = coloured(line, standing, cell)
        typer.echo(line, file=stream)


def _signs(headers: Sequence[str], row: Sequence[str]) -> dict[int, str]:
    """Say of which cells it is known how they stand, before they are translated."""
    return {
        place: cell.partition(":")[0]
        for place, (header, cell) in enumerate(zip(headers, row, strict=True))
        if header in _STANDINGS and is_standing(cell.partition(":")[0])
    }


def _translated_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]
) -> tuple[Sequence[str], Sequence[Sequence[str]], Sequence[str]]:
    if language_at_hand() is Language.ENGLISH:
        return headers, rows, right
    said = [header in _SAID for header in headers]
    cells = [[translated(cell) if is_said else cell for cell, is_said in zip(row, said, strict=True)] for row in rows]
    return [translated(header) for header in headers], cells, [translated(header) for header in right]


@dataclass(frozen=True)
class Progress:
    """Says what is going on: `now` what is at hand, in place of what was said before; `done` what has happened."""

    now: Callable[[str], None]
    done: Callable[[str], None]
    is_watched: bool


@contextmanager
def progress() -> Iterator[Progress]:
    """Give what tells a person who watches standard error how things go; nobody else is told anything."""
    if not sys.stderr.isatty():
        yield Progress(now=lambda _text: None, done=lambda _text: None, is_watched=False)
        return
    from rich.console import Console
    from rich.text import Text

    with Console(file=sys.stderr).status("") as status:
        yield Progress(
            now=lambda text: status.update(Text(printable(translated(text)))),
            done=lambda text: status.console.print(
                Text(_laid_out(printable(translated(text)), sys.stderr)), soft_wrap=True
            ),
            is_watched=True,
        )


@dataclass(frozen=True)
class CountedProgress(Progress):
    """Also shows how far many things have come: how many there are, are over, wait, and were said no to."""

    at: Callable[[int, int, int, int], None]


@contextmanager
def counted_progress(*, quiet: bool) -> Iterator[CountedProgress]:
    """Give a bar to a person who watches standard error; nobody else, or nobody when `quiet`, is told anything."""
    if quiet or not sys.stderr.isatty():
        yield CountedProgress(
            now=lambda _text: None, done=lambda _text: None, is_watched=False, at=lambda *_counts: None
        )
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    console = Console(file=sys.stderr)
    standing = "{task.completed} of {task.total} done, {task.fields[waiting]} waiting, {task.fields[rejected]} rejected"
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(translated(standing), markup=False),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("", total=0, waiting=0, rejected=0)
        yield CountedProgress(
            now=lambda text: bars.update(bar, description=printable(translated(text))),
            done=lambda text: bars.console.print(printable(translated(text)), markup=False, highlight=False),
            is_watched=True,
            at=lambda total, done, waiting, rejected: bars.update(
                bar, total=total, completed=done, waiting=waiting, rejected=rejected
            ),
        )


def how_many(number: int, thing: str) -> str:
    """Write a number of things: 1 invoice, 2 invoices, 2 businesses."""
    plural = f"{thing}es" if thing.endswith("s") else f"{thing}s"
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {plural}"


def printable(text: str) -> str:
    """Return the text with every sign that a terminal would act on, or hide, written as an escape."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else ascii(sign)[1:-1] for sign in text)


def _is_plain_ascii_safer() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") != "utf8"
