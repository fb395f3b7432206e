"""What the commands have in common that run until they are stopped."""

import signal
import sys
import time
from types import FrameType
from typing import Annotated

import typer

from adapters.telemetry.logs import set_up_logging
from entrypoints.settings import Settings

LOOPBACK = "127.0.0.1"
SERVE_PORT = 8000

Host = Annotated[str, typer.Option(metavar="HOST", help="The address to listen on.")]
Port = Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 picks a free one.")]


def log_as(settings: Settings) -> None:
    """Have what happens logged as the operator wants it: text where a person looks on, JSON elsewhere."""
    form = settings.log_format or ("text" if sys.stderr.isatty() else "json")
    set_up_logging(settings.log_level, as_json=form == "json", vendor_texts=settings.log_vendor_texts)


class Signals:
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


def end_well_when_told_to() -> None:
    """Let a service manager's or a script's signal do what Ctrl-C does, also where a shell had Ctrl-C ignored."""
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.default_int_handler)
