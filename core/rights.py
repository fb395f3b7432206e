"""What somebody may do: the rule that API keys and users share.

Pure. A role is for one business or for every one; who has one for every business is an administrator, and may look
after the installation itself.
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do: `read` looks, previews, checks status; `send` also adds, sends, retries, cancels, links."""

    READ = "read"
    SEND = "send"


class Need(StrEnum):
    """What an operation demands of whoever asks. `oversee` and `administer` are about the whole installation."""

    READ = "read"
    SEND = "send"
    OVERSEE = "oversee"
    ADMINISTER = "administer"


def is_enough(role: Role | None, need: Need, *, everywhere: bool) -> bool:
    """Whether who has this role, for one business or `everywhere`, may do what demands that."""
    if role is None or (not everywhere and need in (Need.OVERSEE, Need.ADMINISTER)):
        return False
    return role is Role.SEND or need in (Need.READ, Need.OVERSEE)
