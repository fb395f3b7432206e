"""How often a password may be tried, by the user's name and by the caller's address.

Pure. An attempt counts from before it is judged, and no longer once it was right; so many at once get no further than
one after the other. The name is counted by a few digits of its digest alone: what is typed there may be a password.

Whoever tries from many addresses shuts a user out by the name's count, but never from where that user has signed in
before; and a link from the command line always opens.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.api_key import digest_of

WINDOW = timedelta(minutes=15)
MOST_FROM_ADDRESS = 10
MOST_FOR_NAME = 30
"""So many wrong passwords are taken within a `WINDOW`."""

MOST_CHALLENGES = 60
"""So often signing in with a passkey is begun from one address within a `WINDOW`: each time something is kept."""

_NAME_DIGITS = 4


@dataclass(frozen=True)
class Attempts:
    """Attempts of one kind since the window began, this one among them."""

    since: datetime
    count: int


def name_key(name: str) -> str:
    """Return what attempts for this name are counted under; two names share it in one of 65,536 cases."""
    return f"name:{digest_of(name.encode(errors='replace').decode())[:_NAME_DIGITS]}"


def address_key(network: str) -> str:
    """Return what attempts from this network are counted under."""
    return f"address:{network}"


def challenge_key(network: str) -> str:
    """Return what is counted under when somebody there begins to sign in with a passkey."""
    return f"passkey:{network}"


def link_key(network: str | None) -> str:
    """Return what links from this network that let nobody in are counted under."""
    return f"link:{network or ''}"


def is_noted(for_name: Attempts, from_address: Attempts | None) -> bool:
    """Whether an attempt that is not taken is noted: the first one beyond each limit is, for anybody may go on."""
    return for_name.count == MOST_FOR_NAME + 1 or bool(from_address and from_address.count == MOST_FROM_ADDRESS + 1)


def not_before(for_name: Attempts, from_address: Attempts | None, *, knows_address: bool) -> datetime | None:
    """Return when the next attempt is taken, where this one is not; None where it is.

    `knows_address`: the user has signed in from there before.
    """
    waits = []
    if from_address and from_address.count > MOST_FROM_ADDRESS:
        waits.append(from_address.since + WINDOW)
    if for_name.count > MOST_FOR_NAME and not knows_address:
        waits.append(for_name.since + WINDOW)
    return max(waits, default=None)
