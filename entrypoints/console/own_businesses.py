"""Which businesses somebody has a role for, and which of them the console offers the pages of."""

from collections.abc import Sequence
from contextlib import suppress

from core.business import Business
from core.errors import NotFound
from core.use_cases.look_up import LookUp
from core.user import User


def businesses_of(user: User, look_up: LookUp, *, limit: int, after: str | None = None) -> Sequence[Business]:
    """Return the businesses that a user has a role for, by name, those after the given one."""
    if user.is_administrator:
        return look_up.businesses(limit=limit, after=after)
    found = []
    for name in names_of(user, look_up, limit=limit, after=after):
        with suppress(NotFound):  # erased at this moment
            found.append(look_up.business(name))
    return found


def names_of(user: User, look_up: LookUp, *, limit: int, after: str | None = None) -> Sequence[str]:
    """Return the names of the businesses that a user has a role for, those after the given one."""
    own = None if user.is_administrator else {grant.business for grant in user.grants if grant.business}
    return look_up.business_names(limit=limit, after=after, among=own)


def business_at_hand(user: User, look_up: LookUp, *, wanted: Sequence[str]) -> str | None:
    """Return the first business of those wanted that there is for this user, else the only one; None for several."""
    own = [name for name in wanted if user.is_for(name)]
    there = look_up.business_names(limit=len(own), among=own) if own else ()
    if first := next((name for name in own if name in there), None):
        return first
    found = names_of(user, look_up, limit=2)
    return found[0] if len(found) == 1 else None
