"""`kvitt worker`: transfers are worked off, without the HTTP API."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say
from entrypoints.cli.running import Signals, log_as
from entrypoints.container import DURABLE, make_container
from entrypoints.data_folder import require_own
from entrypoints.installation_figures import figures_shown
from entrypoints.settings import read_settings
from entrypoints.stopping import end_in_time
from entrypoints.worker import Worker


def worker(as_json: AsJson = False) -> int:
    """Run a worker alone, without the HTTP API.

    Any number of them may work on one PostgreSQL database; on SQLite they share this machine's home folder.
    When stopped, it finishes the calls it has begun and returns the rest to the queue.
    """
    settings = read_settings()
    require_own(settings.home)
    log_as(settings)
    signals = Signals()
    container = make_container(settings, queue=DURABLE)
    end_in_time(container.stopping(), told_to_stop=lambda: signals.told_to_stop)
    storage = container.storage()
    try:
        with figures_shown(container) as port, Worker(container):
            if port is not None:
                say(f"Its metrics are at http://{settings.metrics_host}:{port}/metrics")
            say("Kvitt is working on transfers. Stop it with Ctrl-C.")
            signals.wait()
            say("Stopping: finishing the calls it has begun, and returning the rest to the queue.")
    finally:
        storage.close()
    if as_json:
        print_json({"stopped": True})
    return ExitCode.DONE
