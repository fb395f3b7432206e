"""That what is counted and summed up is read from indexes alone, and none of it is sorted."""

from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.sums import SUMS, _days, unpaid_select
from core.unpaid import DueDates, DuePlace

_DAY = date(2026, 2, 1)
_PLACES = [
    unpaid_select("fjell", due, limit=9, after=after)
    for due in (DueDates(), DueDates(last=_DAY), DueDates(_DAY, _DAY), DueDates(first=_DAY))
    for after in (None, DuePlace(_DAY, "1"))
]


_OF_A_UNION = ("COMPOUND QUERY", "LEFT-MOST SUBQUERY", "UNION ALL")


@pytest.mark.parametrize("query", [*SUMS, *_PLACES], ids=lambda query: str(query)[7:40])
def test_what_is_summed_up_is_read_from_an_index_alone(sqlite: str, query: Select[Any]) -> None:
    storage = open_storage(sqlite, FernetSecretBox([Fernet.generate_key().decode()]))
    plan = _plan(storage, query)
    storage.close()
    if "CO-ROUTINE anon_1" in plan:  # sums of days, which are few, are summed up again
        plan = plan[plan.index("CO-ROUTINE anon_1") + 1 : plan.index("SCAN anon_1")]
    read = [step for step in plan if step not in _OF_A_UNION]
    assert read
    assert all("USING COVERING INDEX ix_transfers" in step for step in read)


def _plan(storage: SqlStorage, query: Select[Any]) -> list[str]:
    named = query.params({"of": "fjell", "since": _DAY, **_days(_DAY)})
    statement = named.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with storage.read() as database:
        return [row[3] for row in database.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
