"""`kvitt serve`: the HTTP API, with a worker inside."""

import sys

from core.errors import KvittError
from entrypoints.acting import acting, person_at_the_terminal, user_at_the_terminal
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.cli.running import LOOPBACK, SERVE_PORT, Host, Port, Signals, log_as
from entrypoints.cli.telling import moment
from entrypoints.container import DURABLE, Container, make_container
from entrypoints.data_folder import require_own
from entrypoints.http.access import is_loopback
from entrypoints.http.server import serve as serve_http
from entrypoints.settings import read_settings
from entrypoints.sign_in_link import link_address
from entrypoints.stopping import end_in_time


def serve(host: Host = LOOPBACK, port: Port = SERVE_PORT, as_json: AsJson = False) -> int:
    """Run the HTTP API, with a built-in worker.

    When stopped, it finishes the calls it has begun and returns the rest to the queue.
    """
    settings = read_settings()
    require_own(settings.home)
    log_as(settings)

    def announce(url: str) -> None:
        if as_json:
            print_json({"url": url})
        else:
            show(f"Kvitt listens on {url}; its HTTP API is documented at {url}/schema")
            if container.key_ring().is_empty():
                say("There is no API key yet. Create one with: kvitt api-key create NAME --administrator")
            if sys.stdout.isatty() and is_loopback(host):
                _offer_console(container, url)
            say("Stop it with Ctrl-C.")

    signals = Signals()
    container = make_container(settings, queue=DURABLE)
    end_in_time(container.stopping(), told_to_stop=lambda: signals.told_to_stop)
    storage = container.storage()
    try:
        if not signals.told_to_stop:
            serve_http(host, port, container, announce=announce, told_to_stop=lambda: signals.told_to_stop)
    finally:
        storage.close()
    return ExitCode.DONE


def _offer_console(container: Container, url: str) -> None:
    """Show a link that signs whoever started this in to the console; at a terminal alone, for no log is to have it."""
    try:
        with acting(person_at_the_terminal()):
            made = container.manage_users().link_for_operator(user_at_the_terminal())
    except KvittError:
        say(f"Its console is at {url}. Make a link into it with: kvitt user link NAME")
    else:
        show(f"Open its console: {link_address(url, made.text)}")
        say(f'It signs "{made.user.name}" in, once, until {moment(made.expires_at)}.')
        say("Make another with: kvitt console")
