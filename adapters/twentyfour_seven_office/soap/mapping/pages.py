"""Lists that come page by page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.twentyfour_seven_office.soap.mapping.values import id_in
from core.errors import TryAgain


@dataclass(frozen=True)
class Page:
    """The ids of one page, each once, and whether it is the last one."""

    ids: tuple[int, ...]
    is_last: bool


def page_in(answer: Mapping[str, Any] | None, *, number: int, where: str) -> Page:
    """Read a page of company ids.

    Errors: TryAgain, code `broken_answer`, when this is not the page that was asked for, or does not say how many
    there are: a list that is not whole would let customers be created a second time.
    """
    page = answer or {}
    if page.get("TotalPages") == 0:
        return Page(ids=(), is_last=True)
    if page.get("CurrentPage") != number or page.get("TotalPages") is None:
        raise TryAgain(f"{where}: page {number} was requested and something else came.", code="broken_answer")
    companies = (page.get("Items") or {}).get("SyncCompany") or ()
    found = (id_in((company or {}).get("CompanyId")) for company in companies)
    return Page(ids=tuple(dict.fromkeys(int(one) for one in found if one)), is_last=number >= page["TotalPages"])
