"""A server whose connections are counted: fewer than there are descriptors, and nobody waits for a caller for good.

No limit by address: behind a proxy all callers come from one. Whoever keeps us waiting gives way to newcomers instead:
of the address that has most of them, the oldest first.
"""

import asyncio
import contextlib
import heapq
import logging
import resource
import socket
from collections import Counter
from typing import Any

import uvicorn

from core.errors import InvalidInput
from entrypoints.listening.connection import CallerConnection

MOST_CONNECTIONS = 1000
"""Held at a time, however many descriptors there are: each may hold some memory too."""

KEPT_DESCRIPTORS = 160
"""For databases, calls to accounting systems and files; each thread of a worker has one more."""

_LEAST_CONNECTIONS = 16
_BACKLOG = 1024  # that the system keeps until they are accepted
_TURNS_TO_SPEAK = 16  # at least so many times is whoever was accepted listened to before it gives way to newcomers
_LOOK_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_TELL_EVERY_SECONDS = 60.0

_GAVE_WAY, _TOO_SLOW, _NOT_ACCEPTED = "gave way to newer ones", "took too long", "could not be accepted"

_log = logging.getLogger("kvitt.listening")


def connections_for(*, reserve: int) -> int:
    """Return how many connections there may be, with `reserve` descriptors kept for everything else."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    if allowed - reserve < _LEAST_CONNECTIONS:
        _log.warning("%d open files are allowed: too few. Allow 4096 (LimitNOFILE, ulimit -n)", allowed)
    return max(_LEAST_CONNECTIONS, min(MOST_CONNECTIONS, allowed - reserve))


def listen(host: str, port: int, *, hint: str) -> socket.socket:
    """Listen there; port 0 picks a free one.

    Errors: InvalidInput, code `port_unavailable`, with this hint of how another port is chosen.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise InvalidInput(
            f"Kvitt can't listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}.",
            code="port_unavailable",
            hint=hint,
        ) from error
    listener.setblocking(False)
    return listener


def quiet_config(application: Any, **options: Any) -> uvicorn.Config:
    """Say how an ASGI application is served: without access log and server's name, and without WebSockets."""
    return uvicorn.Config(
        application,
        loop="asyncio",
        ws="none",
        log_config=None,
        access_log=False,  # it would hold invoice numbers and query strings
        server_header=False,
        **options,
    )


class CountedServer(uvicorn.Server):
    """uvicorn, with a door of its own: it accepts, makes room, and looks after connections every second."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, *, most: int) -> None:
        super().__init__(config)
        self._listener = listener
        self._most = most
        self._at_once = max(1, most // _TURNS_TO_SPEAK)
        self._coming: dict[CallerConnection, asyncio.Task[None]] = {}  # accepted, and not yet among the connections
        self._told: Counter[str] = Counter()
        self._tell_at = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - ours is the listener
        """Begin to serve."""
        await super().startup(sockets=[])
        self._open()
        asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - as above
        """Accept nobody any more, and let those end who are here."""
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        await super().shutdown(sockets=[])

    @property
    def _connections(self) -> list[CallerConnection]:
        return [connection for connection in self.server_state.connections if isinstance(connection, CallerConnection)]

    def _open(self) -> None:
        if not self.should_exit:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _pause(self) -> None:
        """Leave callers to the system for a moment: being told of them over and over would use up the processor."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(_PAUSE_SECONDS, self._open)

    def _accept(self) -> None:
        for _ in range(self._at_once):
            if len(self._coming.keys() | self.server_state.connections) >= self._most:
                if not self._make_room():
                    self._pause()
                return  # what was given up is gone by the next time
            try:
                caller, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # no descriptor, or no memory
                self._told[_NOT_ACCEPTED] += 1
                self._make_room()
                self._pause()
                return
            connection = CallerConnection(self.config, self.server_state, self.lifespan.state)
            task = asyncio.get_running_loop().create_task(self._connect(caller, connection))
            self._coming[connection] = task

    async def _connect(self, caller: socket.socket, connection: CallerConnection) -> None:
        try:
            with contextlib.suppress(OSError):  # it has hung up already
                # Or a small second piece would wait until the first was acknowledged, 40 ms.
                caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            caller.setblocking(False)
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, caller)
        finally:
            del self._coming[connection]

    def _make_room(self) -> bool:
        """Hang up on some that wait for their callers: on strangers first, then on the largest crowd's oldest."""
        waiting = [connection for connection in self._connections if connection.waits]
        crowds = Counter(connection.address for connection in waiting)
        some = heapq.nsmallest(
            self._at_once,
            waiting,
            key=lambda connection: (connection.is_known, -crowds[connection.address], connection.waits_since),
        )
        for connection in some:
            connection.give_up()
        self._told[_GAVE_WAY] += len(some)
        return bool(some)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in self._connections:
            if connection.is_overdue(now):
                self._told[_TOO_SLOW] += 1
                connection.time_out()
        if self._told.total() and now >= self._tell_at:
            told = ", ".join(f"{number} {what}" for what, number in sorted(self._told.items()) if number)
            level = logging.WARNING if self._told[_GAVE_WAY] or self._told[_NOT_ACCEPTED] else logging.INFO
            _log.log(level, "Of the callers' connections, %s; %d stand", told, len(self.server_state.connections))
            self._told.clear()
            self._tell_at = now + _TELL_EVERY_SECONDS
        loop.call_later(_LOOK_SECONDS, self._look)
