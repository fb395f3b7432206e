"""A plugin's beginning: the files in `skeleton`, which work as they stand, written anew under another name."""

from pathlib import Path

from core.errors import InvalidInput

_SKELETON = Path(__file__).with_name("skeleton")
_KINDS = (".py", ".toml")
_ITS_NAME, _ITS_PACKAGE = "my-ledger", "my_ledger"


def distribution_of(name: str) -> str:
    """Return what the distribution of a new plugin is called, and its folder."""
    return f"kvitt-{name}"


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Write the skeleton of a plugin for the accounting system `name` into a new folder, and return the files.

    `name` is of small letters, digits and single hyphens. Each file is named as it is called within the folder.
    Errors: InvalidInput, code `unwritable_file`, when the folder is there already or can't be written.
    """
    try:
        folder.mkdir()
        return [_write(file, name, folder) for file in _files()]
    except FileExistsError:
        raise _unwritable(folder, "it is there already") from None
    except OSError as error:
        raise _unwritable(folder, str(error.strerror)) from error


def _files() -> list[Path]:
    """The skeleton's own files: Python and other tools keep theirs beside them."""
    return sorted(file for file in _SKELETON.rglob("*") if file.suffix in _KINDS)


def _write(file: Path, name: str, folder: Path) -> Path:
    place = Path(_renamed(file.relative_to(_SKELETON).as_posix(), name))
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text(_renamed(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    return place


def _renamed(text: str, name: str) -> str:
    return text.replace(_ITS_NAME, name).replace(_ITS_PACKAGE, name.replace("-", "_"))


def _unwritable(folder: Path, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{folder} can't be written: {reason}.",
        code="unwritable_file",
        hint="Choose another --folder; it is created, so it must not exist yet.",
    )
