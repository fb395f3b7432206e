"""What a business must tell us to reach its books through 24SevenOffice's REST API."""

from pydantic import BaseModel, ConfigDict, Field

from adapters.twentyfour_seven_office.settings import FilledSecret
from core.fields import Name


class RestConnection(BaseModel):
    """A business's connection settings.

    With an `account_name`, nothing is read or written before the organization's name was compared with it.
    No message ever shows a value. Source: docs/24sevenoffice.md, "REST": OAuth 2.0 client credentials.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: Name = Field(
        description="The id of the API client, as 24SevenOffice gave it.", json_schema_extra={"decides_books": False}
    )
    client_secret: FilledSecret = Field(description="The secret of the API client.")
    organization_id: Name = Field(description="The organization in 24SevenOffice that the books belong to.")
    account_name: Name | None = Field(
        default=None,
        description="The organization's exact name; if given, it is checked at every login.",
        json_schema_extra={"decides_books": False},
    )
