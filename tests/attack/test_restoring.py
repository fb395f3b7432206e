"""A backup is put back: 0 doubled, 0 lost, 0 stuck. Backups are made and put back with the databases' own tools."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from core.errors import TryAgain
from core.recovery import Recovery
from core.transfer import TransferState
from entrypoints.container import Container
from tests.attack.backups import Backup
from tests.attack.installation import BUSINESS, REST, SOAP, TRIPLETEX, Installation, installed
from tests.systems import System

EARLIER = [f"10{number}" for number in range(3)]
LATER = [f"20{number}" for number in range(4)]
NEVER = ["301", "302"]
PATIENCE_SECONDS = 30


@pytest.fixture(params=[SOAP, REST, TRIPLETEX], ids=["soap", "rest", "tripletex"])
def system(request: pytest.FixtureRequest) -> System:
    """Each way to the books."""
    way: System = request.param
    return way


@contextmanager
def another_process(installation: Installation) -> Iterator[Container]:
    """The same installation, as a process that starts now sees it."""
    container = installation.new_container()
    try:
        yield container
    finally:
        container.storage().close()


def recovered(installation: Installation, container: Container) -> list[Recovery]:
    """Recover every business, coming back as the command does; what has to settle has done so by then."""
    recover, done, give_up_at = container.recover(), list[Recovery](), monotonic() + PATIENCE_SECONDS
    for business in recover.begin():
        while True:
            try:
                done.append(recover.recover(business))
                break
            except TryAgain:
                assert monotonic() < give_up_at, "recovery is stuck"
                installation.let_calls_settle()
                sleep(0.02)
    return done


def states(container: Container) -> dict[str, TransferState]:
    return {one.invoice: one.state for one in container.look_up().transfers(BUSINESS, limit=1000)}


@pytest.mark.parametrize(
    "in_place", [pytest.param(False, id="replaced"), pytest.param(True, id="in_place", marks=pytest.mark.attack)]
)
@pytest.mark.sampled(2)
def test_what_was_sent_after_the_backup_is_never_doubled(
    installation: Installation, tmp_path: Path, in_place: bool
) -> None:
    for number in [*EARLIER, *LATER, *NEVER]:
        installation.add(number)
    installation.drive(*map(installation.queue, EARLIER))
    backup = Backup(installation.settings, tmp_path / "kept")
    installation.drive(*map(installation.queue, LATER))
    assert installation.held.orders == len([*EARLIER, *LATER])
    installation.container.storage().close()
    backup.put_back(in_place=in_place)

    with another_process(installation) as container:
        container.send_many().send_all(BUSINESS)
        assert installation.held.orders == len([*EARLIER, *LATER]), "nothing is sent before recover has run"
        assert set(states(container).values()) == {TransferState.TRANSFERRED, TransferState.WAITING}

        (recovery,) = recovered(installation, container)

        assert (recovery.needed, recovery.trouble, recovery.findings) == (False, None, ())
        assert recovery.tied == len(LATER)
        container.take_turn().take(BUSINESS)
        assert set(states(container).values()) == {TransferState.TRANSFERRED}
        assert len(states(container)) == len([*EARLIER, *LATER, *NEVER])
    every = [*EARLIER, *LATER, *NEVER]
    assert {number: len(installation.orders_for(number)) for number in every} == dict.fromkeys(every, 1)


@pytest.mark.sampled(2)
def test_a_worker_that_runs_on_notices_before_its_next_create_call(installation: Installation, tmp_path: Path) -> None:
    for number in [*EARLIER, *LATER]:
        installation.add(number)
    installation.drive(*map(installation.queue, EARLIER))
    backup = Backup(installation.settings, tmp_path / "kept")
    installation.drive(*map(installation.queue, LATER))
    backup.put_back()

    transfers = installation.drive(*map(installation.queue, LATER))  # the very process that sent them before

    assert {one.error.code for one in transfers if one.error} == {"recovery_needed"}
    recovered(installation, installation.container)
    assert {one.state for one in installation.drive(*transfers)} == {TransferState.TRANSFERRED}
    assert installation.held.orders == len([*EARLIER, *LATER])


@pytest.mark.attack
@pytest.mark.parametrize("moment", range(8))
def test_put_back_in_the_middle_of_sending(installation: Installation, tmp_path: Path, moment: int) -> None:
    """Another thread puts the backup back while this one sends; the moment is drawn out call by call."""
    every = [*EARLIER, *LATER, *NEVER]
    for number in every:
        installation.add(number)
    installation.drive(*map(installation.queue, EARLIER))
    backup = Backup(installation.settings, tmp_path / "kept")
    for number in LATER + NEVER:
        installation.queue(number)
    middle = threading.Timer(0.03 * moment, backup.put_back)
    middle.start()
    try:
        installation.container.take_turn().take(BUSINESS)
    except Exception as trouble:  # noqa: BLE001 - a turn that ends with its database is what happens
        print(type(trouble).__name__)  # noqa: T201 - shown when the test fails
    middle.join()
    installation.container.storage().close()

    with another_process(installation) as container:
        installation.let_leases_run_out()
        container.restore_watch().check()
        recovered(installation, container)
        give_up_at = monotonic() + PATIENCE_SECONDS
        while True:
            container.send_many().send_all(BUSINESS)
            if set(states(container).values()) == {TransferState.TRANSFERRED} and len(states(container)) == len(every):
                break
            assert monotonic() < give_up_at, f"stuck: {states(container)}"
            sleep(0.2)
    assert {number: len(installation.orders_for(number)) for number in every} == dict.fromkeys(every, 1)


def test_a_whole_home_that_is_copied_back_is_noticed(tmp_path: Path, system: System) -> None:
    import shutil

    home = tmp_path / "home"
    with installed(home, system=system) as installation:
        for number in [*EARLIER, *LATER]:
            installation.add(number)
        installation.drive(*map(installation.queue, EARLIER))
        installation.container.storage().close()
        shutil.copytree(home, tmp_path / "kept")
        installation.drive(*map(installation.queue, LATER))
        installation.container.storage().close()
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "kept", home)

        with another_process(installation) as container:
            container.send_many().send_all(BUSINESS)
            assert installation.held.orders == len([*EARLIER, *LATER])
            recovered(installation, container)
            container.take_turn().take(BUSINESS)
        assert installation.held.orders == len([*EARLIER, *LATER])
