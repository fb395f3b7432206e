"""What a plugin for an accounting system is, and the hook through which it says that it is there.

A plugin author writes a module with a `kvitt_register_accounting_systems` function marked with `hookimpl`, and names it
in the entry-point group `kvitt.plugins`; authors import what they need of this
from `kvitt`. The built-in plugins use the same hook.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import Distribution
from typing import Any, Protocol

import pluggy
from pydantic import BaseModel

from core.abilities import Abilities
from core.business import Business
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings

PROJECT = "kvitt"
ENTRY_POINTS = "kvitt.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class AccountingPlugin:
    """An accounting system that businesses can choose by its name.

    `settings` is the model of a business's connection: fields of type `SecretStr` are its secrets, and its validators
    must not put a value into a message. `open(business, settings, surroundings)` hands over the business's books and
    calls nobody; it gets an instance of that model. `abilities` is what the system can do through it. `distribution` is
    the installed package that brings the plugin; None for Kvitt's own.
    """

    name: str
    settings: type[BaseModel]
    open: Callable[[Business, Any, Surroundings], AccountingSystem]
    abilities: Abilities
    distribution: Distribution | None = None


class Registration(Protocol):
    """Where plugins are registered."""

    def add(
        self,
        name: str,
        *,
        settings: type[BaseModel],
        open: Callable[[Business, Any, Surroundings], AccountingSystem],  # noqa: A002 - the word for it
        abilities: Abilities,
    ) -> None:
        """Register an accounting system.

        Errors: ValueError when the name is taken, is empty, or the settings claim the name `system`; TypeError when
        `settings` is no pydantic model, `open` can't be called, or `abilities` are not declared.
        """


class AccountingHooks:
    """The hooks that a plugin may implement."""

    @hookspec
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        """Register accounting systems; call nobody.

        `registry.add("name", settings=Model, open=function, abilities=Abilities(...))`.
        """
