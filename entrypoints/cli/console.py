"""`kvitt console`: the way into the console for whoever is at this machine."""

from http.client import HTTPConnection, HTTPException

from core.errors import TryAgain
from entrypoints.acting import user_at_the_terminal
from entrypoints.cli.desktop import opened_in_browser
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.cli.running import LOOPBACK, SERVE_PORT, Port
from entrypoints.cli.telling import moment
from entrypoints.documents import MadeLinkDocument
from entrypoints.sign_in_link import link_address

_PATIENCE_SECONDS = 5


def console(port: Port = SERVE_PORT, as_json: AsJson = False) -> int:
    """Open the console, signed in by a link that works once.

    It is for the user of your name here; where there are no users yet, you become the first, an administrator. On a
    desktop a browser opens; elsewhere the link is printed.
    """
    _require_server(port)
    with installation() as container:
        made = container.manage_users().link_for_operator(user_at_the_terminal())
        home = container.settings().home
    address = link_address(f"http://{LOOPBACK}:{port}", made.text)
    if as_json:
        print_json(MadeLinkDocument(user=made.user.name, url=address, expires_at=made.expires_at).document())
        return ExitCode.DONE
    show(address)
    say(f'It signs "{made.user.name}" in, once, until {moment(made.expires_at)}.')
    if opened_in_browser(address, by=home):
        say("It opens in your browser; where it does not, open the link.")
    return ExitCode.DONE


def _require_server(port: int) -> None:
    connection = HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health/live")
        if connection.getresponse().status == 200:
            return
    except (OSError, HTTPException):
        pass
    finally:
        connection.close()
    raise TryAgain(
        f"Kvitt does not answer at http://{LOOPBACK}:{port}.",
        code="no_server",
        hint="Start it with kvitt serve, in another terminal; or say where it listens with --port.",
    )
