"""Settings of a business on the command line: `order_status=confirmed`, `vat_codes.25=3`, `accounting.username=`.

What is given becomes a merge patch (RFC 7396); nothing after the `=` puts a setting back to its default. A secret is
never on the command line, where other users of the machine and the shell's history see it: it is asked for, or read
from a file.
"""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from core.business import Business
from core.notice_address import addresses_in
from core.product import BookedProduct
from entrypoints.cli.options import STANDARD_INPUT, existing
from entrypoints.cli.reading import read_text
from plugins.settings import Setting

_CONNECTION, _SYSTEM, _NOTIFY = "accounting", "system", "notify"
_BY_NAME = ("vat_codes", "products")
"""Settings that hold others, under names of a person's choosing."""


@dataclass(frozen=True)
class Given:
    """A setting that is given: where it stands, and its value; None puts it back to its default."""

    name: str
    place: tuple[str, ...]
    value: str | tuple[str, ...] | None


class Assignments:
    """Reads what is given for a business that uses an accounting system with these settings.

    Errors of everything here: a usage error, which names the setting.
    """

    def __init__(self, connection: Sequence[Setting]) -> None:
        self._connection = {setting.name: setting for setting in connection}

    def given(self, assignment: str) -> Given:
        """Read `KEY=VALUE`."""
        name, equals, value = assignment.partition("=")
        if not equals:
            raise _wrong(f'"{name}" has no "=": write KEY=VALUE, or KEY= to put the setting back to its default.')
        place = self.place_of(name)
        if value and self.is_secret(place):
            raise _wrong(
                f"{name} is a secret, and a command line is seen by others: leave it out here, and give "
                f"--prompt {name} or --from-file {name}=FILE."
            )
        return _given(name, place, value or None)

    def asked(self, name: str) -> Given:
        """Ask a person for a setting; what is typed for a secret is not shown."""
        place = self.place_of(name)
        if not sys.stdin.isatty():
            raise _wrong(f"There is no terminal to ask for {name} at: give --from-file {name}=FILE.")
        value = typer.prompt(name, hide_input=self.is_secret(place), err=True)
        return _given(name, place, value)

    def read(self, assignment: str) -> Given:
        """Read `KEY=FILE`: the value is what the file holds, without the line's end; `-` is standard input.

        Errors: InvalidInput, where it can't be read.
        """
        name, equals, file = assignment.partition("=")
        if not equals or not file:
            raise _wrong(f'"{assignment}" does not name a setting and a file: write KEY=FILE.')
        place = self.place_of(name)
        path = Path(file)
        return _given(name, place, read_text(existing(path) if path != STANDARD_INPUT else path).rstrip("\r\n"))

    def is_secret(self, place: tuple[str, ...]) -> bool:
        """Whether this is the place of a secret."""
        return place == (_NOTIFY,) or (
            place[0] == _CONNECTION and place[1:2] != (_SYSTEM,) and self._connection[place[1]].secret
        )

    def place_of(self, name: str) -> tuple[str, ...]:
        """Return where a setting stands. A rate or a product's name may hold dots of its own."""
        first, dot, rest = name.partition(".")
        if first == _CONNECTION and rest:
            return first, _known(rest, [_SYSTEM, *self._connection], within=f"{_CONNECTION}.")
        if dot and first in _BY_NAME and rest:
            product, _, field = rest.rpartition(".")
            is_field = first == "products" and product and field in BookedProduct.model_fields
            return (first, product, field) if is_field else (first, rest)
        known = [field for field in Business.model_fields if field not in ("name", _CONNECTION)]
        return (_known(name, known, besides=[f"{_CONNECTION}.{setting}" for setting in self._connection]),)


def patch_of(settings: Iterable[Given]) -> Mapping[str, Any]:
    """Return the merge patch that changes these settings. Errors: a usage error for one that is given twice."""
    patch: dict[str, Any] = {}
    for given in settings:
        within = patch
        for part in given.place[:-1]:
            within = within.setdefault(part, {})
            if not isinstance(within, dict):
                raise _wrong(f"{given.name} is given twice.")
        if given.place[-1] in within:
            raise _wrong(f"{given.name} is given twice.")
        within[given.place[-1]] = given.value
    return patch


def system_in(assignments: Iterable[str]) -> str | None:
    """Return the accounting system that is given among `KEY=VALUE`, or None."""
    given = (assignment.partition("=") for assignment in assignments)
    return next((value for name, _, value in given if name == f"{_CONNECTION}.{_SYSTEM}" and value), None)


def _given(name: str, place: tuple[str, ...], value: str | None) -> Given:
    if value is not None and (place in [(one,) for one in _BY_NAME] or (place[0] == "products" and len(place) == 2)):
        such = {"vat_codes": "vat_codes.25=3", "products": "products.excavator.product=1100"}[place[0]]
        raise _wrong(f"{name} holds other settings: write them one by one, such as {such}; {name}= removes them.")
    return Given(name, place, addresses_in(value) if value is not None and place == (_NOTIFY,) else value)


def _known(name: str, names: Collection[str], *, within: str = "", besides: Collection[str] = ()) -> str:
    if name in names:
        return name
    whole = [*(f"{within}{one}" for one in names), *besides]
    near = get_close_matches(f"{within}{name}", whole, n=1) or [one for one in besides if one.endswith(f".{name}")]
    hint = f"Is it {near[0]}?" if near else f"There are: {', '.join(whole)}."
    raise _wrong(f'There is no setting "{within}{name}". {hint}')


def _wrong(message: str) -> typer.BadParameter:
    return typer.BadParameter(message)
