"""Workers that tell people by e-mail, each a process of its own: stopped, killed, and two at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.storage.schema import events, notice_messages, notifier
from core.errors import Rejected
from core.event import ends_told
from core.transfer import failed, started
from entrypoints.container import DURABLE, make_container
from entrypoints.settings import Settings
from tests.adapters.notices.smtp_sink import SmtpSink, smtp_sink
from tests.homes import furnish
from tests.storage_contract.samples import POLICY, a_business, a_transfer

KVITT = Path(sys.executable).with_name("kvitt")
PATIENCE = 60
NUMBERS = [str(number) for number in range(1000, 1300)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with three hundred invoices that were rejected for one reason a while ago."""
    home = furnish(tmp_path / "home", queue=DURABLE)
    container = make_container(Settings(home=home))
    with closing(container.storage()) as storage:
        now = storage.clock.now()
        with storage.transaction() as work:
            work.businesses.put(a_business())
            sent = [a_transfer(f"t{number}", number, at=now) for number in NUMBERS]
            for transfer in sent:
                work.transfers.add(transfer)
            error = Rejected("Kari Nordmann", code="unknown_vat_rate")
            ended = [failed(started(transfer), error, policy=POLICY, now=now) for transfer in sent]
            work.events.add(*ends_told(work.transfers.save_all(ended)))
        with storage.write() as database:
            database.execute(update(events).values(timestamp=now - timedelta(minutes=5)))
    return home


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@contextmanager
def worker(home: Path, sink: SmtpSink) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        **os.environ,
        "KVITT_HOME": str(home),
        "KVITT_LOG_LEVEL": "debug",
        "KVITT_NOTIFY": f"mailto://kvitt:hunter2@127.0.0.1:{sink.port}?from=kvitt@fjell.example&to=kari@fjell.example",
    }
    with subprocess.Popen(
        [str(KVITT), "worker"], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(process: "subprocess.Popen[str]") -> str:
    """Have a worker stop, and return all that it said."""
    process.send_signal(signal.SIGTERM)
    said, logged = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return said + logged


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.1)


def until_it_has_looked(process: "subprocess.Popen[str]") -> None:
    """Wait until a worker is at work, and then as long as its first look at what is to be told takes, and more."""
    assert process.stderr is not None
    while "Kvitt is working" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(2)


def left(home: Path) -> int:
    """How many messages are still on their way."""
    with closing(make_container(Settings(home=home)).storage()) as storage, storage.read() as database:
        return len(database.execute(select(notice_messages.c.id)).all())


def test_two_workers_tell_it_once_and_another_one_after_them_says_nothing(home: Path, sink: SmtpSink) -> None:
    with worker(home, sink) as one, worker(home, sink) as other:
        until(lambda: bool(sink.mails))
        said = stop(one) + stop(other)
    with worker(home, sink) as third:
        until_it_has_looked(third)
        said += stop(third)

    assert [mail.message["Subject"] for mail in sink.mails] == ["Kvitt: 300 invoices of fjell were rejected"]
    assert "A notice was sent by e-mail" in said
    assert not [secret for secret in ("hunter2", "kari@", "127.0.0.1:", "Nordmann") if secret in said]
    assert "Nordmann" not in sink.mails[0].text


def test_one_that_is_killed_before_it_hears_that_it_was_taken_repeats_it_once(home: Path, sink: SmtpSink) -> None:
    sink.answers.clear()
    with worker(home, sink) as killed:
        until(lambda: len(sink.mails) == 1)
        killed.kill()
        killed.communicate()
    sink.answers.set()
    assert left(home) == 1
    with closing(make_container(Settings(home=home)).storage()) as storage, storage.write() as database:
        database.execute(update(notifier).values(expires_at=storage.clock.now()))  # as good as waiting

    with worker(home, sink) as next_:
        until(lambda: len(sink.mails) == 2 and left(home) == 0)
        stop(next_)
    with worker(home, sink) as third:
        until_it_has_looked(third)
        stop(third)
    assert len(sink.mails) == 2
