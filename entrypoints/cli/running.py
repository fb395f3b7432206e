"""The commands that run something: the demo, the HTTP API, a worker, the sandbox."""

import json
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show

if TYPE_CHECKING:
    from entrypoints.settings import Settings
    from sandbox.twentyfour_seven_office import Sandbox

SERVE_PORT = 8000
SANDBOX_PORT = 8247
LOOPBACK = "127.0.0.1"

Host = Annotated[str, typer.Option(metavar="HOST", help="The address to listen on.")]
Port = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 picks a free one.")]

Latency = Annotated[float, typer.Option(metavar="MS", min=0, max=600_000, help="Milliseconds that every answer takes.")]


def add_to(app: typer.Typer) -> None:
    """Give the application these commands."""
    app.command()(demo)
    app.command()(serve)
    app.command()(worker)
    app.command()(sandbox)


def demo(as_json: AsJson = False) -> int:
    """Show the whole way of an invoice.

    Sent, sent again, published, paid, checked: on the sandbox, in a few seconds. Touches nothing of yours.
    """
    from entrypoints.demo.demo import run_demo

    story = run_demo(tell=say if as_json else show)
    if as_json:
        print_json(story)
    return ExitCode.DONE


def serve(host: Host = LOOPBACK, port: Port = SERVE_PORT, as_json: AsJson = False) -> int:
    """Serve the HTTP API, with a worker inside.

    Told to stop, it finishes the calls in hand and hands the rest back to the queue.
    """
    from entrypoints.container import DURABLE, make_container
    from entrypoints.data_folder import require_own
    from entrypoints.http.server import serve as serve_http
    from entrypoints.settings import read_settings
    from entrypoints.stopping import end_in_time

    settings = read_settings()
    require_own(settings.home)
    _log_as(settings)

    def announce(url: str) -> None:
        if as_json:
            print_json({"url": url})
        else:
            show(f"Kvitt listens on {url}; its HTTP API is documented at {url}/schema")
            if container.key_ring().is_empty():
                say("There is no API key yet. Make one with: kvitt api-key create NAME --administrator")
            say("Stop it with Ctrl-C.")

    signals = _Signals()
    container = make_container(settings, queue=DURABLE)
    end_in_time(container.stopping(), told_to_stop=lambda: signals.told_to_stop)
    storage = container.storage()
    try:
        if not signals.told_to_stop:
            serve_http(host, port, container, announce=announce, told_to_stop=lambda: signals.told_to_stop)
    finally:
        storage.close()
    return ExitCode.DONE


def worker(as_json: AsJson = False) -> int:
    """Work off transfers, without the HTTP API, until told to stop.

    Any number of them may work on one PostgreSQL database; on SQLite they share this machine's home folder.
    Told to stop, it finishes the calls in hand and hands the rest back to the queue.
    """
    from entrypoints.container import DURABLE, make_container
    from entrypoints.data_folder import require_own
    from entrypoints.figures_server import figures_shown
    from entrypoints.settings import read_settings
    from entrypoints.stopping import end_in_time
    from entrypoints.worker import Worker

    settings = read_settings()
    require_own(settings.home)
    _log_as(settings)
    signals = _Signals()
    container = make_container(settings, queue=DURABLE)
    end_in_time(container.stopping(), told_to_stop=lambda: signals.told_to_stop)
    storage = container.storage()
    try:
        with figures_shown(container) as port, Worker(container):
            if port is not None:
                say(f"Its figures are at http://{settings.metrics_host}:{port}/metrics")
            say("Kvitt works off transfers. Stop it with Ctrl-C.")
            signals.wait()
            say("Stopping: the calls in hand are finished, the rest goes back to the queue.")
    finally:
        storage.close()
    if as_json:
        print_json({"stopped": True})
    return ExitCode.DONE


def sandbox(host: Host = LOOPBACK, port: Port = SANDBOX_PORT, latency: Latency = 0, as_json: AsJson = False) -> int:
    """Run a stand-in for 24SevenOffice.

    It listens on this machine only, and is there to try things on.
    """
    from core.errors import InvalidInput
    from sandbox.twentyfour_seven_office import Sandbox

    try:
        office = Sandbox.demo(host=host, port=port, latency=latency / 1_000)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--host") from None
    try:
        office.start()
    except OSError as error:
        raise InvalidInput(
            f"The sandbox can't listen on {host}, port {port}: {error.strerror}.",
            code="port_unavailable",
            hint="Choose another one with --port; 0 picks a free one.",
        ) from error
    _end_well_when_told_to()
    with office, suppress(KeyboardInterrupt):
        _announce_sandbox(office, as_json=as_json)
        office.serve_forever()
    return ExitCode.DONE


def _announce_sandbox(office: "Sandbox", *, as_json: bool) -> None:
    from entrypoints.demo.world import demo_business, demo_rest_business
    from sandbox.twentyfour_seven_office import DEMO_ACCOUNT

    control_url = f"{office.url}/control"
    business, over_rest = demo_business(), demo_rest_business(str(office.account(DEMO_ACCOUNT).number))
    if as_json:
        addresses = {"url": office.url, "rest_url": office.rest_url, "control_url": control_url}
        print_json({**addresses, "business": business, "rest_business": over_rest})
        return
    show(f"The sandbox listens on {office.url}")
    show(f"Publish, pay and delete orders on its control page: {control_url}")
    show("Let Kvitt use it, in another terminal:")
    show(f"  export KVITT_TFSO_API_URL={office.url}")
    show(f"  export KVITT_TFSO_REST_URL={office.rest_url}")
    show(f"  export KVITT_TFSO_LOGIN_URL={office.url}")
    show(f"  kvitt business add {business['name']} --file fjell.json     # with this in fjell.json:")
    show(json.dumps(business, indent=2, ensure_ascii=False))
    show("Or with this, which connects the same business to the same books over REST:")
    show(json.dumps(over_rest, indent=2, ensure_ascii=False))
    say("Stop it with Ctrl-C.")


def _log_as(settings: "Settings") -> None:
    """Have what happens logged as the operator wants it: text where a person looks on, JSON elsewhere."""
    from adapters.telemetry.logs import set_up_logging

    form = settings.log_format or ("text" if sys.stderr.isatty() else "json")
    set_up_logging(settings.log_level, as_json=form == "json", vendor_texts=settings.log_vendor_texts)


class _Signals:
    """Notes that this process was told to stop, by Ctrl-C or by a service manager; being told twice is an interrupt."""

    _LOOK_SECONDS = 0.1

    def __init__(self) -> None:
        self.told_to_stop = False
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_number, self._told)

    def wait(self) -> None:
        """Wait until told to stop.

        Nothing that takes a lock is done in the handler: it may strike while this thread holds that lock.
        """
        while not self.told_to_stop:
            time.sleep(self._LOOK_SECONDS)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        if self.told_to_stop:
            raise KeyboardInterrupt
        self.told_to_stop = True


def _end_well_when_told_to() -> None:
    """Let a service manager's or a script's signal do what Ctrl-C does, also where a shell had Ctrl-C ignored."""
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.default_int_handler)
