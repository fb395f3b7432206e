"""A backup that is put back, and what is done about it."""

from datetime import timedelta
from pathlib import Path

from pytest_bdd import given, parsers, then, when

from core.recovery import FindingKind, Recovery
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import Office
from tests.acceptance.story import Story
from tests.attack.backups import Backup


@given("a backup was made before the invoice was sent", target_fixture="backup")
def backup_before_sending(story: Story, settings: Settings, container: Container, tmp_path: Path) -> Backup:
    story.add()
    return _backup(story, settings, tmp_path)


@given("a backup was made before the invoice was added", target_fixture="backup")
def backup_before_adding(story: Story, settings: Settings, tmp_path: Path) -> Backup:
    return _backup(story, settings, tmp_path)


def _backup(story: Story, settings: Settings, folder: Path) -> Backup:
    backup = Backup(settings, folder / "kept")
    story.send()
    return backup


@given("the backup was put back")
def put_back(backup: Backup) -> None:
    backup.put_back()


@when("the orders are recovered", target_fixture="recovery")
def recover(story: Story, container: Container, clock: MovableClock) -> Recovery:
    recover = container.recover()
    recover.begin(clock.now() - timedelta(days=1))
    clock.forward(container.settings().settling)
    return recover.recover(story.business.name)


@when(parsers.parse("a person says that the order is the invoice's"))
def adopt(story: Story, container: Container, office: Office) -> None:
    order = office.order_for(story.invoice.number)
    container.adopt_order().adopt(story.business.name, story.invoice.number, order.id)


@then("the transfer is held back until the orders are recovered")
def held_back(story: Story) -> None:
    error = story.transfers[-1].error
    assert story.transfers[-1].is_parked
    assert error
    assert error.code == "recovery_needed"


@then("the books still have the order from before the backup was put back, and no other")
def still_one(office: Office, story: Story) -> None:
    assert office.order_for(story.invoice.number).id == story.transfers[0].order_id


@then("a person is told of the order")
def told(recovery: Recovery, story: Story) -> None:
    assert [(one.kind, one.invoice) for one in recovery.findings] == [
        (FindingKind.UNKNOWN_INVOICE, story.invoice.number)
    ]
