"""`kvitt serve`: the HTTP API, with a worker inside."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.cli.running import LOOPBACK, Host, Port, Signals, log_as
from entrypoints.container import DURABLE, make_container
from entrypoints.data_folder import require_own
from entrypoints.http.server import serve as serve_http
from entrypoints.settings import read_settings
from entrypoints.stopping import end_in_time

SERVE_PORT = 8000


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
