"""Kvitt's commands at a terminal, with a person who reads what they say and types."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from tests.processes import COMMAND, ROOT

_PATIENCE_SECONDS = 60.0


class Terminal:
    """A running command's terminal. `said` is all that it has shown: what is typed too, as far as it is echoed."""

    def __init__(self, process: "subprocess.Popen[bytes]", leader: int) -> None:
        self.said = ""
        self._read_up_to = 0
        self._process = process
        self._leader = leader

    def wait_for(self, text: str) -> None:
        """Read until the command says this, after what was waited for before."""
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while (found := self.said.find(text, self._read_up_to)) < 0:
            assert time.monotonic() < give_up_at, f"never said {text!r}: {self.said}"
            assert self._read(), f"ended before it said {text!r}: {self.said}"
        self._read_up_to = found + len(text)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._leader, f"{line}\n".encode())

    def answer(self, question: str, line: str) -> None:
        """Wait for a question, and type a line."""
        self.wait_for(question)
        self.type(line)

    def end(self) -> int:
        """Read until the command has ended, and return its exit code."""
        while self._read():
            pass
        return self._process.wait(timeout=_PATIENCE_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._leader], [], [], _PATIENCE_SECONDS)
        assert ready, f"silent: {self.said}"
        chunk = b""
        with suppress(OSError):  # what Linux says when nobody has the terminal open any more
            chunk = os.read(self._leader, 4096)
        self.said += chunk.decode(errors="replace").replace("\r\n", "\n")
        return bool(chunk)


@contextmanager
def at_terminal(environment: Mapping[str, str], *arguments: str, columns: int = 80) -> Iterator[Terminal]:
    """Run a command at a terminal of this width for the length of the block."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", **environment},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(follower, termios.TIOCSCTTY, 0),  # where passwords are asked for
    )
    os.close(follower)
    try:
        yield Terminal(process, leader)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=_PATIENCE_SECONDS)
        os.close(leader)
