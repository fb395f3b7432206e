import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from adapters.twentyfour_seven_office.soap.published import read_own_contract
from core.call_budget import CallBudget
from core.reasons import Reason, Verdict
from core.use_cases.read_figures import SystemReport
from entrypoints.cli.doctor import _CODES
from entrypoints.cli.exit_codes import worst as worst_code
from entrypoints.doctor import own_side, work
from entrypoints.doctor.findings import Finding, Standing, looked_at
from sandbox import Sandbox
from tests.cli.conftest import Answer, Kvitt, an_invoice
from tests.postgres import temporary_database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> Callable[[str], None]:
    """Change the installation's database behind its back."""

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(home / "kvitt.db")) as connection, connection:
            connection.execute(statement)

    return execute


def standings(answer: Answer) -> dict[str, str]:
    """The worst standing of each check."""
    worst: dict[str, str] = {}
    order = ["ok", "warning", "temporary", "mend"]
    for finding in answer.json:
        worst[finding["check"]] = max(worst.get(finding["check"], "ok"), finding["standing"], key=order.index)
    return worst


def told(answer: Answer, check: str) -> str:
    return " ".join(f"{one['message']} {one['hint']}" for one in answer.json if one["check"] == check)


def test_an_installation_that_is_well_is_exit_0(fjell: Kvitt, office: Sandbox) -> None:
    answer = fjell("doctor", "--json")

    assert answer.code == 0, answer
    assert standings(answer) == dict.fromkeys(
        [
            "disk",
            "secret key",
            "migrations",
            "storage",
            "clock",
            "secrets",
            "plugins",
            "recovery",
            "workers",
            "quota",
            "contract",
        ],
        "ok",
    )
    assert office.journal.calls() == []


def test_a_person_is_told_line_by_line(fjell: Kvitt) -> None:
    answer = fjell("doctor", "--offline")

    assert (answer.code, answer.err) == (0, "")
    assert "ok         migrations: The tables are at revision" in answer.out


def test_before_the_first_command_nothing_is_made(kvitt: Kvitt, home: Path) -> None:
    answer = kvitt("doctor", "--offline", "--json")

    assert answer.code == 0
    assert not home.exists()


def test_a_home_that_is_a_file_is_to_be_mended(kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kvitt.file("home.txt", "")
    monkeypatch.setenv("KVITT_HOME", str(file))

    answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["folder"]) == (1, "mend")
    assert f"{file} is no folder" in told(answer, "folder")
    assert "KVITT_HOME" in told(answer, "folder")


def test_a_database_without_tables_waits_for_the_first_command(
    kvitt: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with temporary_database() as url:
        monkeypatch.setenv("KVITT_DATABASE_URL", url)
        answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, answer.err) == (0, "")
    assert "no tables yet" in told(answer, "storage")
    assert not home.exists()


def test_a_database_that_nobody_serves_is_told_once_and_in_one_line(
    kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_DATABASE_URL", "postgresql://kvitt:hemmelig@127.0.0.1:1/kvitt")

    answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)) == (3, {"folder": "ok", "storage": "temporary"})
    (message,) = [one["message"] for one in answer.json if one["check"] == "storage"]
    assert "port 1" in message
    assert "\n" not in message
    assert "?." not in message
    assert "KVITT_DATABASE_URL" in told(answer, "storage")
    assert "hemmelig" not in answer.out


def test_before_anything_is_sealed_a_missing_key_is_no_trouble(kvitt: Kvitt, home: Path) -> None:
    assert kvitt("business", "list").code == 0
    (home / "secret.key").unlink()

    answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["secret key"]) == (0, "ok")
    assert not (home / "secret.key").exists()


@pytest.mark.parametrize("is_given", [True, False])
def test_what_is_no_key_is_told_once(fjell: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch, is_given: bool) -> None:
    if is_given:
        monkeypatch.setenv("KVITT_SECRET_KEY", "hemmelig")
    else:
        (home / "secret.key").write_text("hemmelig")

    answer = fjell("doctor", "--offline", "--json")

    assert answer.code == 1
    assert [name for name, standing in standings(answer).items() if standing != "ok"] == ["secret key"]
    assert ("KVITT_SECRET_KEY" if is_given else "secret.key") in told(answer, "secret key")
    assert "hemmelig" not in answer.out


