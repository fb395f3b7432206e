"""Backups: made while everything runs, whole or not there, and looked into before they are needed."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Kvitt, an_invoice

WRITER = """
import sys
from entrypoints.container import make_container
from entrypoints.parsing import invoice_from
from entrypoints.settings import read_settings
from core.use_cases.add_invoice import InvoiceToAdd
from tests.cli.conftest import an_invoice
container = make_container(read_settings())
add = container.add_invoice()
for number in range(100_000):
    add.add_all([InvoiceToAdd("fjell", invoice_from(an_invoice(f"w-{number:06}")))])
    if number == 3:
        print("writing", flush=True)
"""

KILLED = """
import os, signal
from adapters.storage import backup
from entrypoints.cli.main import run
backup._keep = lambda *_arguments, **_options: os.kill(os.getpid(), signal.SIGKILL)
run(["backup", {file!r}])
"""


def test_a_backup_holds_everything_and_is_its_owners_alone(fjell: Kvitt, tmp_path: Path) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"))
    file = tmp_path / "kept.db"

    made = fjell("backup", file)

    assert made.code == 0, made
    assert made.out == f"Wrote {file}: 1 business, 2 invoices, 0 transfers.\n"
    assert "secret.key" in made.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*kept*")] == ["kept.db"]
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM invoices").fetchone() == (2,)


def test_a_file_that_is_there_is_replaced_only_when_asked(fjell: Kvitt, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    file.write_text("dear to somebody")

    refused = fjell("backup", file, "--json")

    assert (refused.code, refused.json["code"]) == (1, "file_exists")
    assert file.read_text() == "dear to somebody"
    assert fjell("backup", file, "--force", "--json").json["invoices"] == 0
    assert fjell("backup", tmp_path / "home" / "kvitt.db", "--force", "--json").json["code"] == "unwritable_file"
    assert fjell("backup", tmp_path / "nowhere" / "kept.db", "--json").json["code"] == "unwritable_file"


def test_backups_while_others_write_are_of_one_moment_and_hold_nobody_up(fjell: Kvitt, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, env=os.environ) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            counts = []
            for nth in range(3):
                made = fjell("backup", tmp_path / f"{nth}.db", "--json")
                assert made.code == 0, made
                counts.append(made.json["invoices"])
                assert fjell("restore", "--check", tmp_path / f"{nth}.db").code == 0
            assert writer.poll() is None
        finally:
            writer.kill()
    assert counts == sorted(counts)
    assert counts[0] > 0


def test_a_backup_that_is_killed_leaves_nothing_under_its_name(fjell: Kvitt, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"

    done = subprocess.run([sys.executable, "-c", KILLED.format(file=str(file))], check=False, env=os.environ)

    assert done.returncode == -signal.SIGKILL
    assert not file.exists()
    assert fjell("backup", file).code == 0
    assert [path.name for path in tmp_path.glob("*kept*")] == ["kept.db"]


def test_where_there_is_no_database_there_is_no_backup(kvitt: Kvitt, tmp_path: Path) -> None:
    assert kvitt("backup", tmp_path / "kept.db", "--json").json["code"] == "no_database"
    assert not (tmp_path / "kept.db").exists()
    assert not (tmp_path / "home" / "kvitt.db").exists()


def test_postgresql_is_left_to_its_own_tool(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KVITT_DATABASE_URL", "postgresql://me:hunter22@database:5433/books")

    answer = kvitt("backup", "kept.dump", "--json")

    assert (answer.code, answer.json["code"]) == (1, "backup_by_pg_dump")
    assert answer.json["hint"] == (
        "Run: pg_dump --format=custom --exclude-schema=dbos --file=kept.dump --host=database --port=5433 --username=me "
        "books"
    )


def test_a_check_tells_what_a_backup_holds_and_how_to_put_it_back(fjell: Kvitt, tmp_path: Path) -> None:
    fjell.add(an_invoice("1"))
    file = tmp_path / "kept.db"
    fjell("backup", file)
    before = file.read_bytes()

    plain, as_json = fjell("restore", "--check", file), fjell("restore", "--check", file, "--json")

    assert plain.code == as_json.code == 0
    assert "1 business, 1 invoice, 0 transfers." in plain.out
    assert "opens its connections (1)" in plain.out
    assert "kvitt recover" in plain.out
    assert as_json.json["ok"] is True
    assert {one["standing"] for one in as_json.json["checks"]} == {"ok"}
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*kept*")] == ["kept.db"]


def test_another_key_is_told_of(fjell: Kvitt, tmp_path: Path) -> None:
    fjell("backup", tmp_path / "kept.db")
    (tmp_path / "home" / "secret.key").unlink()
    assert "There is no secret key" in fjell("restore", "--check", tmp_path / "kept.db").out
    fjell("business", "list")

    answer = fjell("restore", "--check", tmp_path / "kept.db")

    assert answer.code == 0
    assert "does not open 1 of its 1 connections" in answer.out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not an SQLite database"),
        (b"PGDMP\x01\x0e", "pg_restore --list"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "damaged"),
        (None, "but not Kvitt's"),
    ],
)
def test_what_is_no_backup_is_refused(kvitt: Kvitt, tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "kept.db"
    if content is None:
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE invoices (number TEXT)")
    else:
        file.write_bytes(content)

    answer = kvitt("restore", "--check", file)

    assert answer.code == 1
    assert told in answer.out
    assert "To put it back" not in answer.out


def test_a_backup_of_a_newer_kvitt_is_refused(fjell: Kvitt, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    fjell("backup", file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    answer = fjell("restore", "--check", file, "--json")

    assert (answer.code, answer.json["ok"]) == (1, False)
    assert "9999" in answer.json["checks"][1]["message"]


def test_a_damaged_page_is_found(fjell: Kvitt, tmp_path: Path) -> None:
    fjell.add(*(an_invoice(str(number)) for number in range(50)))
    file = tmp_path / "kept.db"
    fjell("backup", file)
    content = bytearray(file.read_bytes())
    for place in range(8192, len(content), 4096):
        content[place : place + 64] = b"\xff" * 64
    file.write_bytes(content)

    assert "damaged" in fjell("restore", "--check", file).out
