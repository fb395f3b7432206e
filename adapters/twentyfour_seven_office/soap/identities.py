"""Which of the companies that a user reaches is the business's. Pure.

Source: docs/behaviour.md, "Preparing"; docs/24sevenoffice.md, "Sessions".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.http_api.company_names import near_names, told_of_near
from adapters.twentyfour_seven_office.soap.operations import LOGIN
from core.errors import AccessRefused, UnknownAccount

_NOT_A_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Identity:
    """A company as one user may reach it: `id` is the user's identity there, `client_id` the company's own number."""

    id: str
    name: str
    client_id: str
    is_disabled: bool


def identity_from(answer: Mapping[str, Any] | None) -> Identity | None:
    """Read an Identity; None when the answer names none."""
    identity_id = str((answer or {}).get("Id") or "").lower()
    if not answer or not identity_id or identity_id == _NOT_A_GUID:
        return None
    client = answer.get("Client") or {}
    return Identity(
        id=identity_id,
        name=client.get("Name") or "",
        client_id=str(client.get("Id") or ""),
        is_disabled=bool(answer.get("IsDisabled")),
    )


def chosen_identity(account_name: str, answer: Sequence[Mapping[str, Any]] | None, *, where: str) -> Identity:
    """Pick the identity whose company has exactly this name.

    Errors: AccessRefused, codes `login_refused` (no identity at all: the credentials are wrong),
    `unknown_account_name` (naming those that are near), `ambiguous_account_name`, `identity_blocked`.
    """
    identities = [identity for item in answer or () if (identity := identity_from(item))]
    if not identities:
        raise login_refused()
    named = [identity for identity in identities if identity.name.strip() == account_name.strip()]
    if not named:
        similar = near_names(account_name, (identity.name for identity in identities))
        raise UnknownAccount(
            f'{where}: the user has access to no company named exactly "{account_name}". {told_of_near(similar)}',
            similar=similar,
            hint="Set account_name to the company name shown at the top right in 24SevenOffice, or invite the user to "
            "that company; then run business verify.",
        )
    if len(named) > 1:
        raise AccessRefused(
            f'{where}: the user has access to {len(named)} companies named "{account_name}"; Kvitt cannot tell which '
            "one you mean.",
            code="ambiguous_account_name",
            hint="Rename one of them in 24SevenOffice, or use a user with access to only one.",
        )
    if named[0].is_disabled:
        raise AccessRefused(
            f'{where}: the user\'s access to "{account_name}" is blocked.',
            code="identity_blocked",
            hint="Give the user access to the company in 24SevenOffice (Administration, Company Admin, Users).",
        )
    return named[0]


def login_refused() -> AccessRefused:
    """The error for credentials that are not accepted; 24SevenOffice never says which of them.

    It is the login that failed, whichever operation showed it: choosing the company takes the credentials too.
    """
    return AccessRefused(
        f"{LOGIN.where}: the user name, the password or the application id is not accepted.",
        code="login_refused",
        hint="Correct username, password and application_id (business set), then run business verify.",
    )
