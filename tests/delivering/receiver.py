"""An endpoint on loopback that takes events as a test wants: what it answers, and how long that takes, by its path."""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

HANGS = 0
"""As a status: take the request, and answer nothing."""


@dataclass(frozen=True)
class Taken:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Takes everything. `answers` returns the status for a request; `seconds` is how long an answer takes."""

    def __init__(self, answers: Callable[[Taken], int] = lambda _: 200, *, seconds: float = 0.0) -> None:
        self.answers = answers
        self.says = b"said"
        self.seconds = seconds
        self.taken: list[Taken] = []
        self.url = ""
        self.most_at_once: dict[str, int] = defaultdict(int)
        self._at_once: dict[str, int] = defaultdict(int)

    def of(self, path: str) -> list[Any]:
        """The events that came there, in the order in which they came."""
        return [one.event for one in list(self.taken) if one.path == path]

    def ids(self, path: str) -> list[str]:
        """Their ids."""
        return [event["id"] for event in self.of(path)]

    def first_of_each(self, path: str) -> Mapping[tuple[str, str | None], Sequence[str]]:
        """The ids of the events that came there, by business and invoice, each where it came for the first time."""
        came: dict[tuple[str, str | None], dict[str, None]] = defaultdict(dict)
        for event in self.of(path):
            came[event["business"], event["invoice"]].setdefault(event["id"])
        return {about: list(ids) for about, ids in came.items()}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers["content-length"]))
                path = head[0].split(" ")[1]
                taken = Taken(path, headers, body, time.monotonic())
                self._at_once[path] += 1
                self.most_at_once[path] = max(self.most_at_once[path], self._at_once[path])
                self.taken.append(taken)
                try:
                    status = self.answers(taken)
                    await asyncio.sleep(self.seconds if status != HANGS else 3600)
                finally:
                    self._at_once[path] -= 1
                writer.write(b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n" % (status, len(self.says)) + self.says)
                await writer.drain()
        writer.close()


@contextmanager
def receiving(
    answers: Callable[[Taken], int] = lambda _: 200, *, seconds: float = 0.0, port: int = 0
) -> Iterator[Receiver]:
    """Receive for the length of the block."""
    receiver = Receiver(answers, seconds=seconds)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(receiver.serve, "127.0.0.1", port, backlog=512))
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # until what was closed is

    try:
        yield receiver
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
