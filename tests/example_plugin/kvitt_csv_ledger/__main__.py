"""Make an empty ledger: python -m kvitt_csv_ledger FOLDER COMPANY, with the password on standard input."""

import csv
import os
import sys
from pathlib import Path

from kvitt_csv_ledger.folder import TABLES, digest

VAT_CODES = [
    {"code": "3", "percent": "25", "name": "Sale, high rate"},
    {"code": "31", "percent": "15", "name": "Sale, middle rate"},
    {"code": "33", "percent": "12", "name": "Sale, low rate"},
    {"code": "5", "percent": "0", "name": "Sale, exempt"},
]
"""A Norwegian ledger's codes for sales."""


def make_ledger(path: Path, *, company: str, password: str) -> None:
    """Make an empty ledger in a new folder."""
    path.mkdir(parents=True)
    salt = os.urandom(16).hex()
    account = {"company": company, "salt": salt, "password_digest": digest(password, salt=salt)}
    for table, columns in TABLES.items():
        with (path / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows({"account": [account], "vat_codes": VAT_CODES}.get(table, []))


if __name__ == "__main__":
    make_ledger(Path(sys.argv[1]), company=sys.argv[2], password=sys.stdin.readline().rstrip("\n"))
