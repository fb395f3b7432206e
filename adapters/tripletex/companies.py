"""Which of the companies that a login reaches is the business's. Pure.

Source: docs/tripletex.md, "Way in".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.http_api.company_names import near_names, told_of_near
from adapters.http_api.json_values import Item, id_in, part
from adapters.http_api.troubles import trouble
from adapters.http_api.values import text_in
from adapters.tripletex.operations import WHO_AM_I
from adapters.tripletex.values import unwrapped
from core.errors import AccessRefused, UnknownAccount

OWN_COMPANY = "0"
"""The user name by which a session token opens the company of its employee."""

_HELD = "id,name,currency(id,code),address(country(id,isoAlpha2Code))"
WHO_AM_I_FIELDS = f"companyId,company({_HELD})"
CLIENT_FIELDS = _HELD


@dataclass(frozen=True)
class Company:
    """A company that a login reaches: its id and name, and the user name by which the token opens it."""

    id: str
    name: str
    user: str


@dataclass(frozen=True)
class Reached:
    """A company that is reached, and the ids that are told with it, by kind: of its currency and its country."""

    company: Company
    known: Mapping[str, Mapping[str, int]]


def own_company_in(document: Any) -> Reached:
    """Read which company the employee of the token is in.

    Errors: TryAgain, code `broken_answer`.
    """
    user = unwrapped(document, WHO_AM_I)
    company = part(user, "company")
    company_id = id_in(user.get("companyId")) or id_in(company.get("id"))
    if company_id is None:
        raise trouble(WHO_AM_I, "broken_answer")
    return _reached(company, company_id, user_name=OWN_COMPANY)


def client_in(item: Item) -> Reached | None:
    """Read a client of an accountant's; None when it has no id."""
    company_id = id_in(item.get("id"))
    return _reached(item, company_id, user_name=company_id) if company_id else None


def chosen_company(account_name: str, reached: Sequence[Reached], *, where: str) -> Reached:
    """Pick the company of exactly this name.

    Errors: AccessRefused, codes `unknown_account_name` (naming those that are near), `ambiguous_account_name`.
    """
    by_id = {one.company.id: one for one in reversed(reached)}  # the token's own goes before the same as a client
    named = of_name(account_name, by_id.values())
    if not named:
        similar = near_names(account_name, (one.company.name for one in by_id.values()))
        raise UnknownAccount(
            f'{where}: the employee token reaches no company named exactly "{account_name}". {told_of_near(similar)}',
            similar=similar,
            hint="Set account_name to the company's name as it stands in Tripletex, or use a token that reaches that "
            "company; then run business verify.",
        )
    if len(named) > 1:
        raise AccessRefused(
            f'{where}: the employee token reaches {len(named)} companies named "{account_name}"; Kvitt cannot tell '
            "which one you mean.",
            code="ambiguous_account_name",
            hint="Rename one of them in Tripletex, or use a token that reaches only one.",
        )
    return named[0]


def of_name(account_name: str, reached: Iterable[Reached]) -> list[Reached]:
    """Return those of exactly this name."""
    return [one for one in reached if one.company.name.strip() == account_name.strip()]


def _reached(company: Item, company_id: str, *, user_name: str) -> Reached:
    known: dict[str, dict[str, int]] = {}
    for kind, holder, code in (
        ("currency", part(company, "currency"), "code"),
        ("country", part(company, "address", "country"), "isoAlpha2Code"),
    ):
        number, name = id_in(holder.get("id")), text_in(holder.get(code))
        if number and name:
            known[kind] = {name.upper(): int(number)}
    return Reached(Company(company_id, text_in(company.get("name")) or "", user_name), known)
