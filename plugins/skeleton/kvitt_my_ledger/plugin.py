"""Registers the accounting system. Every command of Kvitt loads this module: import what is heavy in `_open`."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from kvitt import AccountingSystem, Business, Registration, Surroundings, hookimpl
from kvitt_my_ledger.abilities import ABILITIES


class Settings(BaseModel):
    """What stands under `accounting` in a business's JSON, beside `system`. Change it to what a login takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    company: str = Field(min_length=1, description="The company's number in the accounting system.")
    token: SecretStr = Field(min_length=1, description="The token that lets Kvitt in.")


@hookimpl
def kvitt_register_accounting_systems(registry: Registration) -> None:
    """Register the accounting system under the name that businesses choose it by."""
    registry.add("my-ledger", settings=Settings, open=_open, abilities=ABILITIES)


def _open(business: Business, settings: Settings, surroundings: Surroundings) -> AccountingSystem:
    from kvitt_my_ledger.system import System

    return System(settings, surroundings)
