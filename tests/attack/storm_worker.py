"""A worker of the storm: it sends every invoice there is, as an impatient person would, and works until SIGTERM.

Its arguments: what seeds the order of the sends, and the file that says when to begin. All else is read from the
environment, as by any worker.
"""

import random
import signal
import sys
import threading
from pathlib import Path

from core.errors import KvittError
from entrypoints.container import DURABLE, Container, make_container
from entrypoints.settings import read_settings
from entrypoints.worker import Worker

_MANY = 100_000


def main() -> None:
    """Work until told to stop."""
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    container = make_container(read_settings(), queue=DURABLE)
    try:
        with Worker(container):
            print("at work", flush=True)  # noqa: T201 - from now on it may be killed
            while not Path(sys.argv[2]).exists() and not told_to_stop.wait(0.02):
                pass
            send_everything(container, random.Random(sys.argv[1]), told_to_stop)
            told_to_stop.wait()
    finally:
        container.storage().close()


def send_everything(container: Container, chance: random.Random, told_to_stop: threading.Event) -> None:
    """Send each invoice of each business once, in any order."""
    look_up = container.look_up()
    everything = [
        (business.name, invoice.number)
        for business in look_up.businesses(limit=_MANY)
        for invoice in look_up.invoices(business.name, limit=_MANY)
    ]
    chance.shuffle(everything)
    for business, number in everything:
        if told_to_stop.wait(0.01):
            return
        try:
            container.send_invoice().send(business, number, bulk=chance.random() < 0.5)
        except KvittError as error:
            print(f"send failed: {error.message} [{error.code}]", file=sys.stderr)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
