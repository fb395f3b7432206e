"""The business that commands are about when none is named: kept in the data folder by `kvitt use`."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.errors import InvalidInput
from core.fields import BusinessName
from entrypoints.data_folder import write_whole
from entrypoints.settings import Settings

_FILE_NAME = "business"
_NAME: TypeAdapter[str] = TypeAdapter(BusinessName)

VARIABLE, KEPT = "KVITT_BUSINESS", "kvitt use"


@dataclass(frozen=True)
class DefaultBusiness:
    """A business's name, and what says it: VARIABLE or KEPT."""

    name: str
    origin: str


def default_business(settings: Settings) -> DefaultBusiness | None:
    """Return the business to fall back on: the variable's, else the one that was kept."""
    if settings.business:
        return DefaultBusiness(settings.business, VARIABLE)
    kept = kept_business(settings.home)
    return DefaultBusiness(kept, KEPT) if kept else None


def kept_business(home: Path) -> str | None:
    """Return the business that `kvitt use` keeps in this folder.

    Errors: InvalidInput, code `bad_settings`, for a file that holds something else.
    """
    file = home / _FILE_NAME
    try:
        return _NAME.validate_python(file.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError):
        raise InvalidInput(
            f"{file} should hold the name of a business, and does not.",
            code="bad_settings",
            hint="Run kvitt use NAME, or kvitt use --clear.",
        ) from None


def keep_business(home: Path, name: str) -> None:
    """Keep a business as the one to fall back on; another one's place is taken at once."""
    write_whole(home / _FILE_NAME, f"{name}\n")


def clear_business(home: Path) -> None:
    """Fall back on no business any more."""
    (home / _FILE_NAME).unlink(missing_ok=True)
