"""The command line, all of it: its commands in the order of the help, and the line that tells of each.

A line is the first sentence of the docstring of the function that is the command.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from entrypoints.language.at_hand import translated


class LazyCommand(TyperCommand):
    """Stands for a command, a function in a module of this package, until it is called; `line` tells of it.

    Its name is the function's; what sets that apart from other names in its module, an underscore at its end, is left
    off; another is a hyphen.
    """

    def __init__(self, module: str, function: str, line: str) -> None:
        super().__init__(name=function.rstrip("_").replace("_", "-"), help=line, rich_markup_mode=None)
        self.module = module
        self._function = function

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Have the command itself read its arguments.

        What comes of it is that command's context, and with that typer's groups and shell completion go on.
        """
        return self.loaded().make_context(info_name, args, parent, **extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that tells of it; cut to the limit in English alone, for what is cut can't be translated."""
        line = self.help or ""
        return super().get_short_help_str(limit) if (said := translated(line)) == line else said

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


_COMMANDS = {
    "demo": "Follow an invoice all the way, on a sandbox.",
    "connect": "Connect a business by answering questions.",
    "serve": "Run the HTTP API, with a built-in worker.",
    "console": "Open the console, signed in by a link that works once.",
    "worker": "Run a worker alone, without the HTTP API.",
    "sandbox": "Run a stand-in for 24SevenOffice and Tripletex.",
    "doctor": "Check the installation, and say what to fix.",
    "config": "Show the settings, and where each comes from.",
    "use": "Choose the business for commands that name none.",
    "audit": "Show who did what and how it ended, newest first.",
    "backup": "Back up the database into a file, while everything runs.",
    "restore": "Check a backup of SQLite, and say how to put it back.",
    "recover": "After restoring a backup: find what was sent since.",
}
"""Each is a function of its name in the module of its name."""

_GROUPS = [
    group_of(
        "business",
        "Connect businesses to their accounting systems.",
        {
            "add": "Add a business, or store one again as a whole.",
            "set_": "Change just the settings that are named.",
            "list_": "List the businesses.",
            "show_": "Show a business's settings, without secrets.",
            "verify": "Test a business's connection; writes nothing.",
            "export": "Export all that is kept of a business, except its secrets.",
            "erase": "Erase a business: its secrets and all personal data.",
        },
    ),
    group_of(
        "invoice",
        "Add, preview and send invoices, and check whether they are paid.",
        {
            "add": "Store invoices, replacing unsent ones with the same number.",
            "template": "Write a CSV or XLSX table to fill in with invoices.",
            "list_": "List a business's invoices, by number.",
            "show_": "Show an invoice as it was added.",
            "history": "Show all that happened to an invoice, oldest first.",
            "delete": "Delete invoices that have no order.",
            "preview": "Show the customer and the order that a send would write.",
            "send": "Send invoices; one that is sent twice is still one order.",
            "withdraw": "Withdraw invoices whose orders are not published.",
            "credit": "Credit a sent invoice, in full or in part.",
            "adopt": "Match an existing order to its invoice.",
            "status": "Check Status: ask whether invoices are paid.",
        },
    ),
    group_of(
        "customer",
        "Choose a customer's record in the accounting system.",
        {
            "link": "Link an invoice's customer to a record.",
            "unlink": "Forget which record an invoice's customer is.",
        },
    ),
    group_of(
        "transfer",
        "See what became of sent invoices; retry or cancel them.",
        {
            "list_": "List transfers, oldest first.",
            "show_": "Show where a transfer stands, and each step so far.",
            "retry": "Retry waiting, rejected or cancelled transfers now.",
            "cancel": "Cancel transfers that have not begun to create an order.",
        },
    ),
    group_of(
        "events",
        "See what happened, now and as it happens.",
        {
            "list_": "List what happened to a business and its invoices.",
            "tail": "Follow what happens, line by line, until you stop it.",
        },
    ),
    group_of(
        "plugin",
        "Plugins, one for each accounting system.",
        {
            "list_": "List the plugins, the settings that each needs, and what each can do.",
            "new": "Start a new plugin: its tests say what is left to write.",
        },
    ),
    group_of(
        "api-key",
        "API keys: who may use the HTTP API, and for what.",
        {
            "create": "Create a key and show it once; it can't be read back.",
            "list_": "List all keys by prefix, revoked ones too.",
            "revoke": "Revoke a key.",
        },
    ),
    group_of(
        "user",
        "Users: who may use the console, and for which businesses.",
        {
            "add": "Add a user of the console.",
            "list_": "List the users, disabled ones too.",
            "set_": "Change a user's e-mail address.",
            "grant": "Give a user a role for businesses, or for everything.",
            "revoke": "Take a user's role for businesses, or for everything, away.",
            "link": "Make a link that signs a user in, once, within 15 minutes.",
            "set_password": "Set a user's password, and end the user's sessions.",
            "disable": "Let a user in no more, and end the user's sessions.",
            "enable": "Let a user in again.",
        },
    ),
    group_of(
        "notify",
        "Tell people what needs them, by e-mail, Slack and the like.",
        {
            "test": "Send a try-out to whoever is told of what needs a person.",
        },
    ),
    group_of(
        "webhook",
        "Webhooks: addresses that events are sent to as they happen.",
        {
            "add": "Add a webhook, and show its secret this once.",
            "list_": "List the webhooks.",
            "show_": "Show a webhook, and how it fares.",
            "set_": "Change a webhook's address or types.",
            "test": "Send a signed example to a webhook, and show the answer.",
            "rotate_secret": "Make a new secret, and show it once.",
            "disable": "Send a webhook nothing until it is enabled.",
            "enable": "Send events to a webhook that was disabled.",
            "remove": "Remove a webhook.",
            "deliveries": "List what was sent to a webhook, newest first.",
            "resend": "Send events to a webhook again, in their order.",
        },
    ),
    group_of(
        "secret",
        "The key that encrypts secrets.",
        {
            "rotate": "Encrypt all secrets with a new key.",
        },
    ),
]
"""Their commands are the functions of these names in the module of the group's name."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # every start of the program would pay for it

        typer.echo(f"kvitt {version('kvitt')}")
        raise typer.Exit


def _everything(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Options of `kvitt` itself."""


def _kvitt() -> TyperGroup:
    # Plain help: it is printed in half the time of rich's, and stays readable when it is piped.
    app = typer.Typer(
        name="kvitt",
        help="Kvitt sends invoices to the accounting system, each exactly once, and tells you whether they are paid.",
        epilog="Every command takes --json. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 temporary or "
        "not finished, 4 no access to the accounting system.",
        callback=_everything,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    kvitt = typer.main.get_command(app)  # unlike get_group it brings the options for shell completion along
    assert isinstance(kvitt, TyperGroup)  # noqa: S101 - what typer makes of an app with a callback
    for command in (*(LazyCommand(name, name, line) for name, line in _COMMANDS.items()), *_GROUPS):
        kvitt.add_command(command)
    return kvitt


KVITT = _kvitt()
"""The whole command line."""
