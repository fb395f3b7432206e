"""The command line, all of it: its commands in the order of the help, and the line that tells of each.

A line is the first sentence of the docstring of the function that is the command.
"""

from typing import Annotated

import typer
from typer.core import TyperGroup

from entrypoints.cli.lazy import LazyCommand, group_of

_COMMANDS = {
    "demo": "Show the whole way of an invoice.",
    "serve": "Serve the HTTP API, with a worker inside.",
    "worker": "Work off transfers, without the HTTP API, until told to stop.",
    "sandbox": "Run a stand-in for 24SevenOffice.",
    "doctor": "Check the installation, and say what to mend.",
    "audit": "Show the audit trail, the oldest entry first: who did what, and how it ended.",
    "recover": "After a backup was put back: tie the orders that are there to their invoices, then let sending go on.",
}
"""Each is a function of its name in the module of its name."""

_GROUPS = [
    group_of(
        "business",
        "Businesses, and how their books are reached.",
        {
            "add": "Store a business, new or changed.",
            "list_": "List the businesses.",
            "show_": "Show a business's settings; secrets are left out.",
            "verify": "Try the connection, writing nothing.",
            "export": "Write out all that is kept of a business, but its secrets.",
            "erase": "Erase a business: its secrets, and all that it holds of people.",
        },
    ),
    group_of(
        "invoice",
        "Invoices: add, preview, send, check whether they are paid.",
        {
            "add": "Store invoices, complete or not, in place of unsent ones of the same number.",
            "template": "Write a table to fill in with invoices, a heading for every column.",
            "list_": "List a business's invoices, by number.",
            "show_": "Show an invoice as its source stated it.",
            "preview": "Show what a send would do: the customer, and the order exactly as it would be written.",
            "send": "Send invoices to the accounting system; sending one twice is one transfer and one order.",
            "adopt": "Say that an order is the invoice's.",
            "status": "Check Status: ask the accounting system whether invoices are paid.",
        },
    ),
    group_of(
        "customer",
        "Who a customer is in the accounting system.",
        {
            "link": "Say that the customer of an invoice is this record.",
        },
    ),
    group_of(
        "transfer",
        "Transfers: what became of invoices that were sent.",
        {
            "list_": "List transfers, the oldest first.",
            "show_": "Tell the story of a transfer: where it stands, and what happened to it step by step.",
            "retry": "Try waiting or rejected transfers again now, and print them as they stand after that.",
            "cancel": "Take back transfers that have not begun to create their orders.",
        },
    ),
    group_of(
        "plugin",
        "Accounting systems, each a plugin.",
        {
            "list_": "List the plugins: name, version, and what a business must tell each; broken ones with what they "
            "raised.",
            "new": "Write a plugin's skeleton into a new folder: it installs, and its tests say what is left to write.",
        },
    ),
    group_of(
        "api-key",
        "API keys: who may use the HTTP API, and for what.",
        {
            "create": "Make a key, and show it this once: it can't be read back.",
            "list_": "List the keys, those that were revoked too, by their prefixes.",
            "revoke": "Have a key open nothing any more.",
        },
    ),
    group_of(
        "secret",
        "The key that seals secrets.",
        {
            "rotate": "Seal all secrets with a new key.",
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
        help="Kvitt moves invoices into the accounting system, each exactly once, and tells whether they are paid.",
        epilog="Every command takes --json. Exit codes: 0 done, 1 refused, 2 usage, 3 temporary or not finished, "
        "4 connection or rights.",
        callback=_everything,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    kvitt = typer.main.get_group(app)
    for command in (*(LazyCommand(name, name, line) for name, line in _COMMANDS.items()), *_GROUPS):
        kvitt.add_command(command)
    return kvitt


KVITT = _kvitt()
"""The whole command line."""
