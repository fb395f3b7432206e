"""What a story takes in calls to the accounting system, by the sandbox's journal."""

from core.transfer import TransferState
from tests.acceptance.story import Story


def a_company(story: Story) -> None:
    story.invoice.customer.update(organization_name="Moe Anlegg AS", organization_number="911 000 008")


def calls_to_send(story: Story) -> list[str]:
    story.office.sandbox.journal.clear()
    story.send()
    assert story.transfer.state is TransferState.TRANSFERRED, story.transfer.error
    return operations(story)


def calls_to_check(story: Story) -> list[str]:
    story.office.sandbox.journal.clear()
    story.check_status()
    assert story.refusal is None
    return operations(story)


def operations(story: Story) -> list[str]:
    return [call.operation for call in story.office.sandbox.journal.calls()]
