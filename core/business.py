"""A business: a company that uses the gateway, and how its books are reached."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_serializer, field_validator

from core.fields import BusinessName, DecimalText, Document, Name, Text
from core.identity import canonical
from core.product import BookedProduct

SHORTEST_FOLLOW_UP_SECONDS, LONGEST_FOLLOW_UP_SECONDS = 60, 31 * 24 * 60 * 60


class NewOrderStatus(StrEnum):
    """The unpublished status that new orders get; publishing is the accountant's act."""

    DRAFT = "draft"
    OFFER = "offer"
    CONFIRMED = "confirmed"


class CustomerUpdates(StrEnum):
    """What an invoice may change in the record of a customer that was found."""

    UPDATE = "update"
    FILL = "fill"
    NEVER = "never"


class Connection(BaseModel):
    """Which accounting system a business uses, and what that system's plugin needs to reach its books.

    `system` is the plugin's name. What else there is depends on the plugin, which says what is missing and which
    settings are secret. Until it has, every one is treated as secret: none shows in a repr or in JSON.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, SecretStr] = Field(init=False)

    system: Text

    @property
    def settings(self) -> Mapping[str, str]:
        """The plugin's settings in the clear: for the plugin and the encrypted store, for nobody else."""
        return {name: value.get_secret_value() for name, value in (self.__pydantic_extra__ or {}).items()}

    @classmethod
    def of(cls, system: str, settings: Mapping[str, str]) -> "Connection":
        """Make a connection from settings in the clear."""
        return cls.model_validate({"system": system, **settings})


class Business(Document):
    """One tenant and its settings.

    `customer_updates` says what an invoice may change in the record of a customer that was found.
    `vat_codes` overrides the VAT code of a rate: percent to code, such as {"0": "52"}. `products` says what the
    source's products are booked as, by their code or text; every other one is booked as `product_name`. `department`
    and `project` are ids or exact names in the accounting system, for invoices that name none. `notify` says where
    people are told of what needs them; each address is a secret. `follow_up_seconds` is how often its open orders are
    asked about by themselves; None is as the installation says.
    """

    name: BusinessName
    accounting: Connection
    product_name: Name = "Sharefox rental"
    category_name: Name = "SharefoxRental"
    order_status: NewOrderStatus = NewOrderStatus.DRAFT
    vat_codes: Mapping[DecimalText, Text] = Field(default_factory=dict)
    customer_updates: CustomerUpdates = Field(default=CustomerUpdates.UPDATE, examples=["fill"])
    products: Mapping[Name, BookedProduct] = Field(
        default_factory=dict, examples=[{"excavator": {"product": "1100", "vat_code": "3"}}]
    )
    department: Name | None = Field(default=None, examples=["Oslo"])
    project: Name | None = Field(default=None, examples=["42"])
    notify: tuple[SecretStr, ...] = Field(default=(), examples=[["slack://..."]])
    follow_up_seconds: int | None = Field(
        default=None, ge=SHORTEST_FOLLOW_UP_SECONDS, le=LONGEST_FOLLOW_UP_SECONDS, examples=[900]
    )

    @field_validator("products")
    @classmethod
    def _tidy_names(cls, products: Mapping[str, BookedProduct]) -> Mapping[str, BookedProduct]:
        tidied = {canonical(source): booked for source, booked in products.items()}
        if len(tidied) < len(products):
            raise ValueError("names one product twice: white space and Unicode form make no difference")
        return tidied

    @property
    def notify_addresses(self) -> tuple[str, ...]:
        """Where people are told, in the clear: for whoever tells them and the encrypted store, for nobody else."""
        return tuple(address.get_secret_value() for address in self.notify)

    @field_serializer("vat_codes")
    def _plain_vat_codes(self, codes: Mapping[Any, str]) -> dict[str, str]:
        return {f"{percent:f}": code for percent, code in codes.items()}
