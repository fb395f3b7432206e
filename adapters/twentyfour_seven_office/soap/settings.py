"""Settings for 24SevenOffice's SOAP services: a business's, to reach its books, and the operator's.

The operator says where the services are, how long calls may take, and how many there may be. Cheap to import: plugins
are listed with it.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters.http_api.settings import (
    ONLY_AT,
    ONLY_AT_TOLD,
    FilledSecret,
    OnlyAt,
    Variable,
    address_in,
    bad_setting,
)
from adapters.twentyfour_seven_office.settings import timeout_in
from core.fields import Name

API_URL = "KVITT_TFSO_API_URL"
CALLS_PER_HOUR = "KVITT_TFSO_CALLS_PER_HOUR"

_DEFAULT_API_URL = "https://api.24sevenoffice.com"
_DEFAULT_CALLS_PER_HOUR = 7200
_MOST_CALLS_PER_HOUR = 10_000_000

VARIABLES = (
    Variable(API_URL, "where 24SevenOffice's SOAP API is", values="address", default=f"`{_DEFAULT_API_URL}`"),
    Variable(
        CALLS_PER_HOUR,
        "how many calls this installation makes in a clock hour; when not given all that 24SevenOffice grants an"
        " integration, so lower it where others share them",
        values=f"calls, 1 to {_MOST_CALLS_PER_HOUR}",
        default=f"{_DEFAULT_CALLS_PER_HOUR}",
    ),
)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


def _guid(secret: SecretStr) -> SecretStr:
    try:
        return SecretStr(str(uuid.UUID(secret.get_secret_value().strip())))
    except ValueError:
        raise ValueError("must be a GUID, such as 11111111-2222-3333-4444-555555555555") from None


# What a person reads who is asked for a setting: by these names, in any language.
_COMPANY = "The exact company name, shown at the top right in 24SevenOffice."
_INTEGRATION = "The integration's GUID, from 24SevenOffice."
_USER = "The e-mail address of the user invited in 24SevenOffice, with the Invoicing package."
_PASSWORD = "That user's password."  # noqa: S105 - what is asked for


class SoapConnection(BaseModel):
    """A business's connection settings.

    `account_name` is the company name shown top right in 24SevenOffice, exactly. `username` is the e-mail address of
    the user that was invited; `application_id` is the integration's guid. No message ever shows a value.
    Source: docs/behaviour.md, "Preparing"; docs/24sevenoffice.md, "Sessions".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_name: Name = Field(title="Account name", description=_COMPANY)
    application_id: Annotated[FilledSecret, AfterValidator(_guid)] = Field(
        title="Application id", description=_INTEGRATION, json_schema_extra={"decides_books": True}
    )
    username: Name = Field(title="User name", description=_USER)
    password: FilledSecret = Field(title="Password", description=_PASSWORD)
    only_at: OnlyAt | None = Field(
        default=None,
        title=ONLY_AT,
        description=ONLY_AT_TOLD,
        json_schema_extra={"decides_books": False},
    )


@dataclass(frozen=True)
class OperatorSettings:
    """`api_url` has no slash at its end; `timeout` is in seconds."""

    api_url: str
    timeout: float
    calls_per_hour: int = _DEFAULT_CALLS_PER_HOUR


def operator_settings(environment: Mapping[str, str]) -> OperatorSettings:
    """Read the operator's settings.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    return OperatorSettings(
        api_url=address_in(environment, API_URL, default=_DEFAULT_API_URL),
        timeout=timeout_in(environment),
        calls_per_hour=_calls_per_hour(environment),
    )


def _calls_per_hour(environment: Mapping[str, str]) -> int:
    text = environment.get(CALLS_PER_HOUR) or str(_DEFAULT_CALLS_PER_HOUR)
    calls = int(text) if _WHOLE_NUMBER.fullmatch(text) else 0
    if not 0 < calls <= _MOST_CALLS_PER_HOUR:
        raise bad_setting(CALLS_PER_HOUR, f"must be a whole number from 1 to {_MOST_CALLS_PER_HOUR}")
    return calls
