"""That a listing's cost does not grow: plans, and pages where much is looked at for little."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.dialects import sqlite

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, listing, open_storage
from adapters.storage.listing import Ordered, matching_select, ordered_selects, sum_select, word_selects
from core.invoice_filter import InvoiceFilter, Place
from tests.storage_contract.listing import ALONE, TOGETHER, numbers_page_by_page, standings, stock, wanted_numbers
from tests.storage_contract.samples import a_business

BOX = FernetSecretBox([Fernet.generate_key().decode()])


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStorage]:
    """A storage that is only read here."""
    with closing(open_storage(f"sqlite:///{tmp_path_factory.mktemp('listing') / 'kvitt.db'}", BOX)) as storage:
        with storage.transaction() as work:
            for name in ("fjell", "vidde"):
                work.businesses.put(a_business(name))
        stock(storage)
        yield storage


@pytest.mark.parametrize(("few", "most"), [(500, 4), (2, 4), (2, 10_000)])
@pytest.mark.sampled(3)
def test_what_is_found_is_the_same_however_it_is_looked_for(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, few: int, most: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    monkeypatch.setattr(listing, "MOST_LOOKED_AT", most)
    monkeypatch.setattr(listing, "_STEP", 3)
    all_ = standings(storage)
    for parts in (*ALONE, *TOGETHER):
        wanted = InvoiceFilter(**parts)
        assert numbers_page_by_page(storage, wanted, limit=2) == wanted_numbers(all_, wanted), parts


def test_a_page_for_which_enough_was_looked_at_says_where_to_go_on(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", 0)
    monkeypatch.setattr(listing, "MOST_LOOKED_AT", 4)
    monkeypatch.setattr(listing, "_STEP", 2)
    with storage.transaction() as work:
        found = work.invoices.find("fjell", InvoiceFilter(search="po-12"), limit=1)
    assert list(found.numbers) == []
    assert found.then is not None


@pytest.mark.parametrize("parts", [{}, *ALONE, *TOGETHER], ids=str)
def test_every_select_reads_along_an_index_and_sorts_nothing(storage: SqlStorage, parts: dict[str, Any]) -> None:
    wanted = InvoiceFilter(**parts)
    place = Place(date(2026, 2, 1) if wanted.by_date else None, "F-1")
    for after in (None, place):
        for query in ordered_selects("fjell", wanted, after=after, limit=51):
            _is_along_an_index(storage, query)
    for words in word_selects("fjell", wanted):
        _is_along_an_index(storage, words.limit(501))
    if wanted.by_sum:
        _is_along_an_index(storage, sum_select("fjell", wanted).limit(501))
    for step in _is_along_an_index(storage, matching_select("fjell", wanted, ["1", "2"])):
        assert "LIST SUBQUERY" in step or "CORRELATED" in step or "number=?" in step or "invoice=?" in step, step


def _is_along_an_index(storage: SqlStorage, query: Ordered) -> list[str]:
    statement = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with storage.read() as database:
        plan = [row[3] for row in database.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan
    for step in plan:
        assert not step.startswith("SCAN"), (plan, str(statement))
        assert "TEMP B-TREE" not in step, (plan, str(statement))
        assert "AUTOMATIC" not in step, plan
    return plan
