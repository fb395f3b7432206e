"""The settings file: `kvitt.toml` in the data folder, for what nobody wants to set as a variable again and again.

Its keys are the variables' names without `KVITT_`, in lower case. A variable goes before it.
"""

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import InvalidInput

FILE_NAME = "kvitt.toml"
PREFIX = "KVITT_"

_ELSEWHERE: Mapping[str, str] = {
    "home": "this file is found in it, so only the variable KVITT_HOME can name it",
    "secret_key": "it is kept apart, in secret.key beside this file or in KVITT_SECRET_KEY",
    "business": "kvitt use NAME sets it, or KVITT_BUSINESS",
    "language": "only the variable KVITT_LANGUAGE sets it, because errors in this file are told in it",
}


def settings_in(home: Path, *, known: Callable[[], Collection[str]]) -> dict[str, Any]:
    """Read the file in this folder: its values by their keys, which must be among the known; nothing without a file.

    Errors: InvalidInput, code `bad_settings`, naming the file and the key or line, and never a value.
    """
    found = read_file(home)
    faults = file_faults(found, known=known()) if found else {}
    if faults:
        told = " ".join(f'"{key}" {trouble}.' for key, trouble in faults.items())
        raise _refused(f"The settings in {home / FILE_NAME} can't be used: {told}")
    return found


def read_file(home: Path) -> dict[str, Any]:
    """Read the file in this folder, whatever its keys; nothing without a file.

    Errors: InvalidInput, code `bad_settings`, for what can't be read or is not TOML.
    """
    file = home / FILE_NAME
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise _refused(f"{file} is not TOML: {error}.") from None
    except UnicodeDecodeError:
        raise _refused(f"{file} is not UTF-8.") from None
    except OSError as error:
        raise _refused(f"{file} can't be read: {error.strerror}.") from error


def file_faults(found: Mapping[str, Any], *, known: Collection[str]) -> dict[str, str]:
    """Say what is wrong with keys of the file, by key; what their values mean is judged elsewhere."""
    return {key: fault for key, value in found.items() if (fault := _fault(key, value, known))}


def environment_with(environment: Mapping[str, str], found: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the environment as plugins read it: with what the file says where no variable does."""
    from_file = {variable_of(key): str(value) for key, value in found.items()}
    missing = {name: value for name, value in from_file.items() if not environment.get(name)}
    return {**environment, **missing} if missing else environment


def variable_of(key: str) -> str:
    """Return the name of the variable that a key of the file stands for."""
    return f"{PREFIX}{key.upper()}"


def key_of(variable: str) -> str:
    """Return the key of the file that stands for a variable."""
    return variable.removeprefix(PREFIX).lower()


def meant_by(name: str, known: Iterable[str]) -> str:
    """Return the known name that this one resembles most; empty where none comes near."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)), "")


def _fault(key: str, value: object, known: Collection[str]) -> str:
    if key in _ELSEWHERE:
        return f"can't be set there: {_ELSEWHERE[key]}"
    if key not in known:
        meant = meant_by(key, known)
        return f'is no setting (did you mean "{meant}"?)' if meant else "is no setting"
    return "" if isinstance(value, str | int | float) else "must be a text, a number, true or false"


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_settings", hint="kvitt config lists the settings there are.")
