"""The connections that httpx makes for the REST API: over sockets that keep to a call's limits."""

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from httpcore._backends.sync import SyncStream
from typing_extensions import override

from adapters.exchange import LimitedTlsSocket, connected

_NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def limit(client: httpx.Client) -> None:
    """Have a client make its connections with limited sockets, those to proxies too.

    httpx has no public way to say so; where its insides or httpcore's change, this breaks at once, and not silently.
    """
    transports: tuple[Any, ...] = (client._transport, *client._mounts.values())
    for transport in transports:
        if transport is not None:
            pool = transport._pool
            if not isinstance(pool._network_backend, httpcore.NetworkBackend):
                raise TypeError("this version of httpx or httpcore keeps its connections elsewhere")
            pool._network_backend = _Backend()


class _Stream(SyncStream):
    """httpcore's stream over a socket, whose encryption keeps to the limits too."""

    @override
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin the encryption; within another one it is httpcore's own, over this stream's socket."""
        ssl_context.sslsocket_class = LimitedTlsSocket
        return super().start_tls(ssl_context, server_hostname, timeout)


class _Backend(httpcore.SyncBackend):
    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect. Errors: httpcore.ConnectTimeout, httpcore.ConnectError."""
        try:
            return _Stream(connected(host, port, patience=timeout or 0.0, options=[_NO_DELAY, *(socket_options or ())]))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
