"""Write docs/accounting-systems.md: the built-in plugins side by side, as each declares what it can do.

The tier is what the conformance kit holds each to, in its tests.
"""

from collections.abc import Callable, Iterator, Mapping

from core.abilities import Abilities, Ability
from core.limits import OrderField
from entrypoints.abilities_told import ABILITIES, DISCOUNTS, FIELDS, LOOKUPS
from plugins.conformance import AccountingSystemConformance
from plugins.manager import find_built_in
from tests.conformance.test_rest import TestRest
from tests.conformance.test_soap import TestSoap
from tests.conformance.test_tripletex import TestTripletex

HEAD = """# The accounting systems side by side

What Kvitt can do in each accounting system, as its plugin declares it. `kvitt plugin list` tells the same of every
plugin that is installed, and the console shows it where a business is connected. The conformance kit holds each plugin
to what it declares, and gives it a tier:

- **bronze**: the documented behaviour was shown;
- **silver**: also when calls fail, answers are lost and workers are killed;
- **gold**: also in bulk, within the calls that are declared, and with all abilities that the vendor's API has.

This page is written from the source by `make docs`, and compared with it by the tests.

"""

_TIERS: Mapping[str, type[AccountingSystemConformance]] = {
    "24sevenoffice": TestSoap,
    "24sevenoffice-rest": TestRest,
    "tripletex": TestTripletex,
}
_CALLS: Mapping[str, Callable[[Abilities], object]] = {
    "Written at a time": lambda one: one.limits.items_per_write,
    "Read at a time": lambda one: one.limits.items_per_read,
    "Calls at a time": lambda one: one.parallel_calls,
    "Calls of a send, at most": lambda one: one.calls and one.calls.warm_send,
    "Calls of the very first send, at most": lambda one: one.calls and one.calls.cold_send,
    "Calls for 1,000 invoices of 400 new customers, at most": lambda one: one.calls and one.calls.thousand_invoices,
    "Calls for the status of 1,000 orders, at most": lambda one: one.calls and one.calls.thousand_statuses,
}
_NOTES = """
Where there are no rows of text alone, a text is a row of zero; where prices can't include VAT, they are booked net;
where customers can't be searched, Kvitt keeps a directory of them. What an order has no place for is told in the
preview and as a warning. What the API has and the plugin makes no use of has its reason beside it; that, and nothing
else, is why a plugin here is not gold. The operator may change how many calls are made at a time
([Settings](settings.md)).
"""


def systems_page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(_table()) + "\n" + _NOTES


def _table() -> Iterator[str]:
    plugins = find_built_in()
    every = [plugin.abilities for plugin in plugins.values()]
    yield _row("", [f"`{name}`" for name in plugins])
    yield _row("---", ["---"] * len(plugins))
    yield _row("Tier", [str(_TIERS[name].reaches) for name in plugins])
    for ability, name in ABILITIES.items():
        yield _row(name[0].upper() + name[1:], [_said(one, ability) for one in every])
    for field, name in FIELDS.items():
        yield _row(f"On an order: {name}", [_said(one, field) for one in every])
    yield _row("Discounts", [DISCOUNTS[one.discount] for one in every])
    yield _row("A lost order is found", [LOOKUPS[one.lookup] for one in every])
    for name, number in _CALLS.items():
        yield _row(name, [f"{number(one)}" for one in every])


def _said(abilities: Abilities, ability: Ability | OrderField) -> str:
    if abilities.has(ability):
        return "yes"
    why = abilities.left_out.get(ability)
    return f"no: {why}" if why else "no"


def _row(head: str, cells: list[str]) -> str:
    return f"| {' | '.join([head, *cells])} |"
