"""What PATCH takes of a business: a JSON merge patch (RFC 7396)."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr

from core.business import (
    LONGEST_FOLLOW_UP_SECONDS,
    SHORTEST_FOLLOW_UP_SECONDS,
    CustomerUpdates,
    NewOrderStatus,
)
from core.errors import InvalidInput
from core.fields import BusinessName, DecimalText, Document, Name, Text
from entrypoints.http.bodies import JSON, Body

MERGE_PATCH = "application/merge-patch+json"
"""The media type of RFC 7396."""


class ConnectionPatch(BaseModel):
    """What changes of a connection; with another `system`, all that this one needs."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"password": "..."}]})
    __pydantic_extra__: dict[str, SecretStr | None] = Field(init=False)

    system: Text = ""


class BookedProductPatch(Document):
    """What changes of what a product is booked as."""

    product: Name | None = None
    vat_code: Name | None = None


class BusinessPatch(Body):
    """A change of a business's settings (RFC 7396): just what is named changes; what is null is as by default again."""

    what = "a change of a business"
    code = "not_a_business"
    media_types = (JSON, MERGE_PATCH)

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"order_status": "confirmed", "vat_codes": {"25": None}}]}
    )

    name: BusinessName | None = Field(default=None, description="May only repeat the name in the path.")
    accounting: ConnectionPatch | None = None
    product_name: Name | None = None
    category_name: Name | None = None
    order_status: NewOrderStatus | None = None
    vat_codes: Mapping[DecimalText, Text | None] | None = None
    customer_updates: CustomerUpdates | None = None
    products: Mapping[Name, BookedProductPatch | None] | None = None
    department: Name | None = None
    project: Name | None = None
    notify: tuple[SecretStr, ...] | None = None
    follow_up_seconds: int | None = Field(default=None, ge=SHORTEST_FOLLOW_UP_SECONDS, le=LONGEST_FOLLOW_UP_SECONDS)

    _document: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def document(self) -> Mapping[str, Any]:
        """What was sent, as it was: it tells null from what is left out."""
        return self._document

    @classmethod
    def read(cls, document: object, path: Mapping[str, str]) -> Self:
        """Read parsed JSON. Errors: InvalidInput, codes `name_differs` and `not_a_business`."""
        patch = super().read(document, path)
        if isinstance(document, dict):
            name = path["business"]
            if document.get("name", name) != name:
                raise InvalidInput("The name in the body is not the name in the path.", code="name_differs")
            patch._document.update(document)
        return patch