def test_a_given_key_that_is_none_is_told_before_there_is_a_database(
    kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_SECRET_KEY", "hemmelig")

    answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["secret key"]) == (1, "mend")


def test_a_business_whose_plugin_is_not_installed_is_to_be_mended(
    fjell: Kvitt, database: Callable[[str], None]
) -> None:
    database("UPDATE businesses SET system = 'ledgerly'")

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["plugins"]) == (1, "mend")
    assert "ledgerly" in told(answer, "plugins")
    assert "fjell" in told(answer, "plugins")
    assert "kvitt plugin list" in told(answer, "plugins")


def test_a_vendor_out_of_reach_is_a_warning(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_TFSO_API_URL", "http://127.0.0.1:1")

    answer = fjell("doctor", "--json")

    assert answer.code == 0
    assert standings(answer)["contract"] == "warning"
    assert "http://127.0.0.1:1" in told(answer, "contract")
    assert "kvitt sandbox" in told(answer, "contract")
    assert "--offline" in told(answer, "contract")


def test_a_database_out_of_reach_is_told_in_one_sentence(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_DATABASE_URL", "postgresql://kvitt@127.0.0.1:1/kvitt")

    answer = kvitt("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["storage"]) == (3, "temporary")
    assert "Connection refused." in told(answer, "storage")
    assert "\n" not in told(answer, "storage")


def test_a_contract_that_has_moved_away_is_to_be_mended(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "adapters.twentyfour_seven_office.soap.published.read_own_contract",
        lambda service: read_own_contract(service).replace(b'name="TaxRate"', b'name="TaxShare"'),
    )

    answer = fjell("doctor", "--json")

    assert answer.code == 1
    assert "TaxCodeElement has no TaxShare any more" in told(answer, "contract")


def test_another_key_than_the_one_that_sealed_is_to_be_mended(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_SECRET_KEY", Fernet.generate_key().decode())

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["secrets"]) == (1, "mend")
    assert "fjell" in told(answer, "secrets")


def test_a_key_that_is_gone_is_not_made_anew(fjell: Kvitt, home: Path) -> None:
    (home / "secret.key").unlink()

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["secret key"]) == (1, "mend")
    assert not (home / "secret.key").exists()


def test_a_key_and_a_folder_that_others_may_read_are_to_be_mended(fjell: Kvitt, home: Path) -> None:
    (home / "secret.key").chmod(0o644)
    home.chmod(0o755)

    answer = fjell("doctor", "--offline", "--json")

    assert (standings(answer)["secret key"], standings(answer)["folder"]) == ("mend", "mend")
    assert "chmod 600" in told(answer, "secret key")


def test_tables_of_another_version_are_told_and_left_alone(
    fjell: Kvitt, database: Callable[[str], None], home: Path
) -> None:
    database("UPDATE alembic_version SET version_num = '9999'")

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["migrations"]) == (1, "mend")
    assert "9999" in told(answer, "migrations")


def test_a_file_that_is_no_database_is_to_be_mended(fjell: Kvitt, home: Path) -> None:
    for file in home.glob("kvitt.db*"):
        file.unlink()
    (home / "kvitt.db").write_bytes(b"not a database" * 1000)

    answer = fjell("doctor", "--offline", "--json")

    assert answer.code == 1
    assert "mend" in standings(answer).values()


def test_a_database_in_use_is_trouble_that_passes(fjell: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.storage.examination._PATIENCE", timedelta(milliseconds=50))
    with closing(sqlite3.connect(home / "kvitt.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = fjell("doctor", "--offline", "--json")
        writer.execute("ROLLBACK")

    assert (answer.code, standings(answer)["storage"]) == (3, "temporary")


def test_what_is_due_and_nobody_takes_up_is_told(fjell: Kvitt, database: Callable[[str], None]) -> None:
    fjell.add(an_invoice())
    fjell("invoice", "send", "1001-1", "--business", "fjell", "--wait", "0")
    database("UPDATE transfers SET state = 'queued', next_attempt_at = '2020-01-01 00:00:00.000000'")

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["workers"]) == (1, "mend")
    assert "kvitt worker" in told(answer, "workers")


def test_what_a_dead_worker_left_is_told(fjell: Kvitt, database: Callable[[str], None]) -> None:
    fjell.add(an_invoice())
    fjell("invoice", "send", "1001-1", "--business", "fjell", "--wait", "0")
    database("UPDATE transfers SET state = 'running', next_attempt_at = NULL")

    answer = fjell("doctor", "--offline", "--json")

    assert "1 transfers are left running" in told(answer, "workers")


def report(**changes: Any) -> SystemReport:
    return SystemReport(**{"system": "24sevenoffice", "calls": None, "transfers": {}} | changes)


def budget(left: int) -> CallBudget:
    return CallBudget(limit=7200, used=7200 - left, resets_at=datetime(2026, 11, 23, 15, tzinfo=UTC))


@pytest.mark.parametrize(("left", "standing"), [(0, "temporary"), (700, "warning"), (7200, "ok")])
def test_calls_left_are_judged(left: int, standing: str) -> None:
    (finding,) = work.quota([report(calls=budget(left))])

    assert finding.standing.value == standing
    assert "15:00 UTC" in finding.message


def test_parked_transfers_are_to_be_mended_and_rejected_ones_told() -> None:
    reason = Reason(
        verdict=Verdict.REJECTED, code="unknown_vat_rate", count=3, invoice="7", message="No code for 17 %.", hint=""
    )
    parked, rejected, cancelled = work.stopped(
        [report(parked=2, transfers={"rejected": 3, "cancelled": 1})], {"24sevenoffice": [reason]}
    )

    assert (parked.standing, rejected.standing) == (Standing.MEND, Standing.WARNING)
    assert "3 because of unknown_vat_rate (such as invoice 7: No code for 17 %)." in rejected.message
    assert (cancelled.standing, "1 transfers" in cancelled.message) == (Standing.OK, True)
    assert "verify" in parked.hint
    assert "kvitt recover" in parked.hint


@pytest.mark.parametrize(("seconds", "standing"), [(-4, "ok"), (4, "ok"), (6, "mend"), (-6, "mend")])
def test_clocks_that_are_apart_are_to_be_mended(seconds: int, standing: str) -> None:
    found = work.agreeing("clock", "the database's", timedelta(seconds=seconds), work.CLOCKS_AGREE)

    assert found.standing.value == standing
    assert standing == "ok" or ("ahead" if seconds > 0 else "behind") in found.message


@pytest.mark.parametrize(("by", "told_as"), [("+10 minutes", "ahead of"), ("-10 minutes", "behind")])
def test_kvitt_s_own_time_that_follows_a_clock_that_was_set_is_told(
    fjell: Kvitt, database: Callable[[str], None], by: str, told_as: str
) -> None:
    database(f"UPDATE clocks SET instant = strftime('%Y-%m-%d %H:%M:%f000', instant, '{by}')")

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["clock"]) == (0, "warning")
    assert re.search(rf"Kvitt's own time is (59\d|60\d) s {told_as} the database's clock", told(answer, "clock"))


def test_a_message_to_people_that_could_not_be_sent_is_worth_knowing(
    fjell: Kvitt, database: Callable[[str], None]
) -> None:
    row = "'[]', '2026-11-29 08:00:00.000000', '2026-11-29 08:00:00.000000', 3, '[]', '[\"Slack\", \"e-mail\"]'"
    database(f"INSERT INTO notice_messages VALUES ('m1', NULL, {row})")
    database(f"INSERT INTO notice_messages VALUES ('m2', 'fjell', {row})")

    answer = fjell("doctor", "--offline", "--json")

    assert (answer.code, standings(answer)["notices"]) == (0, "warning")
    assert "the operator could not be told by Slack, e-mail" in told(answer, "notices")
    assert "kvitt notify test --business fjell" in told(answer, "notices")


def test_a_disk_that_is_nearly_full_is_to_be_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chmod(tmp_path, 0o700)
    monkeypatch.setattr(own_side, "LEAST_FREE", 1 << 60)

    (finding,) = own_side.folder(tmp_path)

    assert (finding.check, finding.standing) == ("disk", Standing.MEND)


def test_what_was_not_foreseen_is_a_finding_without_its_words() -> None:
    def look() -> list[Finding]:
        raise RuntimeError("Signe Haugland")

    (finding,) = looked_at("storage", look)

    assert finding.standing is Standing.MEND
    assert "RuntimeError" in finding.message
    assert "Signe" not in finding.message


def test_of_trouble_that_passes_and_something_to_mend_the_exit_code_is_3() -> None:
    assert worst_code([_CODES["mend"], _CODES["temporary"]]) == 3
