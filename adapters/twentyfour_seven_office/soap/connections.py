"""The connections that urllib3 makes for the SOAP services: over sockets that keep to a call's limits."""

import socket
import ssl
from pathlib import Path
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from adapters.exchange import LimitedTlsSocket, connected


class LimitedAdapter(HTTPAdapter):
    """requests' adapter, over limited sockets. `bundle` (a file or a folder) holds who vouches for a proxy."""

    def __init__(self, *, bundle: str, pool_maxsize: int) -> None:
        self._bundle = bundle
        super().__init__(pool_maxsize=pool_maxsize)

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Make the pools for a proxy."""
        if proxy.lower().startswith("https:"):
            named["proxy_ssl_context"] = _limited(_trusting(self._bundle))
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _EncryptedConnection(HTTPSConnection):
    def connect(self) -> None:
        """Connect. Errors: ConnectTimeoutError also where the encryption takes too long: nothing was sent yet."""
        if self.ssl_context is None:
            self.ssl_context = _limited(create_urllib3_context())
        try:
            super().connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "No encrypted connection was agreed on in time.") from error

    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _EncryptedConnection


_POOLS = {"http": _Pool, "https": _EncryptedPool}


def _connect(connection: HTTPConnection) -> socket.socket:
    """Connect as urllib3 does, raising what it raises."""
    patience = connection.timeout if isinstance(connection.timeout, int | float) else 0.0
    options: Any = connection.socket_options or ()
    try:
        return connected(connection.host.strip("[]"), connection.port or 0, patience=patience, options=options)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "Nobody answered in time.") from error
    except OSError as error:
        raise NewConnectionError(connection, f"No connection: {error}") from error


def _limited(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslsocket_class = LimitedTlsSocket
    return context


def _trusting(bundle: str) -> ssl.SSLContext:
    is_folder = Path(bundle).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
