"""What it takes to reach books at Tripletex: a business's connection, the operator's settings. Cheap to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.http_api.settings import (
    LONGEST_TIMEOUT,
    ONLY_AT,
    ONLY_AT_TOLD,
    FilledSecret,
    OnlyAt,
    Variable,
    address_in,
    seconds_in,
)
from core.errors import Fault, InvalidInput
from core.fields import Name

# What a person reads who is asked for a setting.
_COMPANY = "The exact company name, as it stands in Tripletex."
_EMPLOYEE = "The API key (employee token) that the company made for Kvitt, under Integrations in Tripletex."
_CONSUMER = "The integration's own key (consumer token); not needed if the operator has set it."


class TripletexConnection(BaseModel):
    """A business's connection settings.

    The company of this name is chosen among those that the employee token reaches, the clients of an accountant
    included. No message ever shows a value. Source: docs/tripletex.md, "Way in".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_name: Name = Field(title="Account name", description=_COMPANY)
    employee_token: FilledSecret = Field(title="Employee token", description=_EMPLOYEE)
    consumer_token: FilledSecret | None = Field(default=None, title="Consumer token", description=_CONSUMER)
    only_at: OnlyAt | None = Field(
        default=None,
        title=ONLY_AT,
        description=ONLY_AT_TOLD,
        json_schema_extra={"decides_books": False},
    )


URL = "KVITT_TRIPLETEX_URL"
CONSUMER_TOKEN = "KVITT_TRIPLETEX_CONSUMER_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT = "KVITT_TRIPLETEX_TIMEOUT"

_DEFAULT_URL = "https://tripletex.no/v2"
_DEFAULT_TIMEOUT = 100.0

VARIABLES = (
    Variable(URL, "where Tripletex's API is", values="address", default=f"`{_DEFAULT_URL}`"),
    Variable(
        CONSUMER_TOKEN,
        "the integration's own key at Tripletex, for all businesses that give none (a secret)",
        values="text",
        default="each business gives its own",
        secret=True,
    ),
    Variable(
        TIMEOUT,
        "how long a call to Tripletex may take; keep it below `KVITT_SETTLING_SECONDS`",
        values=f"seconds, above 0 and up to {LONGEST_TIMEOUT:g}",
        default=f"{_DEFAULT_TIMEOUT:g}",
    ),
)


@dataclass(frozen=True)
class TripletexSettings:
    """`url` has no slash at its end; `timeout` is in seconds; `consumer_token` is the operator's, a secret."""

    url: str
    timeout: float
    consumer_token: str | None = field(default=None, repr=False)


def tripletex_settings(environment: Mapping[str, str]) -> TripletexSettings:
    """Read the operator's settings.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    return TripletexSettings(
        url=address_in(environment, URL, default=_DEFAULT_URL),
        timeout=seconds_in(environment, TIMEOUT, default=_DEFAULT_TIMEOUT),
        consumer_token=(environment.get(CONSUMER_TOKEN) or "").strip() or None,
    )


def consumer_token_of(connection: TripletexConnection, settings: TripletexSettings) -> SecretStr:
    """Return the business's own consumer token, or else the operator's.

    Errors: InvalidInput, code `bad_connection`, when neither has one.
    """
    if connection.consumer_token is not None:
        return connection.consumer_token
    if settings.consumer_token is not None:
        return SecretStr(settings.consumer_token)
    raise InvalidInput(
        "There is no consumer token for Tripletex: the business has none, and nor has the operator set one.",
        code="bad_connection",
        hint=f"Give the business consumer_token (business set), or have the operator set {CONSUMER_TOKEN}.",
        faults=[Fault(field="accounting.consumer_token", message="is missing")],
    )
