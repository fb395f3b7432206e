from typing import Any

import pytest

from adapters.twentyfour_seven_office.soap.customers import Page, page_in
from core.errors import TryAgain


def answer(*ids: Any, current: int | None = 2, pages: int | None = 3) -> dict[str, Any]:
    items = [one if one is None else {"CompanyId": one} for one in ids]
    told = {"CurrentPage": current, "TotalPages": pages, "Items": {"SyncCompany": items}}
    return {name: value for name, value in told.items() if value is not None}


def test_a_page_has_each_id_once() -> None:
    read = page_in(answer(7, None, 5, -2147483648, 7), number=2, where="here")
    assert read == Page(ids=(7, 5), is_last=False)


def test_the_last_page_is_the_one_that_is_counted_last() -> None:
    assert page_in(answer(7, pages=2), number=2, where="here").is_last
    assert page_in(answer(pages=2), number=2, where="here") == Page(ids=(), is_last=True)


def test_a_list_of_nothing_has_no_pages() -> None:
    for current in (0, 1, None):
        assert page_in(answer(current=current, pages=0), number=1, where="here") == Page(ids=(), is_last=True)


@pytest.mark.parametrize("broken", [None, {}, answer(7, current=1), answer(7, current=None), answer(7, pages=None)])
def test_another_page_than_asked_is_not_taken_for_it(broken: Any) -> None:
    with pytest.raises(TryAgain) as error:
        page_in(broken, number=2, where="here")
    assert error.value.code == "broken_answer"
