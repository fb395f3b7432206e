"""A messenger that keeps what it is given, and fails on request."""

from dataclasses import dataclass, field

from core.errors import TryAgain
from core.notice import Message


@dataclass
class FakeMessenger:
    """`sent` has each message that was taken, with its address; `down` are the addresses that take none."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    trusted: dict[str, bool] = field(default_factory=dict)

    def send(self, address: str, message: Message, *, trusted: bool) -> None:
        """Keep a message."""
        self.trusted[address] = trusted
        if address in self.down:
            raise TryAgain("It is down.", code="notice_not_sent")
        self.sent.append((address, message))

    @property
    def titles(self) -> list[str]:
        """The titles of what was sent, in order."""
        return [message.title for _, message in self.sent]
