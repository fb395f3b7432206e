"""Keep the books in a file: JSON, written whole beside the old one and put in its place, so that no kill tears it.

Companies, users and what befalls calls are not in it: they are made anew with the world. What JSON has no form for is
written as an object with one field that starts with a dollar sign.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.ledger import LedgerLine
from sandbox.twentyfour_seven_office.records import Category, Customer, Dimension, Order, Product, Row
from sandbox.twentyfour_seven_office.world import World

FORM = "Kvitt's sandbox of 24SevenOffice, 1"
_RECORDS = {kind.__name__: kind for kind in (Category, Customer, Dimension, LedgerLine, Order, Product, Row)}
_TEXTS: Mapping[str, Callable[[str], Any]] = {
    "$decimal": Decimal,
    "$instant": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


class NotBooksError(ValueError):
    """A file holds something else than the books of a sandbox."""


class BooksFile:
    """The file that a world's books are kept in. Errors of everything here: OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_in(self, world: World) -> None:
        """Fill the world's books with what the file holds, if it is there, and keep them in it from now on.

        Books of a company that the world does not have are left out.
        Errors: NotBooksError.
        """
        with world.lock:
            try:
                text = self._path.read_text(encoding="utf-8")
            except FileNotFoundError:
                pass
            except UnicodeDecodeError:
                raise NotBooksError from None
            else:
                _fill(world, text)
            self.write(world)
            world.keep = lambda: self.write(world)

    def write(self, world: World) -> None:
        """Write the books as they are now; they are on the disk when this returns."""
        kept = {account.identity_id: _written(account.books.content()) for account in world.accounts}
        text = json.dumps({"form": FORM, "books": kept}, ensure_ascii=False)
        new = self._path.with_name(f".{self._path.name}.new")
        with new.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(self._path)


def _fill(world: World, text: str) -> None:
    try:
        document = json.loads(text)
        if document["form"] != FORM:
            raise NotBooksError
        for account in world.accounts:
            if account.identity_id in document["books"]:
                _put_back(account.books, document["books"][account.identity_id])
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise NotBooksError from None


def _put_back(books: Books, written: Any) -> None:
    orders = {order.id: order for order in _read(written["orders"], {}).values()}
    books.put_back(_read({**written, "orders": None}, orders) | {"orders": orders})


def _written(value: Any) -> Any:
    """Write a value so that `_read` gives the very same; a line of the ledger names its order by its id."""
    if isinstance(value, LedgerLine):
        told = {field.name: getattr(value, field.name) for field in fields(value)}
        return {"$LedgerLine": _written(told | {"order": value.order.id})}
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: getattr(value, field.name) for field in fields(value)}
        return {f"${type(value).__name__}": _written(told)}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: _written(part) for key, part in value.items()}
        return {"$pairs": [[_written(key), _written(part)] for key, part in value.items()]}
    if isinstance(value, list | tuple):
        return [_written(part) for part in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    return value


def _read(written: Any, orders: Mapping[int, Order]) -> Any:
    if isinstance(written, list):
        return [_read(part, orders) for part in written]
    if not isinstance(written, dict):
        return written
    if len(written) == 1:
        ((name, content),) = written.items()
        if name in _TEXTS:
            return _TEXTS[name](content)
        if name == "$pairs":
            return {_read(key, orders): _read(part, orders) for key, part in content}
        if name.startswith("$"):
            told = {field: _read(part, orders) for field, part in content.items()}
            if name == "$LedgerLine":
                told["order"] = orders[told["order"]]
            return _RECORDS[name[1:]](**told)
    return {name: _read(part, orders) for name, part in written.items()}
