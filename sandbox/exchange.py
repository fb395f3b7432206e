"""One call: carrying it out, what goes back over the wire, and what a fault may do to it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.faults import Fault
from sandbox.journal import Call
from sandbox.world import World

HTML = "text/html; charset=utf-8"


class Ending(Enum):
    """How the connection fares once the reply is due."""

    WHOLE = auto()
    CUT = auto()  # announced in full, broken off halfway
    DRIPPING = auto()  # a header that never ends, byte by byte, until the caller hangs up
    CLOSED = auto()  # closed without a byte
    RESET = auto()


@dataclass(frozen=True)
class Reply:
    """What goes back. `headers` are those that not every reply has."""

    status: int = 200
    content_type: str = HTML
    body: bytes = b""
    ending: Ending = Ending.WHOLE
    location: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cache_control: str = "private, max-age=0"


class Exchange(ABC):
    """A call that has been read, over whichever API, to be carried out once at most.

    Everything below `outcome` is for faults: what the same trouble looks like in each API.
    """

    def __init__(self, world: World, operation: str, call: Call) -> None:
        self.world = world
        self.operation = operation
        self.call = call

    @abstractmethod
    def carry_out(self) -> None:
        """Do what is asked, as one step that nothing else comes between."""

    @abstractmethod
    def reply(self) -> Reply:
        """The answer, or the refusal."""

    @property
    @abstractmethod
    def outcome(self) -> str:
        """How it went, in the journal's words."""

    @abstractmethod
    def break_down(self, fault: Fault) -> None:
        """Answer with trouble inside the vendor, whatever was done."""

    @abstractmethod
    def end_session(self) -> None:
        """End the session, or take back the token, that came along."""

    @abstractmethod
    def malformed_reply(self) -> Reply:
        """The reply, its body broken."""

    @abstractmethod
    def leave_out(self, item: int) -> None:
        """Take an item, by its index, out of the answer."""
