"""`kvitt plugin`: the accounting systems that there are plugins for."""

from typing import Any

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from plugins.listing import ListedPlugin, listed
from plugins.manager import find_plugins
from plugins.settings import Setting

_MEND = "Mend, update or uninstall it. Everything else works meanwhile."


def list_(as_json: AsJson = False) -> int:
    """List the plugins: name, version, and what a business must tell each; broken ones with what they raised."""
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


def _tell(plugin: ListedPlugin) -> None:
    show(f"{plugin.name}{_brought_by(plugin)}")
    for setting in plugin.settings:
        described = f": {setting.description}" if setting.description else ""
        show(f"  {setting.name} ({_demand(setting)}){described}")


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
        "error": None if plugin.raised is None else broken,
    }
