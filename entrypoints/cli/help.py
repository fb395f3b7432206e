"""Help in the language at hand: what typer lays out is translated where it is laid out."""

from collections.abc import Sequence

from typer.core import TyperCommand

from entrypoints.language.at_hand import translated

_Context = TyperCommand.context_class


class TranslatedHelp(_Context.formatter_class):  # type: ignore[misc, name-defined]
    """Lays help out as typer does; headings, paragraphs and what is said of options and commands are translated."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        super().write_usage(prog, args, translated(prefix or "Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write what stands over a list."""
        super().write_heading(translated(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text("\n\n".join(translated(" ".join(part.split())) for part in text.split("\n\n")))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands, each with what it is for."""
        super().write_dl([(name, translated(told)) for name, told in rows], col_max, col_spacing)


def translate_help() -> None:
    """Have all help laid out by TranslatedHelp: typer leaves no other way to name it for every command."""
    _Context.formatter_class = TranslatedHelp
