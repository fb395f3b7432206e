"""Installations that begin where a first start leaves one, so that not every test makes the same tables again.

What a first start does by itself is for the tests of storage, of the queue and of whole processes.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.queue.durable import DurableTransferQueue
from adapters.secrets import KeyFile, secret_box_with
from adapters.storage import open_storage
from entrypoints.container import DURABLE, INLINE, Container, make_container
from entrypoints.settings import Settings


def furnish(home: Path, *, queue: str = INLINE) -> Path:
    """Put databases that hold nothing into a new home: Kvitt's, and the turns' where workers take them."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = Settings(home=home)
    files = {settings.database: _empty_database}
    if queue == DURABLE:
        files[settings.turns_database] = _no_turns
    for url, content in files.items():
        file = _file(url)
        file.touch(mode=0o600)
        file.write_bytes(content())
    return home


def furnished(settings: Settings, *, queue: str = INLINE) -> Container:
    """Wire an installation on SQLite whose home is new. It does not wait for the disk, for its power is not cut."""
    furnish(settings.home, queue=queue)
    container = make_container(settings, queue=queue)
    container.sql_storage.add_kwargs(outlives_power_cuts=False)
    return container


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        open_storage(settings.database, secret_box_with(KeyFile(settings.home))).close()
        return _file(settings.database).read_bytes()


@cache
def _no_turns() -> bytes:
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        queue = DurableTransferQueue(settings.turns_database, take_turn=lambda _business: None, threads=1)
        queue.start()
        queue.stop(patience=settings.stop_patience)
        return _file(settings.turns_database).read_bytes()


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
