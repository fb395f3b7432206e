"""What a business must tell us to reach its books at 24SevenOffice."""

import uuid
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters.twentyfour_seven_office.settings import FilledSecret
from core.fields import Name


def _guid(secret: SecretStr) -> SecretStr:
    try:
        return SecretStr(str(uuid.UUID(secret.get_secret_value().strip())))
    except ValueError:
        raise ValueError("must be a GUID, such as 11111111-2222-3333-4444-555555555555") from None


class SoapConnection(BaseModel):
    """A business's connection settings.

    `account_name` is the company name shown top right in 24SevenOffice, exactly. `username` is the e-mail address of
    the user that was invited; `application_id` is the integration's guid. No message ever shows a value.
    Source: docs/behaviour.md, "Preparing"; docs/24sevenoffice.md, "Sessions".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account_name: Name = Field(description="The exact company name, shown at the top right in 24SevenOffice.")
    application_id: Annotated[FilledSecret, AfterValidator(_guid)] = Field(
        description="The integration's GUID, from 24SevenOffice.", json_schema_extra={"decides_books": True}
    )
    username: Name = Field(description="The e-mail address of the user invited in 24SevenOffice.")
    password: FilledSecret = Field(description="That user's password.")
