"""`kvitt demo`: the whole way of an invoice, on the sandbox; told, or to be walked in a browser."""

from typing import Annotated

import typer

from entrypoints.cli.desktop import is_at_a_terminal, opened_in_browser
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.cli.running import Signals
from entrypoints.cli.telling import moment
from entrypoints.demo.demo import run_demo
from entrypoints.demo.opened import Opened, open_demo

Open = Annotated[
    bool,
    typer.Option(
        "--open",
        help="Keep a shop with sample invoices open instead: its console, and the page to publish and pay on.",
    ),
]


def demo(stay_open: Open = False, as_json: AsJson = False) -> int:
    """Follow an invoice all the way, on a sandbox.

    It is sent, sent again, published and paid, a shop is told by webhook, and it is checked, in a few seconds. Nothing
    of yours is touched.
    """
    if stay_open:
        return _stay_open(as_json=as_json)
    story = run_demo(tell=say if as_json else show)
    if as_json:
        print_json(story)
    return ExitCode.DONE


def _stay_open(*, as_json: bool) -> int:
    def announce(opened: Opened) -> None:
        if as_json:
            print_json({"console_url": opened.console_url, "sandbox_url": opened.sandbox_url})
        else:
            _tell(opened)
        say("Stop it with Ctrl-C.")

    signals = Signals()
    say("Making a shop with sample invoices ...")
    open_demo(announce=announce, told_to_stop=lambda: signals.told_to_stop)
    return ExitCode.DONE


def _tell(opened: Opened) -> None:
    show("The console of the shop fjell, where its invoices are sent:")
    if is_at_a_terminal():  # the link lets in whoever has it, so it goes to no file
        show(f"  {opened.sign_in_url}")
        show(f"  This signs you in, once, until {moment(opened.expires_at)}.")
        if opened_in_browser(opened.sign_in_url, by=opened.home):
            show("  It opens in your browser.")
    else:
        show(f"  {opened.console_url} (the link that signs you in is printed at a terminal only)")
    show("The accountant's page, where orders are published and paid:")
    show(f"  {opened.sandbox_url}")
    show("Press Send Invoice on F-2010, publish and pay it on the other page, and see Paid arrive in the console.")
    show("All of it is on this machine, and gone when you stop it.")
