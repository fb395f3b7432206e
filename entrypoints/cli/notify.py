"""`kvitt notify`: who is told of what needs a person."""

from typing import Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, show


def test(
    business: Annotated[
        str | None,
        typer.Option("--business", metavar="NAME", help="Those whom this business names, not the operator's."),
    ] = None,  # noqa: PT028 - no test of pytest's
    as_json: AsJson = False,  # noqa: PT028
) -> int:
    """Send a try-out to whoever is told of what needs a person.

    Without --business it goes to the addresses in KVITT_NOTIFY. Exit code 3: not all of them took it.
    """
    with installation() as container:
        sendings = container.tell_people().try_out(business)
    if as_json:
        print_json(
            [
                {
                    "service": sending.service,
                    "sent": sending.trouble is None,
                    "code": sending.trouble.code if sending.trouble else None,
                    "message": sending.trouble.message if sending.trouble else None,
                }
                for sending in sendings
            ]
        )
    else:
        for sending in sendings:
            show(f"{sending.service}: {sending.trouble.message if sending.trouble else 'sent'}")
    return ExitCode.NOT_FINISHED if any(sending.trouble for sending in sendings) else ExitCode.DONE
