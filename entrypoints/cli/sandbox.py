"""`kvitt sandbox`: a stand-in for the accounting systems, to try things on."""

import json
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InvalidInput
from entrypoints.cli.acting_out import act_out, liveliness_of
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.cli.running import LOOPBACK, Host, Port, end_well_when_told_to
from entrypoints.cli.sandbox_connection import connect_to_sandbox
from entrypoints.demo.world import demo_business, demo_rest_business, demo_tripletex_business
from sandbox import DEMO_ACCOUNT, NotBooksError, Sandbox

SANDBOX_PORT = 8247

Latency = Annotated[
    float, typer.Option(metavar="MS", min=0, max=600_000, help="Delay every answer by so many milliseconds.")
]
Keep = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Keep its books in this file, and go on with those that are in it. Without it they last as long as the "
        "sandbox runs.",
        show_default=False,
    ),
]
Connect = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Connect a business of this name to it: Kvitt then finds the sandbox by itself.",
        show_default=False,
    ),
]


class StandIn(StrEnum):
    """What a business is connected to."""

    SOAP = "24sevenoffice"
    REST = "24sevenoffice-rest"
    TRIPLETEX = "tripletex"


ConnectTo = Annotated[
    StandIn | None,
    typer.Option(
        "--system",
        metavar="NAME",
        help="Connect it to this one: 24sevenoffice, 24sevenoffice-rest or tripletex. 24sevenoffice by default.",
        show_default=False,
    ),
]
Lively = Annotated[
    bool,
    typer.Option(
        "--lively",
        help="Let its accountant and customers act by themselves: publish, pay (some in part first), credit, delete, "
        "and now and then take a payment back.",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", min=0.01, max=3_600, help="From one act to the next; 3 by default.", show_default=False
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="Let the same invoices fare as before with this number.", show_default=False),
]
Script = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Let them do what this file says, a line each: publish, pay, part, credit, take_back or delete, and then "
        "an invoice's number, or next.",
        show_default=False,
    ),
]


def sandbox(
    host: Host = LOOPBACK,
    port: Port = SANDBOX_PORT,
    latency: Latency = 0,
    keep: Keep = None,
    connect: Connect = None,
    system: ConnectTo = None,
    lively: Lively = False,
    pace: Pace = None,
    seed: Seed = None,
    script: Script = None,
    as_json: AsJson = False,
) -> int:
    """Run a stand-in for 24SevenOffice and Tripletex.

    Try Kvitt on it, without an account. It listens on this machine only.
    """
    if system and not connect:
        raise typer.BadParameter("This goes with --connect.", param_hint="--system")
    liveliness = liveliness_of(lively=lively, pace=pace, seed=seed, script=script)
    try:
        office = Sandbox.demo(host=host, port=port, latency=latency / 1_000)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--host") from None
    if keep:
        _keep_in(office, keep)
    try:
        office.start()
    except OSError as error:
        raise InvalidInput(
            f"The sandbox can't listen on {host}, port {port}: {error.strerror}.",
            code="port_unavailable",
            hint="Choose another one with --port; 0 picks a free one.",
        ) from error
    end_well_when_told_to()
    with office, suppress(KeyboardInterrupt):
        settings_file = None
        if connect:
            document = {**_businesses(office)[system or StandIn.SOAP], "name": connect}
            settings_file = connect_to_sandbox(document, url=office.url, addresses=addresses_of(office))
        _announce(office, connected=connect, settings_file=settings_file, as_json=as_json)
        if liveliness:
            act_out(office, liveliness, as_json=as_json)
        office.serve_forever()
    return ExitCode.DONE


def addresses_of(office: Sandbox) -> dict[str, str]:
    """Return where the sandbox is, by the variables that say so."""
    return {
        "KVITT_TFSO_API_URL": office.url,
        "KVITT_TFSO_REST_URL": office.rest_url,
        "KVITT_TFSO_LOGIN_URL": office.url,
        "KVITT_TRIPLETEX_URL": office.tripletex_url,
    }


def _businesses(office: Sandbox) -> dict[StandIn, dict[str, Any]]:
    """Return a business for each way in."""
    return {
        StandIn.SOAP: demo_business(),
        StandIn.REST: demo_rest_business(str(office.account(DEMO_ACCOUNT).number)),
        StandIn.TRIPLETEX: demo_tripletex_business(),
    }


def _keep_in(office: Sandbox, file: Path) -> None:
    try:
        office.keep_in(file)
    except NotBooksError:
        raise InvalidInput(
            f"{file} does not hold the books of a sandbox.",
            code="unreadable_file",
            hint="Name another file; a new one is made.",
        ) from None
    except OSError as error:
        raise InvalidInput(
            f"The sandbox can't keep its books in {file}: {error.strerror}.",
            code="unwritable_file",
            hint="Name a file in a folder that you may write to.",
        ) from error


def _announce(office: Sandbox, *, connected: str | None, settings_file: Path | None, as_json: bool) -> None:
    control_url = f"{office.url}/control"
    business, over_rest, at_tripletex = _businesses(office).values()
    if as_json:
        addresses = {
            "url": office.url,
            "rest_url": office.rest_url,
            "tripletex_url": office.tripletex_url,
            "control_url": control_url,
        }
        businesses = {"business": business, "rest_business": over_rest, "tripletex_business": at_tripletex}
        print_json({**addresses, **({"connected": connected} if connected else businesses)})
        return
    show(f"The sandbox listens on {office.url}")
    show(f"Publish, pay and delete orders on its control page: {control_url}")
    if connected:
        show(f"Business {connected} is connected to it, and {settings_file} says where it is.")
        show("Send to it from another terminal:")
        show(f"  kvitt invoice add FILE --business {connected}")
    else:
        show("Let Kvitt use it, in another terminal, or start it with --connect NAME:")
        show(f"  export KVITT_TFSO_API_URL={office.url}")
        show(f"  export KVITT_TFSO_REST_URL={office.rest_url}")
        show(f"  export KVITT_TFSO_LOGIN_URL={office.url}")
        show(f"  export KVITT_TRIPLETEX_URL={office.tripletex_url}")
        show(f"  kvitt business add {business['name']} --file fjell.json     # with this in fjell.json:")
        show(json.dumps(business, indent=2, ensure_ascii=False))
        show("Or with this, which connects the same business to the same books over REST:")
        show(json.dumps(over_rest, indent=2, ensure_ascii=False))
        show("Or with this, which connects one of the same name to Tripletex, in books of its own:")
        show(json.dumps(at_tripletex, indent=2, ensure_ascii=False))
    say("Stop it with Ctrl-C.")
