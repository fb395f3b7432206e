"""The organization whose books are reached. Pure."""

from typing import Any

from adapters.twentyfour_seven_office.rest.mapping.values import id_in, item_in
from adapters.twentyfour_seven_office.rest.operations import GET_ORGANIZATION
from adapters.twentyfour_seven_office.values import text_in
from core.books import Account


def account_in(document: Any) -> Account:
    """Read whose books these are.

    Errors: TryAgain, code `broken_answer`.
    """
    organization = item_in(document, GET_ORGANIZATION)
    return Account(name=text_in(organization.get("name")) or "", id=id_in(organization["id"]) or "")
