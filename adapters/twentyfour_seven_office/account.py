"""The account that a login leads to: whose books they are, and whether one thing may be done there."""

from collections.abc import Callable

from core.books import Books, Right
from core.errors import AccessRefused, Rejected

_SYSTEM = "24sevenoffice"


def books_of(company_id: str, name: str) -> Books:
    """Return the books of a company, which are the same through either API.

    Assumed: both APIs number companies alike, so that the SOAP services' Client.Id is the REST API's organization id.
    """
    return Books(system=_SYSTEM, company_id=company_id, company=name.strip())


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
