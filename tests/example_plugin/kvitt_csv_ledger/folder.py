"""A folder of CSV files as a store: each table a file, each change whole or not at all, one at a time.

Raises what the machine raises (OSError), and two errors of its own; what they mean for Kvitt is told in errors.py.
"""

import csv
import fcntl
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from pydantic import SecretStr

Row = dict[str, str]
Result = TypeVar("Result")

TABLES = {
    "account": ("company", "salt", "password_digest"),
    "customers": (
        "id", "kind", "name", "organization_number", "email", "phone", "street", "postal_code", "city", "country",
        "changed_at",
    ),
    "categories": ("id", "name"),
    "products": ("id", "number", "name", "category_id"),
    "departments": ("id", "name"),
    "vat_codes": ("code", "percent", "name"),
    "orders": (
        "id", "reference", "customer_id", "status", "issue_date", "due_date", "prices_include_vat", "your_reference",
        "order_reference", "comment", "changed_at", "row", "product_id", "text", "quantity", "unit_price",
        "discount_percent", "vat_percent", "vat_code", "department_id",
    ),  # an order's rows each repeat it: one file, so that an order is written whole
    "invoices": ("order_id", "number", "day"),
    "payments": ("order_id", "day", "amount"),
}  # fmt: skip

_PATIENCE_SECONDS = 5.0


class BrokenTableError(Exception):
    """A file is no table of this ledger; a person has to mend it."""


class PerhapsWrittenError(Exception):
    """The machine failed while it put a changed file in place: the change may be there, or not."""


class WrongPasswordError(Exception):
    """The password is not the ledger's."""


class Folder:
    """The ledger's folder.

    Its lock file lets one process at a time in. The password is compared at the first visit, and again when the
    ledger's own has changed.
    """

    def __init__(self, path: Path, password: SecretStr) -> None:
        self._path = path
        self._password = password
        self._let_in_by: Row | None = None

    def rows(self, table: str) -> list[Row]:
        """Return a table's rows."""
        with self._locked():
            return self._read(table)

    def change(self, table: str, change: Callable[[list[Row]], Result]) -> Result:
        """Let `change` alter the list of a table's rows, put the file in place whole, and return what it returned.

        Errors: PerhapsWrittenError; before that, whatever else is raised, nothing was written.
        """
        with self._locked():
            rows = self._read(table)
            result = change(rows)
            draft = self._drafted(table, rows)
            try:
                os.replace(draft, self._file(table))
                self._keep_name()
            except OSError as error:
                raise PerhapsWrittenError(table) from error
            return result

    def rows_meanwhile(self, table: str) -> list[Row]:
        """Return another table's rows while a `change` is being made: nobody else is let in."""
        return self._read(table)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._path / "ledger.lock").open("a") as lock:
            give_up_at = time.monotonic() + _PATIENCE_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > give_up_at:
                        raise
                    time.sleep(0.01)
            self._require_password()
            yield  # closing the file unlocks it

    def _require_password(self) -> None:
        account = self._read("account")[0]
        if account == self._let_in_by:
            return
        given = digest(self._password.get_secret_value(), salt=account["salt"])
        if not hmac.compare_digest(given, account["password_digest"]):
            raise WrongPasswordError
        self._let_in_by = account

    def _read(self, table: str) -> list[Row]:
        with self._file(table).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != TABLES[table]:
                raise BrokenTableError(table)
            return list(reader)

    def _drafted(self, table: str, rows: list[Row]) -> Path:
        with NamedTemporaryFile(
            "w", dir=self._path, suffix=".tmp", newline="", encoding="utf-8", delete=False
        ) as draft:
            writer = csv.DictWriter(draft, TABLES[table])
            writer.writeheader()
            writer.writerows(rows)
            draft.flush()
            os.fsync(draft.fileno())
        return Path(draft.name)

    def _keep_name(self) -> None:
        """Have the new file's name outlive a power cut."""
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _file(self, table: str) -> Path:
        return self._path / f"{table}.csv"


def digest(password: str, *, salt: str) -> str:
    """Return what is kept of a password."""
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**10, r=8, p=1).hex()
