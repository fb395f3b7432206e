"""A login: the session token, the company that it was got for, and what ids are there; kept sealed (`SessionStore`)."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from adapters.tripletex.companies import Company
from adapters.tripletex.operations import LOGIN
from adapters.tripletex.settings import TripletexConnection
from core.errors import TryAgain
from core.norwegian_time import NORWEGIAN_TIME, norwegian_date

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # it goes into a header
_MARGIN = timedelta(minutes=2)  # longer than a call that was begun just before

Ids = Mapping[str, int]
"""Tripletex's ids, by what people and invoices call the things: a VAT code, a currency's or a country's code."""


@dataclass(frozen=True)
class Login:
    """A session token, and until when (UTC) it is used: a while before it ends. The token itself is a secret.

    `fingerprint` tells for which connection it was made: another connection never uses it. `company` is whose books
    they are; `known` what was looked up of ids there, by kind.
    """

    fingerprint: str
    usable_until: datetime
    company: Company
    token: str = field(repr=False)
    known: Mapping[str, Ids] = field(default_factory=dict)

    def knowing(self, kind: str, ids: Ids) -> "Login":
        """Return the same, with what was looked up of a kind."""
        return replace(self, known={**self.known, kind: {**self.known.get(kind, {}), **ids}})

    def to_text(self) -> str:
        """Write it down."""
        return json.dumps(
            {
                "fingerprint": self.fingerprint,
                "usable_until": self.usable_until.isoformat(),
                "company": [self.company.id, self.company.name, self.company.user],
                "token": self.token,
                "known": self.known,
            }
        )

    @classmethod
    def from_text(cls, text: str | None) -> "Login | None":
        """Read what was written down; None for nothing, or for what some other version or system wrote."""
        try:
            found = json.loads(text or "null")
            until = datetime.fromisoformat(found["usable_until"])
            company_id, name, user = map(str, found["company"])
            known = {
                str(kind): {str(name): int(number) for name, number in ids.items()}
                for kind, ids in found["known"].items()
            }
            kept = cls(str(found["fingerprint"]), until, Company(company_id, name, user), str(found["token"]), known)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return kept if until.tzinfo and _TOKEN.fullmatch(kept.token) else None


def login_request(*, employee_token: str, consumer_token: str, now: datetime) -> dict[str, str]:
    """Describe the session token that is asked for: one that lives a day longer than it is used.

    Tripletex gives none that ends by its own clock at once, and ours may be behind.
    """
    return {
        "consumerToken": consumer_token,
        "employeeToken": employee_token,
        "expirationDate": (_ends(now).astimezone(NORWEGIAN_TIME).date() + timedelta(days=1)).isoformat(),
    }


def usable_until(now: datetime) -> datetime:
    """Return until when a session token is used that is asked for now: a while before the day ends in Norway."""
    return _ends(now) - _MARGIN


def token_in(answer: Any) -> str:
    """Read the session token in the answer to a login.

    Errors: TryAgain, code `broken_answer`, when there is none.
    """
    value = answer.get("value") if isinstance(answer, dict) else None
    token = value.get("token") if isinstance(value, dict) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise TryAgain(f"{LOGIN.where}: the answer was broken.", code="broken_answer")
    return token


def fingerprint_of(connection: TripletexConnection, *, url: str, consumer_token: str) -> str:
    """Digest everything that decides whose books a token reaches."""
    secrets = [connection.employee_token.get_secret_value(), consumer_token]
    digests = [hashlib.sha256(secret.encode()).hexdigest() for secret in secrets]
    return hashlib.sha256(json.dumps([url, *digests, connection.account_name]).encode()).hexdigest()


def _ends(now: datetime) -> datetime:
    """Return the midnight, in Norway, until which a token is used that is asked for now: not one that is near."""
    day = norwegian_date(now + 2 * _MARGIN) + timedelta(days=1)
    return datetime.combine(day, time(), NORWEGIAN_TIME).astimezone(now.tzinfo)
