"""What an accounting system's adapter is given of ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.ports.call_counter import CallCounter
from core.ports.call_observer import CallObserver
from core.ports.clock import Clock
from core.ports.session_store import SessionStore
from core.unobserved import NOBODY


@dataclass(frozen=True)
class Surroundings:
    """Our side, as an adapter sees it.

    `environment` holds the operator's settings (the process's environment variables): addresses of the vendor are the
    operator's, never a business's. `calls` is for a vendor that limits calls: what is made is counted there, across
    all processes. `observer` looks on at every call that goes out: logs, figures and traces are made there.
    """

    sessions: SessionStore
    calls: CallCounter
    clock: Clock
    environment: Mapping[str, str]
    observer: CallObserver = NOBODY
