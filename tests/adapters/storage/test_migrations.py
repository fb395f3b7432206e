import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Engine, Text, bindparam, text

from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
from adapters.storage.database import make_engine
from adapters.storage.dialects import UtcDateTime
from adapters.storage.migrate import current, upgrade
from adapters.storage.schema import LATEST_REVISION, metadata
from core.customer import Customer
from core.errors import InvalidInput
from core.invoice import Invoice
from core.invoice_filter import InvoiceFilter
from core.payment import PaymentReason
from core.sums import ArrivedSum, Sum
from core.transfer import TransferState
from tests.postgres import temporary_database
from tests.storage_contract.samples import NOW, a_report, an_invoice

BOX = FernetSecretBox([Fernet.generate_key().decode()])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kvitt.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_the_migrations_lead_to_the_tables_of_the_schema(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as database:
        context = MigrationContext.configure(database, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_lead_to_the_very_statements_of_the_schema(engine: Engine, tmp_path: Path) -> None:
    """Partial indexes and the names of constraints, which the comparison above does not look at, are the same too."""
    upgrade(engine)
    fresh = make_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    metadata.create_all(fresh)
    assert _statements(engine) == _statements(fresh)
    fresh.dispose()


def test_the_revision_that_opening_expects_is_the_latest() -> None:
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [LATEST_REVISION]


def test_a_database_knows_its_revision(engine: Engine) -> None:
    assert current(engine) is None
    upgrade(engine)
    assert current(engine) == LATEST_REVISION


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    before = _statements(engine)
    upgrade(engine)
    assert _statements(engine) == before


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with engine.begin() as database:
        database.execute(text("CREATE TABLE leases (a INTEGER)"))
    with pytest.raises(Exception, match="leases already exists"):
        upgrade(engine)
    assert current(engine) is None
    assert list(_statements(engine)) == ["leases"]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine, url: str) -> None:
    upgrade(engine)
    with engine.begin() as database:
        database.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InvalidInput) as refusal:
        open_storage(url, BOX)
    assert refusal.value.code == "database_too_new"
    assert "9999" in refusal.value.message
    assert current(engine) == "9999"


def test_opening_what_is_up_to_date_needs_no_alembic(url: str) -> None:
    open_storage(url, BOX).close()
    program = f"""
import sys
from cryptography.fernet import Fernet
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
open_storage({url!r}, FernetSecretBox([Fernet.generate_key().decode()])).close()
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_migrating_sets_up_no_logging(url: str) -> None:
    program = f"""
import logging, sys
from cryptography.fernet import Fernet
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
open_storage({url!r}, FernetSecretBox([Fernet.generate_key().decode()])).close()
loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
sys.exit(any(not isinstance(h, logging.NullHandler) for logger in loggers for h in logger.handlers))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_a_storage_opens_an_empty_database_and_one_that_is_there(url: str) -> None:
    for _ in range(2):
        with closing(open_storage(url, BOX)) as storage:
            storage.ping()


def test_what_was_reported_of_anothers_order_is_dropped_and_asked_about_anew(engine: Engine) -> None:
    """Until 0008 an order that carried another number was reported with a warning, its payment and all."""
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    transfer = (
        "INSERT INTO transfers (id, business, invoice, state, order_id, attempts, created_at, warnings, trying_since, "
        "bulk, alone, superseded, settled, version) VALUES (:number, 'fjell', :number, 'transferred', :number, 1, "
        "'2026-01-01', '[]', '2026-01-01', 0, 0, 0, 1, 1)"
    )
    check = (
        "INSERT INTO status_checks (business, invoice, status, reason, order_id, checked_at, warnings) "
        "VALUES ('fjell', :number, 'paid', 'paid', :number, '2026-01-01', :warnings)"
    )
    warning = '["Order 2 does not carry the number of invoice 2. Was it changed there?"]'
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0007")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        for number, warnings in (("1", "[]"), ("2", warning)):
            database.execute(text(transfer), {"number": number})
            database.execute(text(check), {"number": number, "warnings": warnings})
        database.commit()
        command.upgrade(config, "head")
        assert database.execute(text("SELECT invoice FROM status_checks")).scalars().all() == ["1"]
        settled = database.execute(text("SELECT invoice, settled FROM transfers ORDER BY invoice")).all()
        assert [tuple(row) for row in settled] == [("1", 1), ("2", 0)]


_AS_IT_WAS = """
INSERT INTO transfers (id, business, invoice, state, attempts, created_at, warnings, error, trying_since, bulk, alone,
                       superseded, settled, version)
VALUES (:id, 'fjell', :id, :state, 1, '2026-01-01', '[]', :error, '2026-01-01', :no, :no, :no, :no, 1)
"""


