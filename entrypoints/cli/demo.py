"""`kvitt demo`: the whole way of an invoice, on the sandbox."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.demo.demo import run_demo


def demo(as_json: AsJson = False) -> int:
    """Follow an invoice all the way, on a sandbox.

    It is sent, sent again, published and paid, a shop is told by webhook, and it is checked, in a few seconds. Nothing
    of yours is touched.
    """
    story = run_demo(tell=say if as_json else show)
    if as_json:
        print_json(story)
    return ExitCode.DONE
