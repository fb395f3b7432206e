"""Keep the books in a file: JSON, written whole beside the old one and put in its place, so that no kill tears it.

Companies, users and what befalls calls are not in it: they are made anew with the world.
"""

import json
import os
from pathlib import Path

from sandbox.systems import Systems

FORM = "Kvitt's sandbox of 24SevenOffice, 1"
TRIPLETEX = "tripletex"
"""Where the books of Tripletex's companies are; a file of before has none."""


class NotBooksError(ValueError):
    """A file holds something else than the books of a sandbox."""


class BooksFile:
    """The file that a world's books are kept in. Errors of everything here: OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_in(self, systems: Systems) -> None:
        """Fill the books with what the file holds, if it is there, and keep them in it from now on.

        Books of a company that is not there are left out.
        Errors: NotBooksError.
        """
        with systems.world.lock:
            try:
                text = self._path.read_text(encoding="utf-8")
            except FileNotFoundError:
                pass
            except UnicodeDecodeError:
                raise NotBooksError from None
            else:
                _fill(systems, text)
            self.write(systems)
            systems.world.keep = lambda: self.write(systems)

    def write(self, systems: Systems) -> None:
        """Write the books as they are now; they are on the disk when this returns."""
        kept = {"form": FORM, "books": systems.office.kept_books(), TRIPLETEX: systems.tripletex.kept_books()}
        text = json.dumps(kept, ensure_ascii=False)
        new = self._path.with_name(f".{self._path.name}.new")
        with new.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(self._path)


def _fill(systems: Systems, text: str) -> None:
    try:
        document = json.loads(text)
        if document["form"] != FORM:
            raise NotBooksError
        systems.office.put_books_back(document["books"])
        systems.tripletex.put_books_back(document.get(TRIPLETEX, {}))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise NotBooksError from None
