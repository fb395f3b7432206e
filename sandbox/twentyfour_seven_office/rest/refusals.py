"""The ways in which the REST API says no.

The vendor's OpenAPI file: a refused write is 400 with a ValidationError or a BadRequestError, everything else
has at most the shape Error. What status a token, a right or the quota is refused with is assumed.
"""

import secrets
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from sandbox.twentyfour_seven_office.refusals import DEPARTMENT_IS_REQUIRED, PROJECT_IS_REQUIRED, ItemRefusedError
from sandbox.twentyfour_seven_office.rules import BrokenRuleError


class RestRefusedError(Exception):
    """A call is refused: with a status, and an `error` in the body. None is no body."""

    def __init__(self, status: int, error: dict[str, Any] | None, *, retry_after: str | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = None if error is None else {"error": error, "trackingId": secrets.token_hex(8)}
        self.headers = (("Retry-After", retry_after),) if retry_after else ()


def invalid(path: str, keyword: str) -> RestRefusedError:
    """A field is wrong; the keyword says how, in JSON Schema's words where it has one."""
    payload = {"validationErrors": [{"path": path, "keyword": keyword}]}
    return RestRefusedError(400, {"name": "ValidationError", "payload": payload})


def bad_request(kind: str, message: str) -> RestRefusedError:
    """The whole is not acceptable: DepartmentMissing, ProjectMissing or NoLines."""
    errors = [{"type": kind, "message": message, "arguments": []}]
    return RestRefusedError(400, {"name": "BadRequestError", "payload": {"errors": errors}})


def broken_rule(refusal: ItemRefusedError) -> RestRefusedError:
    """A rule of the books, which SOAP knows too."""
    if refusal.kind == DEPARTMENT_IS_REQUIRED:
        return bad_request("DepartmentMissing", refusal.message)
    if refusal.kind == PROJECT_IS_REQUIRED:
        return bad_request("ProjectMissing", refusal.message)
    if isinstance(refusal, BrokenRuleError):
        return invalid(refusal.path, refusal.keyword)
    return invalid("", refusal.message)


def _error(status: int, name: str, message: str, retry_after: str | None = None) -> RestRefusedError:
    return RestRefusedError(status, {"name": name, "message": message}, retry_after=retry_after)


def unauthorized() -> RestRefusedError:
    """There is no token, or none that is still good."""
    return _error(401, "UnauthorizedError", "The access token is missing, invalid or expired")


def forbidden() -> RestRefusedError:
    """The company's contract does not cover this."""
    return _error(403, "ForbiddenError", "Insufficient permissions")


def missing() -> RestRefusedError:
    """There is no such thing."""
    return _error(404, "NotFoundError", "The resource was not found")


def not_allowed() -> RestRefusedError:
    """The address is there, but not for this method."""
    return _error(405, "MethodNotAllowedError", "The method is not allowed")


def conflict(message: str) -> RestRefusedError:
    """What is there does not allow it."""
    return _error(409, "ConflictError", message)


def throttled(seconds: int | None) -> RestRefusedError:
    """Too much at once; try again after so many seconds, which is not always told."""
    return _error(429, "TooManyRequestsError", "Too many requests", None if seconds is None else str(seconds))


def over_quota(until: datetime) -> RestRefusedError:
    """The hour's calls are used up; the end is told as an HTTP date."""
    return _error(429, "TooManyRequestsError", "Quota exceeded", format_datetime(until, usegmt=True))


def broken_down(cause: str) -> RestRefusedError:
    """Trouble inside, telling more of the inside than it should."""
    message = f"{cause} at SalesOrderRepository.save (\\\\10.20.30.40\\build\\salesorders.ts:812)"
    return _error(500, "InternalServerError", message)
