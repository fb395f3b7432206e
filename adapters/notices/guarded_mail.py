"""E-mail for a business, through the mail server that it names, which has to be on the public internet.

Where the server's name leads is looked up here, judged, and connected to as judged: whoever owns the name may have it
lead elsewhere the moment after. All of it has one time to end: a server that says a letter at a time would keep
everybody else's messages waiting. Source: smtplib, whose connections are made in `_get_socket`.
"""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, Self

from core.endpoint_address import Reach
from core.errors import InvalidInput
from core.notice import Message
from core.notice_address import EMAIL

if TYPE_CHECKING:
    from apprise.plugins.email.base import NotifyEmail

MAIL_SECONDS = 90.0
"""How long sending to one address may take, from connecting on; shorter than a worker has the sending to itself."""

_TIMEOUT_SECONDS = 15.0
_PORTS = {"starttls": 587, "ssl": 465, "insecure": 25}


def send_mail(mail: "NotifyEmail", message: Message, *, reach: Reach, seconds: float = MAIL_SECONDS) -> None:
    """Send a message as the address says that was read into `mail`, within so many seconds.

    Errors: InvalidInput, code `bad_notice_address`, for a server out of reach; whatever smtplib raises.
    """
    prepared = list(
        mail.prepare_emails(
            subject=message.title,
            body="\n".join(message.lines),
            notify_format="text",
            from_addr=mail.from_addr,
            to=mail.targets,
            cc=mail.cc,
            bcc=mail.bcc,
            reply_to=mail.reply_to,
            smtp_host=mail.smtp_host,
            names=mail.names,
        )
    )
    with _Limit(seconds) as limit, _connected(mail, reach, limit) as server:
        for one in prepared:
            refused = server.sendmail(str(mail.from_addr[1]), one.to_addrs, one.body)
            if refused:
                raise smtplib.SMTPRecipientsRefused(refused)


def _connected(mail: "NotifyEmail", reach: Reach, limit: "_Limit") -> AbstractContextManager[smtplib.SMTP]:
    mode = str(mail.secure_mode)
    host, port = mail.smtp_host, mail.port or _PORTS[mode]
    context = ssl.create_default_context()
    if mode == "ssl":
        server: smtplib.SMTP = _GuardedOverTls(reach, limit, host, port, context)
    else:
        server = _Guarded(reach, limit, host, port)
    try:
        if mode == "starttls":
            server.starttls(context=context)
        if mail.user and mail.password:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


class _Limit:
    """Cuts a connection off when the time is up, however little its other side keeps saying."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._twin: socket.socket | None = None
        self._timer: threading.Timer | None = None

    @property
    def seconds_left(self) -> float:
        return self._ends - time.monotonic()

    def watch(self, connection: socket.socket) -> None:
        """Cut off this connection; through a socket of its own, for encryption takes the given one over."""
        self._twin = connection.dup()
        self._timer = threading.Timer(max(self.seconds_left, 0), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        if self._twin is not None:
            with suppress(OSError):  # it has ended by itself
                self._twin.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._twin is not None:
            self._twin.close()


class _Guarded(smtplib.SMTP):
    """A connection to a mail server that may be reached."""

    def __init__(self, reach: Reach, limit: _Limit, host: str, port: int) -> None:
        self._reach = reach
        self._limit = limit
        super().__init__(host, port, timeout=_TIMEOUT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _socket_to(host, port, timeout, self._reach, self._limit)


class _GuardedOverTls(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, reach: Reach, limit: _Limit, host: str, port: int, context: ssl.SSLContext) -> None:
        self._reach = reach
        self._limit = limit
        self._name = host
        super().__init__(host, port, timeout=_TIMEOUT_SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = _socket_to(host, port, timeout, self._reach, self._limit)
        return self.context.wrap_socket(plain, server_hostname=self._name)


def _socket_to(host: str, port: int, timeout: float, reach: Reach, limit: _Limit) -> socket.socket:
    """Connect to the first of a host's addresses that answers; none where any of them may not be reached."""
    found: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for *_, place in found]
    if reach.forbidden_of(addresses, encrypted=True) is not None:
        raise InvalidInput(
            f"Nothing can be sent to this address of {EMAIL}: its mail server is not on the public internet.",
            code="bad_notice_address",
            hint="Name another one; docs/notices.md shows what an address looks like.",
        )
    trouble = OSError()
    for address in dict.fromkeys(addresses):
        if limit.seconds_left <= 0:
            break
        try:
            connection = socket.create_connection((address, port), min(timeout, limit.seconds_left))
        except OSError as error:
            trouble = error
        else:
            limit.watch(connection)
            return connection
    raise trouble
