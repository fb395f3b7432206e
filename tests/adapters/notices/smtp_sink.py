"""A mail server on loopback that takes what it is sent, as far as smtplib speaks SMTP (RFC 5321), and keeps it."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default


@dataclass
class Mail:
    """One message as it came."""

    sender: str
    recipients: list[str]
    message: Message

    @property
    def text(self) -> str:
        """The text of its body, decoded."""
        part = next(one for one in self.message.walk() if one.get_content_type() == "text/plain")
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        return body.decode(part.get_content_charset() or "utf-8").replace("\r\n", "\n")


@dataclass
class SmtpSink:
    """`mails` are those that were taken; with `refuses` every recipient is refused; `logins` are what was logged in.

    While `answers` is not set, whoever sends a message is not told that it was taken.
    """

    port: int
    mails: list[Mail] = field(default_factory=list)
    refuses: bool = False
    logins: list[str] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    sink: SmtpSink

    def handle(self) -> None:
        self._say("220 sink ESMTP")
        sender, recipients = "", list[str]()
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line.partition(" ")[0].upper()
            if verb == "EHLO":
                self._say("250-sink", "250 AUTH PLAIN")
            elif verb == "AUTH":
                self.sink.logins.append(line)
                self._say("235 welcome")
            elif verb == "MAIL":
                sender, recipients = line.partition("<")[2].partition(">")[0], []
                self._say("250 ok")
            elif verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
                self._say("550 nobody of that name" if self.sink.refuses else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part.removeprefix(b".") if part.startswith(b"..") else part
                self.sink.mails.append(Mail(sender, recipients, email.message_from_bytes(body, policy=default)))
                self.sink.answers.wait(60)
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok" if verb in ("RSET", "NOOP", "HELO") else "502 not known here")

    def _say(self, *lines: str) -> None:
        with suppress(ConnectionError):  # whoever was there may have been killed
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """Run a mail server for the length of the block."""
    sink = SmtpSink(port=0)
    sink.answers.set()
    session = type("Session", (_Session,), {"sink": sink})
    with _Server(("127.0.0.1", 0), session) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.answers.set()
            server.shutdown()
            thread.join()
