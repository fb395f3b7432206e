"""`kvitt sandbox --connect`: a business that is connected to the sandbox, in an installation that finds it by itself.

Addresses are the operator's, so they go to the settings file. The business says besides that its credentials are for
this address alone: wherever the addresses lead one day, they don't go along.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.business import Business, Connection
from core.errors import Conflict, NotFound
from entrypoints.cli.installation import installation
from entrypoints.data_folder import require_own, write_whole
from entrypoints.parsing import business_from
from entrypoints.settings import plugins_environment, read_settings
from entrypoints.settings_file import FILE_NAME, key_of, read_file

if TYPE_CHECKING:
    from entrypoints.container import Container

_MOST_BUSINESSES = 1000


@dataclass(frozen=True)
class _Vendor:
    """A vendor that is stood in for; `variables` say where it is, the first of them is the one that tells most."""

    name: str
    systems: tuple[str, ...]
    variables: tuple[str, ...]


_OFFICE = _Vendor(
    "24SevenOffice",
    ("24sevenoffice", "24sevenoffice-rest"),
    ("KVITT_TFSO_API_URL", "KVITT_TFSO_REST_URL", "KVITT_TFSO_LOGIN_URL"),
)
_TRIPLETEX = _Vendor("Tripletex", ("tripletex",), ("KVITT_TRIPLETEX_URL",))


def connect_to_sandbox(document: Mapping[str, Any], *, url: str, addresses: Mapping[str, str]) -> Path:
    """Write where the sandbox is into the settings file, and store the business; return the file.

    A business that was connected to a sandbox before keeps its other settings. Of the `addresses`, by the variables
    that say them, those of the vendor that it is connected to are written.
    Errors: InvalidInput, codes `bad_settings` and `not_a_business`; Conflict, code `not_for_the_sandbox`, where
    something of this installation is for the real vendor.
    """
    business = business_from(dict(document))
    name = business.name
    vendor = next(vendor for vendor in (_OFFICE, _TRIPLETEX) if business.accounting.system in vendor.systems)
    addresses = {variable: addresses[variable] for variable in vendor.variables}
    connection = Connection.of(business.accounting.system, {**business.accounting.settings, "only_at": url})
    home = read_settings().home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    require_own(home)
    found = read_file(home)
    for variable, address in addresses.items():
        if os.environ.get(variable) not in (None, "", address):
            raise _not_for_it(f"The variable {variable} says another address.", f"Unset {variable}.")
        if not _is_here(str(found.get(key_of(variable), address))):
            raise _not_for_it(f"{home / FILE_NAME} says in {key_of(variable)} where the real {vendor.name} is.", _APART)
    with installation() as container:
        stored = _stored(container, name)
        if stored and stored.accounting.system not in vendor.systems:
            raise _not_for_it(f"Business {name} is connected to {stored.accounting.system}.", "Choose another name.")
        real = _connected_elsewhere(container, home, vendor, name=name if stored is None else "")
    if real:
        raise _not_for_it(f"Business {', '.join(real)} of {home} is connected to the real {vendor.name}.", _APART)
    _write_addresses(home / FILE_NAME, {key_of(variable): address for variable, address in addresses.items()})
    with installation() as container:
        container.connect_business().store((stored or business).model_copy(update={"accounting": connection}))
    return home / FILE_NAME


_APART = "Use a data folder of its own: set KVITT_HOME, for the sandbox and for what sends to it."


def _stored(container: "Container", name: str) -> Business | None:
    try:
        return container.look_up().business(name)
    except NotFound:
        return None


def _connected_elsewhere(container: "Container", home: Path, vendor: _Vendor, *, name: str) -> list[str]:
    """Return the businesses that reach the real vendor now, or would with its addresses."""
    if _is_here(plugins_environment(home, os.environ).get(vendor.variables[0], "")):
        return []
    return [
        business.name
        for business in container.look_up().businesses(limit=_MOST_BUSINESSES)
        if business.name != name
        and business.accounting.system in vendor.systems
        and not _is_here(business.accounting.settings.get("only_at") or "")
    ]


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _write_addresses(file: Path, addresses: Mapping[str, str]) -> None:
    """Put the addresses into the file, in the place of earlier ones; what else it says stays."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    for key, address in addresses.items():
        line = f'{key} = "{address}"\n'
        text, replaced = re.subn(rf"(?m)^[ \t]*{key}[ \t]*=.*\n?", line, text)
        text = text if replaced else line + text
    write_whole(file, text)


def _not_for_it(what: str, remedy: str) -> Conflict:
    return Conflict(what, code="not_for_the_sandbox", hint=remedy)
