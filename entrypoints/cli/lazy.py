"""Commands whose modules are imported only when they are called.

What a listing of commands needs, its name and its line, is said where it is listed: a module that does something costs
up to a second to import, and the help of a group would import them all.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class LazyCommand(TyperCommand):
    """Stands for a command, a function in a module of this package, until it is called; `line` tells of it.

    Its name is the function's; what sets that apart from other names in its module, an underscore at its end, is left
    off.
    """

    def __init__(self, module: str, function: str, line: str) -> None:
        super().__init__(name=function.rstrip("_"), help=line, rich_markup_mode=None)
        self.module = module
        self._function = function

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Have the command itself read its arguments.

        What comes of it is that command's context, and with that typer's groups and shell completion go on.
        """
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> TyperCommand:
        """Import the command."""
        app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        app.command(self.name)(getattr(import_module(f"{__package__}.{self.module}"), self._function))
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)  # noqa: S101 - what typer makes of one function
        return command


def group_of(name: str, line: str, commands: Mapping[str, str]) -> TyperGroup:
    """Make a group of the commands in the module of its name: their functions, and the lines that tell of them."""
    module = name.replace("-", "_")
    return TyperGroup(
        name=name,
        help=line,
        commands=[LazyCommand(module, function, told) for function, told in commands.items()],
        no_args_is_help=True,
        rich_markup_mode=None,
    )
