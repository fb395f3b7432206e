"""What 24SevenOffice means when it says no, sorted by what the caller can do about it.

Two channels (docs/24sevenoffice.md, "Calls and errors"): a fault for a whole call, and an APIException inside one
item of an answer while the other items succeeded. Pure: text in, error out. The rule for a write: what is not known
to have happened before anything was written is OutcomeUnknown (docs/errors.md).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.http_api.cleaning import cause_of, cleaned, sentence
from adapters.twentyfour_seven_office.order_fields import DEPARTMENT_HINT, PROJECT_HINT
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.norwegian_time import NORWEGIAN_TIME

_ENDS = re.compile(r"Quarantine ends at\s+(.+?)\s*\.?\s*$", re.IGNORECASE)
_FORMS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H.%M.%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
)
# The quota is by the hour: a time further away was misread, or told by a clock that is set otherwise than ours.
_LONGEST = timedelta(hours=1)


class SessionEnded(TryAgain):
    """The session is not (or no longer) authenticated; the call did nothing. Logging in again helps."""

    default_code = "session_lost"


@dataclass(frozen=True)
class Refusal:
    """A fault, ready to be judged. `shown` is its cleaned text; `where` begins every message."""

    where: str
    cause: str
    shown: str
    now: datetime

    @property
    def message(self) -> str:
        """The message for a person."""
        return f"{self.where}: {sentence(self.shown or 'it gave no reason')}"


def error_for_fault(
    text: str | None, *, where: str, writes: bool, now: datetime, secrets: Iterable[str] = ()
) -> KvittError:
    """Return the error that a fault (its faultstring) stands for.

    Known texts happened before anything was written, also on a write. Of any other nobody knows: OutcomeUnknown on a
    write, TryAgain on a read, code `vendor_fault`.
    """
    refusal = Refusal(where=where, cause=cause_of(text), shown=cleaned(text, secrets=secrets), now=now)
    for pattern, error in _KNOWN_FAULTS:
        if pattern.search(refusal.cause):
            return error(refusal)
    return (OutcomeUnknown if writes else TryAgain)(refusal.message, code="vendor_fault")


def error_for_item(
    exception: Mapping[str, Any], *, where: str, writes: bool, secrets: Iterable[str] = ()
) -> KvittError:
    """Return the error that an item's APIException stands for.

    The service answered for this item, so a business reason (a Type of the vendor's own, or an argument error) means
    that it was refused and not written. A Type that tells of trouble underneath (database, timeout, network, a plain
    System exception), or none at all, leaves a write open: OutcomeUnknown; on a read it is TryAgain.
    """
    kind = str(exception.get("Type") or "").strip()
    shown = cleaned(exception.get("Message"), secrets=secrets)
    message = f"{where}: {sentence(shown or 'it gave no reason')}"
    for pattern, code, hint in _KNOWN_ITEMS:
        if pattern.search(kind):
            return Rejected(message, code=code, hint=hint)
    if not kind or _UNDERNEATH.search(kind):
        return (OutcomeUnknown if writes else TryAgain)(message, code="vendor_trouble")
    return Rejected(message, code="rejected_by_accounting_system")


def quarantine_end(text: str, *, now: datetime) -> datetime:
    """Return the instant, in UTC, from which calls are answered again.

    A time without an offset is Norwegian local time. Where none can be read, the next hour of the clock begins it.
    Source: docs/24sevenoffice.md, "Calls and errors".
    """
    match = _ENDS.search(text)
    ends = _instant(match[1]) if match else None
    if ends is None or ends - now > _LONGEST:
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return ends


def _instant(text: str) -> datetime | None:
    moment = _parsed(text)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=NORWEGIAN_TIME)).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the offset is added by the caller
        except ValueError:
            continue
    return None


def _session_ended(refusal: Refusal) -> KvittError:
    return SessionEnded(f"{refusal.where}: the session is not authenticated.")


def _identity_blocked(refusal: Refusal) -> KvittError:
    return AccessRefused(
        f"{refusal.where}: the user's access to this company is blocked.",
        code="identity_blocked",
        hint="Give the user access to the company in 24SevenOffice (Administration, Company Admin, Users).",
    )


def _quota(refusal: Refusal) -> KvittError:
    ends = quarantine_end(refusal.cause, now=refusal.now)
    return TryAgain(
        f"{refusal.where}: the hourly number of requests is used up until {ends:%H:%M} UTC.",
        code="quota_exceeded",
        hint="A running worker retries transfers then. 24SevenOffice grants more calls on request.",
        not_before=ends,
        for_everyone=True,
    )


def _throttled(refusal: Refusal) -> KvittError:
    return TryAgain(
        f"{refusal.where}: there were too many logins; 24SevenOffice wants a pause.", code="login_throttled"
    )


def _validation(refusal: Refusal) -> KvittError:
    return Rejected(refusal.message, code="vendor_validation")


def _missing_rights(refusal: Refusal) -> KvittError:
    return AccessRefused(
        refusal.message,
        code="missing_rights",
        hint="Give the user the Invoicing package in 24SevenOffice (Administration, Company Admin, Users), "
        "then run business verify.",
    )


def _dimension(code: str, hint: str) -> Callable[[Refusal], KvittError]:
    return lambda refusal: Rejected(refusal.message, code=code, hint=hint)


_DEPARTMENT = re.compile(r"DepartmentIsRequiredException")
_PROJECT = re.compile(r"ProjectIsRequiredException")

# Asked in this order: a validation error may quote what was sent, so it comes before what it could quote.
# "Access to the path ... is denied" is not among them: that is the server's own disk, in the middle of anything.
_KNOWN_FAULTS: list[tuple[re.Pattern[str], Callable[[Refusal], KvittError]]] = [
    (re.compile(r"Instance validation error|Please specify at least one search parameter", re.I), _validation),
    (re.compile(r"^[\w.]*ParameterNotFoundException\b|^There is an error in XML document", re.I), _validation),
    (re.compile(r"Maximum request length exceeded|did not recognize the value of HTTP Header", re.I), _validation),
    (_DEPARTMENT, _dimension("department_required", DEPARTMENT_HINT)),
    (_PROJECT, _dimension("project_required", PROJECT_HINT)),
    (re.compile(r"Session is not authenticated", re.I), _session_ended),
    (re.compile(r"\bIdentityId is blocked|\bidentity is (?:blocked|disabled)", re.I), _identity_blocked),
    (re.compile(r"^(?:[\w.]+Exception: )?Limit exceeded by \d+", re.I), _quota),
    (re.compile(r"too many log-?ins?\b|too many (?:log-?in )?attempts|\bthrottled?\b", re.I), _throttled),
    (
        re.compile(
            r"^(?:[\w.]+Exception: )?access (?:is )?denied\b|"
            r"\b(?:do|does) not have (?:access|permission|rights?|the rights?)\b|"
            r"\b(?:no|missing|requires?|lacks?)\b.{0,40}\b(?:package|licen[cs]e)\b",
            re.I,
        ),
        _missing_rights,
    ),
]

_KNOWN_ITEMS = [
    (_DEPARTMENT, "department_required", DEPARTMENT_HINT),
    (_PROJECT, "project_required", PROJECT_HINT),
    (
        re.compile(r"ParameterNotFoundException$"),
        "unknown_reference",
        "Something that the order refers to is no longer in 24SevenOffice. Look at what the reason names, then retry "
        "the transfer: it is read again.",
    ),
]

_UNDERNEATH = re.compile(
    r"DataBase|Sql|Deadlock|Timeout|Transaction|Network|Socket|Connection|Communication|Unavailable|OutOfMemory|"
    r"ThreadAbort|^Office24Seven\.Library\.Data\.|^System\.(?!(?:Argument\w*|Format)Exception$)",
    re.IGNORECASE,
)
