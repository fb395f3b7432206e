"""`kvitt use`: the business that commands are about when none is named."""

from typing import Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.default_business import VARIABLE, clear_business, default_business, keep_business
from entrypoints.settings import read_settings


def use(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The business.", show_default=False)] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Use none any more.")] = False,
    as_json: AsJson = False,
) -> int:
    """Choose the business for commands that name none.

    Without NAME it shows which one that is. --business goes before it, and so does the variable KVITT_BUSINESS.
    """
    if name and clear:
        raise typer.BadParameter("give a name or --clear, not both.", param_hint="--clear")
    settings = read_settings()
    if name:
        with installation() as container:
            container.look_up().business(name)
        keep_business(settings.home, name)
    elif clear:
        clear_business(settings.home)
    found = default_business(settings)
    if as_json:
        print_json({"business": found.name if found else None, "from": found.origin if found else None})
    elif found:
        show(f"Business: {found.name} ({found.origin})")
        if (name or clear) and found.origin == VARIABLE:
            say(f"The variable {VARIABLE} goes before what is kept: unset it.")
    else:
        say("No business is chosen: each command needs --business NAME. Choose one with: kvitt use NAME")
    return ExitCode.DONE
