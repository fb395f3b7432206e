"""The ways in which the API says no.

The shape is the vendor's: a status, a code, a message, and what is wrong field by field. The codes, and which status
goes with what beyond 401, 403, 409 and 429, are assumed.
"""

import secrets
from collections.abc import Iterable
from math import ceil
from typing import Any, NamedTuple

LINK = "https://tripletex.no/v2-docs/"


class Problem(NamedTuple):
    """What is wrong with a field."""

    field: str
    message: str


class RefusedError(Exception):
    """A call is refused. None as `body` is no body."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        problems: Iterable[Problem] = (),
        developer_message: str = "",
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.headers = tuple(headers)
        self.body: dict[str, Any] = {
            "status": status,
            "code": code,
            "message": message,
            "link": LINK,
            "developerMessage": developer_message or message,
            "validationMessages": [problem._asdict() for problem in problems] or None,
            "requestId": secrets.token_hex(16),
        }


def invalid(*problems: Problem) -> RefusedError:
    """The values are not acceptable."""
    return RefusedError(422, 18_000, "Validation failed.", problems=problems, developer_message="VALIDATION_ERROR")


def unmapped(*problems: Problem) -> RefusedError:
    """The body has fields that there are not, or values of another type."""
    return RefusedError(422, 16_000, "Request mapping failed", problems=problems, developer_message="MAPPING_ERROR")


def unreadable() -> RefusedError:
    """The body is no JSON."""
    return RefusedError(422, 22_000, "Invalid JSON")


def bad_parameter(name: str, message: str) -> RefusedError:
    """A parameter of the address is missing, unknown or of another type."""
    return RefusedError(422, 21_000, "Invalid parameter", problems=[Problem(name, message)])


def bad_filter(name: str) -> RefusedError:
    """The fields filter names what is not there."""
    return RefusedError(400, 11_000, "Illegal field in fields filter", problems=[Problem("fields", f"{name}: unknown")])


def unauthorized(*problems: Problem) -> RefusedError:
    """A token is missing, unknown or has ended."""
    return RefusedError(401, 3_000, "Unauthorized", problems=problems)


def forbidden(message: str = "You do not have permission to access this feature.") -> RefusedError:
    """A right or a module is missing."""
    return RefusedError(403, 9_000, message)


def missing() -> RefusedError:
    """There is no such thing."""
    return RefusedError(404, 6_000, "Object not found")


def not_allowed() -> RefusedError:
    """The address is there, but not for this method."""
    return RefusedError(405, 4_000, "Method not allowed")


def conflict() -> RefusedError:
    """What was to be changed has changed meanwhile."""
    return RefusedError(409, 8_000, "The object has been changed since it was read; the version is not the latest")


def throttled(limit: int, seconds: float, *, tells_reset: bool) -> RefusedError:
    """Too many calls; there is room again in so many seconds."""
    headers = [("X-Rate-Limit-Limit", str(limit)), ("X-Rate-Limit-Remaining", "0")]
    if tells_reset:
        headers.append(("X-Rate-Limit-Reset", str(ceil(seconds))))
    return RefusedError(429, 5_000, "Too many requests", headers=headers)


def broken_down(cause: str) -> RefusedError:
    """Trouble inside, telling more of the inside than it should."""
    told = f"{cause} at no.tripletex.order.OrderService.save(OrderService.java:812) on 10.20.30.40"
    return RefusedError(500, 1_000, "Internal error", developer_message=told)
