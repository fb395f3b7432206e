"""A business's settings changed in part, and what a change has changed. Pure.

Settings are named as their document has them, dots between: `order_status`, `accounting.username`, `vat_codes.25`,
`products.excavator.product`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from core.business import Business, Connection
from core.errors import Fault, InvalidInput
from core.fields import Document
from core.identity import canonical

Settings = Mapping[str, Any]
"""A document of settings, or a change of one, as JSON has it."""

_CONNECTION = "accounting"
_NOTIFY = "notify"


class Change(Document):
    """One setting that is another than before; None where it is not set. A secret's values are in neither."""

    setting: str
    before: str | None
    after: str | None
    secret: bool = False


class StoredBusiness(Document):
    """A business as it was stored, and what that has changed; of a new one everything is new, and nothing changed."""

    business: Business
    changes: tuple[Change, ...] = ()
    is_new: bool = False


def merged(settings: Settings, patch: Settings) -> dict[str, Any]:
    """Apply a merge patch: what it names is changed, what it names as None (JSON's null) is removed.

    Source: RFC 7396, section 2.
    """
    result = dict(settings)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            kept = result.get(name)
            result[name] = merged(kept if isinstance(kept, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def patched(business: Business, patch: Settings) -> dict[str, Any]:
    """Return the document of a business to which a merge patch was applied, its secrets in the clear: to be read anew.

    A rate or product that the patch spells otherwise than the settings do is the same one ("25.0" is "25"). With
    another `system` the connection begins anew: no setting of the old one, and no secret, comes along.
    Errors: InvalidInput, code `not_a_business`, for a patch that names one rate or product twice.
    """
    kept = _document(business)
    connection, system = patch.get(_CONNECTION), business.accounting.system
    if isinstance(connection, Mapping) and connection.get("system", system) != system:
        kept[_CONNECTION] = {}
    return {**merged(kept, _spelt_as_kept(patch, kept)), "name": business.name}


def changes_between(earlier: Business, stored: Business, *, secrets: Collection[str]) -> tuple[Change, ...]:
    """Return what differs, in the order of the settings. `secrets` are the names under `accounting` not to be shown."""
    before, after = dict(_leaves(_document(earlier))), dict(_leaves(_document(stored)))
    hidden = {_NOTIFY, *(f"{_CONNECTION}.{name}" for name in secrets)}
    return tuple(
        Change(setting=name, before=None, after=None, secret=True)
        if name in hidden
        else Change(setting=name, before=before.get(name), after=after.get(name))
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    )


def resets_in(changes: Sequence[Change], given: Business) -> tuple[Change, ...]:
    """Return those of the changes that put a setting back to its default because `given` leaves it out.

    What is given as it is by default, is changed on purpose. Nor is it a reset where the accounting system is another
    one, which has its own settings.
    """
    default = dict(_leaves(_document(Business(name=given.name, accounting=Connection(system="none")))))
    named = set(_named(given))
    moves = any(change.setting == f"{_CONNECTION}.system" for change in changes)
    return tuple(
        change
        for change in changes
        if change.after == default.get(change.setting)
        and change.setting not in named
        and not change.secret
        and not (moves and change.setting.startswith(f"{_CONNECTION}."))
    )


def _document(business: Business, *, only_given: bool = False) -> dict[str, Any]:
    document = business.model_dump(mode="json", exclude={"name", _CONNECTION, _NOTIFY}, exclude_unset=only_given)
    told = {_NOTIFY: list(business.notify_addresses)} if business.notify else {}
    return {_CONNECTION: {"system": business.accounting.system, **business.accounting.settings}, **document, **told}


def _leaves(settings: Settings, *, under: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting that is set, under its whole name."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, under=f"{under}{name}.")
        elif value is not None:
            yield f"{under}{name}", str(value)


def _named(given: Business) -> Iterator[str]:
    """Yield the names of the settings that a business states itself, those without a value too."""
    document = _document(given, only_given=True)
    yield from document
    yield from (name for name, _ in _leaves(document))


def _rate(text: str) -> str:
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


_SPELLINGS: Mapping[str, Callable[[str], str]] = {"vat_codes": _rate, "products": canonical}
"""How the names under a setting are compared."""


def _spelt_as_kept(patch: Settings, kept: Settings) -> dict[str, Any]:
    result = dict(patch)
    for name, spelt in _SPELLINGS.items():
        if isinstance(given := patch.get(name), Mapping):
            if len({spelt(key) for key in given}) < len(given):
                fault = Fault(name, "names one thing twice, in two spellings")
                raise InvalidInput(
                    f"The change can't be made. {fault.field}: {fault.message}.", code="not_a_business", faults=[fault]
                )
            known = {spelt(key): key for key in kept.get(name, {})}
            result[name] = {known.get(spelt(key), key): value for key, value in given.items()}
    return result