def cancelled_ones_have_a_state_of_their_own(engine: Engine) -> None:
    """Until 0009 they were rejected with the code `cancelled`."""
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    codes = {"t1": "cancelled", "t2": "unknown_vat_rate", "t3": None, "t4": "cancelled"}
    states = {"t1": "rejected", "t2": "rejected", "t3": "queued", "t4": "waiting"}
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0008")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        for id_, state in states.items():
            error = json.dumps({"code": codes[id_], "message": "No.", "hint": ""}) if codes[id_] else None
            database.execute(text(_AS_IT_WAS), {"id": id_, "state": state, "error": error, "no": False})
        database.commit()
        command.upgrade(config, "head")
        found = database.execute(text("SELECT id, state FROM transfers ORDER BY id")).all()
    assert {id_: state for id_, state in found} == states | {"t1": "cancelled"}  # noqa: C416


def test_cancelled_ones_have_a_state_of_their_own(engine: Engine) -> None:
    cancelled_ones_have_a_state_of_their_own(engine)


def test_cancelled_ones_have_a_state_of_their_own_on_postgresql() -> None:
    with temporary_database() as url:
        engine = make_engine(url)
        cancelled_ones_have_a_state_of_their_own(engine)
        engine.dispose()


def credits_stored_before_there_was_a_column_are_found(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    add = "INSERT INTO invoices (business, number, type, document, sent) VALUES ('fjell', :number, '', :document, :no)"
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0009")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        for number, document in (("1", '{"number": "1", "credits": null}'), ("2", '{"number": "2", "credits": "1"}')):
            database.execute(text(add), {"number": number, "document": document, "no": False})
        database.commit()
        command.upgrade(config, "head")
        found = database.execute(text("SELECT number, credits FROM invoices ORDER BY number")).all()
    assert [tuple(row) for row in found] == [("1", None), ("2", "1")]


def test_credits_stored_before_there_was_a_column_are_found(engine: Engine) -> None:
    credits_stored_before_there_was_a_column_are_found(engine)


def test_credits_stored_before_there_was_a_column_are_found_on_postgresql() -> None:
    with temporary_database() as url:
        engine = make_engine(url)
        credits_stored_before_there_was_a_column_are_found(engine)
        engine.dispose()


_SENT_ORDER = """
INSERT INTO transfers (id, business, invoice, state, order_id, attempts, created_at, warnings, trying_since, bulk,
                       alone, superseded, settled, version)
VALUES (:number, 'fjell', :number, 'transferred', :order, 1, '2026-01-01', '[]', '2026-01-01', :no, :no, :no, :yes, 1)
"""
_LONG_CODE = "a_plugin_s_own_code_" + 60 * "x"
_REJECTED = """
INSERT INTO transfers (id, business, invoice, state, error, attempts, created_at, warnings, trying_since, bulk, alone,
                       superseded, settled, version)
VALUES ('long', 'fjell', '4', 'rejected', :error, 1, '2026-01-01', '[]', '2026-01-01', :no, :no, :no, :no, 1)
"""
_CHECKED = """
INSERT INTO status_checks (business, invoice, status, reason, order_id, checked_at, warnings)
VALUES ('fjell', :number, :status, '', :order, :at, '[]')
"""


def what_was_stored_before_there_were_listings_is_found(url: str) -> None:
    """What 0012 keeps of invoices and transfers is filled in for those that are there, all of them."""
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    engine = make_engine(url)
    others = [f"x{nth:04}" for nth in range(1_001)]  # more than are read at once
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0010")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        given = [an_invoice(number, order_number="PO-7", issue_date=date(2026, 1, 2)) for number in "1234"]
        given += [Invoice(number=number, customer=Customer(name="Olav Duun")) for number in others]
        database.execute(
            text(
                "INSERT INTO invoices (business, number, type, document, sent) VALUES ('fjell', :number, '', :of, :no)"
            ),
            [{"number": one.number, "of": one.model_dump_json(), "no": False} for one in given],
        )
        sent = [{"number": number, "order": number, "no": False, "yes": True} for number in "123"]
        database.execute(text(_SENT_ORDER), sent)
        database.execute(
            text(_REJECTED), {"error": json.dumps({"code": _LONG_CODE, "message": "No.", "hint": ""}), "no": False}
        )
        database.execute(
            text(_CHECKED),
            [
                {"number": "1", "status": "not_paid", "order": "1", "at": "2026-01-03"},
                {"number": "1", "status": "paid", "order": "1", "at": "2026-01-04"},
                {"number": "2", "status": "paid", "order": "2", "at": "2026-01-03"},
                {"number": "2", "status": "not_paid", "order": "2", "at": "2026-01-04"},
                {"number": "3", "status": "paid", "order": "an earlier one", "at": "2026-01-04"},
            ],
        )
        database.commit()
    engine.dispose()

    with closing(open_storage(url, BOX)) as storage, storage.transaction() as work:

        def found(**wanted: Any) -> Sequence[str]:
            return work.invoices.find("fjell", InvoiceFilter(**wanted), limit=2_000).numbers

        assert found(search="po-7") == found(first=date(2026, 1, 2)) == ["1", "2", "3", "4"]
        assert found(last=date(2026, 1, 1)) == []
        assert found(customer="duun") == others
        assert found(search="x1000") == ["x1000"]
        assert found(paid=True) == ["1"]
        assert found(paid=False, number="2") == ["2"]
        assert found(least=Decimal("-2250"), most=Decimal("-2250")) == ["1", "2", "3", "4"]
        of_three = Sum(currency="NOK", count=3, total=Decimal("-6750.00"))
        assert work.sums.arrived("fjell", since=date(2026, 1, 1)) == [ArrivedSum(date(2026, 1, 1), of_three)]
        assert work.sums.unpaid("fjell", today=date(2026, 1, 1)) == []  # all are settled
        assert [(one.state, one.transfers) for one in work.sums.errors("fjell")] == [(TransferState.REJECTED, 1)]
        assert len(work.sums.newest("fjell", TransferState.REJECTED, _LONG_CODE, limit=9)) == 1


def test_what_was_stored_before_there_were_listings_is_found(url: str) -> None:
    what_was_stored_before_there_were_listings_is_found(url)


def test_what_was_stored_before_there_were_listings_is_found_on_postgresql() -> None:
    with temporary_database() as url:
        what_was_stored_before_there_were_listings_is_found(url)


_SENT_BEFORE_EVENTS = """
INSERT INTO transfers (id, business, invoice, state, order_id, attempts, created_at, warnings, trying_since, bulk,
                       alone, superseded, settled, paid, version)
VALUES (:number, 'fjell', :number, 'transferred', :order, 1, '2026-01-01', '[]', '2026-01-01', :no, :no, :no, :no,
        :no, 1)
"""
_SEEN_BEFORE_EVENTS = """
INSERT INTO status_checks (business, invoice, status, reason, order_id, checked_at, warnings)
VALUES ('fjell', :number, 'not_paid', :reason, :order, :at, '[]')
"""


def what_was_stored_before_there_were_events_is_not_told_again(url: str) -> None:
    """What was seen last is known, so that what is seen next is news or not; batches of then are over."""
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    engine = make_engine(url)
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0012")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        sent = [{"number": number, "order": f"order {number}", "no": False} for number in "1234"]
        database.execute(text(_SENT_BEFORE_EVENTS), [*sent, {"number": "5", "order": None, "no": False}])
        looks = [
            ("1", "order 1", "open", "2026-01-04"),
            ("1", "order 1", "not_published", "2026-01-03"),  # an older answer that was stored later
            ("2", "order 2", "open", "2026-01-03"),
            ("2", "order 2", "paid", "2026-01-03"),  # of two from one instant the one stored last
            ("3", "an earlier order", "paid", "2026-01-04"),
            ("5", "an earlier order", "paid", "2026-01-04"),
        ]
        database.execute(
            text(_SEEN_BEFORE_EVENTS),
            [{"number": number, "order": order, "reason": reason, "at": at} for number, order, reason, at in looks],
        )
        database.execute(
            text(
                "INSERT INTO batches (id, business, created_at, printed, cancelled) "
                "VALUES ('b', 'fjell', '2026-01-02', 0, 0)"
            )
        )
        database.execute(
            text("INSERT INTO batch_members (batch, invoice, transfer_id) VALUES ('b', '1', '1'), ('b', '4', '4')")
        )
        database.commit()
    engine.dispose()

    with closing(open_storage(url, BOX)) as storage:
        with storage.read() as database:
            seen = database.execute(text("SELECT invoice, seen FROM transfers ORDER BY invoice")).all()
        assert [tuple(row) for row in seen] == [("1", "open"), ("2", "paid"), ("3", None), ("4", None), ("5", None)]
        with storage.transaction() as work:
            reports = [
                a_report(number, order_id=f"order {number}", reason=PaymentReason.OPEN, checked_at=NOW)
                for number in "1234"
            ]
            batch = work.batches.get("b")
            assert batch is not None
            assert (batch.recorded, batch.finished_at) == (True, batch.created_at)
            assert list(work.batches.finish(["1", "4"], now=NOW)) == []
            assert list(work.events.list("fjell", limit=9)) == []
        with storage.transaction() as work:
            early = [
                report.model_copy(update={"checked_at": datetime(2026, 1, 3, 12, tzinfo=UTC)}) for report in reports
            ]
            assert [one.report.invoice for one in work.statuses.add("fjell", early[0])] == []
            late = [report.model_copy(update={"checked_at": datetime(2026, 2, 1, tzinfo=UTC)}) for report in reports]
            news = work.statuses.add("fjell", *late)
        assert sorted((one.report.invoice, one.before) for one in news) == [("2", "paid"), ("3", None), ("4", None)]


def test_what_was_stored_before_there_were_events_is_not_told_again(url: str) -> None:
    what_was_stored_before_there_were_events_is_not_told_again(url)


def test_what_was_stored_before_there_were_events_is_not_told_again_on_postgresql() -> None:
    with temporary_database() as url:
        what_was_stored_before_there_were_events_is_not_told_again(url)


def an_endpoint_that_was_never_claimed_has_its_lease(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    add = (
        "INSERT INTO webhook_endpoints (id, url, types, state, created_at, sealed_url, sealed_secrets)"
        " VALUES (:id, '', '[]', 'enabled', '2026-01-01', '', '')"
    )
    claim = (
        "INSERT INTO webhook_leases (endpoint, holder, token, expires_at) VALUES ('claimed', 'worker', 7, '2026-01-02')"
    )
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0022")
        database.execute(text(add), [{"id": "claimed"}, {"id": "never claimed"}])
        database.execute(text(claim))
        database.commit()
        command.upgrade(config, "head")
        found = database.execute(text("SELECT endpoint, holder, token FROM webhook_leases ORDER BY endpoint")).all()
    assert [tuple(row) for row in found] == [("claimed", "worker", 7), ("never claimed", "", 0)]


def test_an_endpoint_that_was_never_claimed_has_its_lease(engine: Engine) -> None:
    an_endpoint_that_was_never_claimed_has_its_lease(engine)


def test_an_endpoint_that_was_never_claimed_has_its_lease_on_postgresql() -> None:
    with temporary_database() as url:
        engine = make_engine(url)
        an_endpoint_that_was_never_claimed_has_its_lease(engine)
        engine.dispose()


_PAID_BEFORE = """
INSERT INTO transfers (id, business, invoice, state, attempts, created_at, warnings, trying_since, bulk, alone,
                       superseded, settled, version, paid, seen_at)
VALUES (:id, 'fjell', :id, 'transferred', 1, :at, '[]', :at, :no, :no, :no, :paid, 1, :paid, :at)
"""


def those_paid_of_late_are_looked_at_again(engine: Engine) -> None:
    """In the course of a day; those long paid, and those not paid, are not."""
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    now = datetime.now(UTC)
    recent, old = now - timedelta(days=80), now - timedelta(days=100)
    sent = [{"id": f"t{nth:02}", "at": recent, "paid": True, "no": False} for nth in range(48)]
    sent += [{"id": "old", "at": old, "paid": True, "no": False}, {"id": "open", "at": now, "paid": False, "no": False}]
    instants = dict.fromkeys(("at", "look_again_at", "paid_seen_at"), UtcDateTime)
    add = text(_PAID_BEFORE).bindparams(bindparam("at", type_=UtcDateTime))
    look = text("SELECT id, paid_seen_at, look_again_at FROM transfers").columns(id=Text, **instants)
    with engine.connect() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0023")
        database.execute(
            text("INSERT INTO businesses (name, system, sealed_settings, document) VALUES ('fjell', '', '', '')")
        )
        database.execute(add, sent)
        database.commit()
        command.upgrade(config, "head")
        found = {id_: (since, again) for id_, since, again in database.execute(look)}
    assert (found.pop("old"), found.pop("open")) == ((old, None), (None, None))
    assert {since for since, _ in found.values()} == {recent}
    moments = Counter(again for _, again in found.values())
    assert (len(moments), set(moments.values())) == (24, {2})
    assert all(timedelta(0) < again - now <= timedelta(days=1) for again in moments)


def test_those_paid_of_late_are_looked_at_again(engine: Engine) -> None:
    those_paid_of_late_are_looked_at_again(engine)


def test_those_paid_of_late_are_looked_at_again_on_postgresql() -> None:
    with temporary_database() as url:
        engine = make_engine(url)
        those_paid_of_late_are_looked_at_again(engine)
        engine.dispose()


def _statements(engine: Engine) -> dict[str, str]:
    """Return what made each table and index, by name, with white space evened out."""
    with engine.connect() as database:
        made = database.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
        )
        return {name: re.sub(r"\s+", " ", sql) for name, sql in made}
