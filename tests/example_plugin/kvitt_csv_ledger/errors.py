"""From what the folder raises to what Kvitt can act on (core/errors.py). Every visit runs inside `translated`."""

from collections.abc import Iterator
from contextlib import contextmanager

from kvitt import AccessRefused, OutcomeUnknown, Rejected, TryAgain
from kvitt_csv_ledger.folder import BrokenTableError, PerhapsWrittenError, WrongPasswordError


@contextmanager
def translated() -> Iterator[None]:
    """Sort errors by what the caller can do. Only PerhapsWrittenError leaves open whether anything was written."""
    try:
        yield
    except WrongPasswordError:
        raise AccessRefused(
            "The ledger's password is not the one that was given.",
            code="wrong_password",
            hint="Give the right password (business add), then run business verify.",
        ) from None
    except PermissionError as error:
        raise AccessRefused(
            "This machine's user may not read or write the ledger's files.",
            code="missing_rights",
            hint="Give the user that runs Kvitt the right to read and write them, then run business verify.",
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AccessRefused(
            "There is no ledger in that folder.",
            code="no_ledger",
            hint="Correct the folder (business add), or bring the ledger back, then run business verify.",
        ) from error
    except BrokenTableError as error:
        raise Rejected(
            f"The ledger's file {error}.csv does not have the columns of that table.",
            code="broken_table",
            hint="Mend the file, then retry the transfer.",
        ) from error
    except PerhapsWrittenError as error:
        raise OutcomeUnknown(f"The machine failed while it changed the ledger's {error}.") from error
    except BlockingIOError as error:
        raise TryAgain("The ledger is in use.", code="ledger_busy") from error
    except OSError as error:
        raise TryAgain("The ledger can't be read or written just now.", code="disk_trouble") from error
