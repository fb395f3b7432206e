"""Whether one thing may be done in an account."""

from collections.abc import Callable

from core.books import Right
from core.errors import AccessRefused, Rejected


def right(name: str, attempt: Callable[[], object]) -> Right:
    """Try a harmless read, and say whether it is allowed.

    Errors: AccessRefused when there is no way in at all; what else the attempt raises.
    """
    try:
        attempt()
    except (AccessRefused, Rejected) as refusal:
        if isinstance(refusal, AccessRefused) and refusal.code != "missing_rights":
            raise  # no way in at all
        return Right(name=name, allowed=False, message=refusal.message)
    return Right(name=name, allowed=True)
