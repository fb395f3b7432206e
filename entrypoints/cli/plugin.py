"""`kvitt plugin`: the accounting systems that there are plugins for."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from entrypoints.abilities_told import abilities_document, told_of
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.language.at_hand import translated
from plugins.catalogue import ListedPlugin, listed
from plugins.manager import find_plugins
from plugins.new_plugin import distribution_of, write_plugin
from plugins.settings import Setting

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 40
_GUIDE = "What comes next is in docs/writing-a-plugin.md in Kvitt's repository."
_MEND = "Fix, update or uninstall it. Everything else goes on working."


def list_(as_json: AsJson = False) -> int:
    """List the plugins, the settings that each needs, and what each can do."""
    plugins = listed(find_plugins())
    if as_json:
        print_json([_document(plugin) for plugin in plugins])
        return ExitCode.DONE
    for plugin in plugins:
        if plugin.raised is None:
            _tell(plugin)
    for plugin in plugins:
        if plugin.raised is not None:
            say(f"{plugin.name}{_brought_by(plugin)} is broken and can't be used: {plugin.raised}")
            say(f"  {_MEND}")
    return ExitCode.DONE


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The accounting system's name: letters, digits, hyphens.")
    ],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="FOLDER", help="The folder to create; kvitt-NAME if left out.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Start a new plugin: its tests say what is left to write."""
    _require_free_name(name)
    distribution = distribution_of(name)
    place = folder or Path(distribution)
    files = write_plugin(name, place)
    if as_json:
        document = {"name": name, "distribution": distribution, "folder": str(place)}
        print_json({**document, "files": [file.as_posix() for file in files]})
        return ExitCode.DONE
    show(f"Wrote the plugin {distribution} to {place}:")
    for file in files:
        show(f"  {file.as_posix()}")
    say(f'Install it there with pip install -e ".[test]", then run pytest: every failure says what to write.\n{_GUIDE}')
    return ExitCode.DONE


def _require_free_name(name: str) -> None:
    """Let a name pass that can be a package's and is no plugin's yet; a usage error otherwise."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise typer.BadParameter(
            f"This can't be a plugin's name: use lower-case letters, digits and single hyphens, at most "
            f"{_LONGEST_NAME}, such as my-ledger.",
            param_hint="NAME",
        )
    if name.startswith("kvitt-"):
        raise typer.BadParameter(f"Leave out kvitt-: the plugin {name} would be kvitt-{name}.", param_hint="NAME")
    there = find_plugins()
    if name in there.names or there.broken_for(name):
        raise typer.BadParameter(f"There is a plugin {name} already (see plugin list).", param_hint="NAME")


def _tell(plugin: ListedPlugin) -> None:
    show(f"{plugin.name}{_brought_by(plugin)}")
    for setting in plugin.settings:
        described = f": {setting.description}" if setting.description else ""
        show(f"  {setting.name} ({_demand(setting)}){described}")
    for label, values in told_of(plugin.abilities) if plugin.abilities else ():
        show(f"  {translated(label)}: {', '.join(map(translated, values))}")


def _demand(setting: Setting) -> str:
    return ("required" if setting.required else "optional") + (", secret" if setting.secret else "")


def _brought_by(plugin: ListedPlugin) -> str:
    return f" ({plugin.distribution} {plugin.version})" if plugin.distribution else ""


def _document(plugin: ListedPlugin) -> dict[str, Any]:
    broken = {"code": "broken_plugin", "message": plugin.raised, "hint": _MEND}
    return {
        "name": plugin.name,
        "version": plugin.version,
        "distribution": plugin.distribution,
        "settings": [
            {
                "name": setting.name,
                "required": setting.required,
                "secret": setting.secret,
                "description": setting.description,
            }
            for setting in plugin.settings
        ],
        "abilities": plugin.abilities and abilities_document(plugin.abilities),
        "error": None if plugin.raised is None else broken,
    }
