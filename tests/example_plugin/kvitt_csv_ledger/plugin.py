"""Says to Kvitt that there is an accounting system named csv-ledger, and what a business must tell it."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from kvitt import AccountingSystem, Business, Registration, Surroundings, hookimpl
from kvitt_csv_ledger.abilities import ABILITIES
from kvitt_csv_ledger.ledger import Ledger


class LedgerConnection(BaseModel):
    """What stands under `accounting` in a business's JSON, beside `system`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    folder: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        description="The folder that holds the ledger's CSV files."
    )
    password: SecretStr = Field(min_length=1, description="The ledger's password.")


@hookimpl
def kvitt_register_accounting_systems(registry: Registration) -> None:
    """Register the ledger."""
    registry.add("csv-ledger", settings=LedgerConnection, open=_open, abilities=ABILITIES)


def _open(business: Business, settings: LedgerConnection, surroundings: Surroundings) -> AccountingSystem:
    return Ledger(settings.folder, settings.password, surroundings.clock)
