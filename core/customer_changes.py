"""Which fields of a customer record an invoice brings up to date.

Pure. Only fields that the source has and that differ; nothing is emptied; no change at all when nothing differs.
Source: documented behaviour, "If the customer exists, the data is updated with the properties provided in Sharefox
app (such as address)"; DESIGN, "Which customer".
"""

import re
from collections.abc import Callable, Iterable, Mapping

from core.customer import (
    Address,
    Customer,
    CustomerKind,
    CustomerRecord,
    normal_email,
    normal_organization_number,
    tidy,
)
from core.fields import Document

_NORWEGIAN_PHONE_DIGITS = 8


class CustomerChanges(Document):
    """New values for a record; None leaves a field as it is.

    Each of `addresses` is whole and belongs to the record's address of the same position.
    """

    name: str | None = None
    kind: CustomerKind | None = None
    organization_number: str | None = None
    email: str | None = None
    phone: str | None = None
    addresses: tuple[Address, ...] | None = None

    @property
    def fields(self) -> list[str]:
        """The names of the fields that change."""
        return [name for name in type(self).model_fields if getattr(self, name) is not None]


def changed_fields(customer: Customer, record: CustomerRecord) -> CustomerChanges | None:
    """Say what to change in the record that was found for this customer, or None when nothing differs.

    A company's record keeps its name, kind and organization number when the source names no organization, or one
    with another number (a person may have chosen that record).
    """
    changes = CustomerChanges(
        **_identity(customer, record),
        email=_missing(customer.email, record.emails, normal_email),
        phone=_missing(customer.phone, record.phones, _normal_phone),
        addresses=_addresses(customer.address, record.addresses),
    )
    return changes if changes.fields else None


def applied(record: CustomerRecord, changes: CustomerChanges, *, pushes_out: bool = False) -> CustomerRecord:
    """Return the record as it reads once the changes are written.

    `pushes_out`: a new e-mail or phone takes the place of those that were there, else it is one more. Which of them it
    will be is the accounting system's doing, and may differ from slot to slot.
    """
    plainly = {field: getattr(changes, field) for field in ("name", "kind", "organization_number", "addresses")}
    return record.model_copy(
        update={
            **{field: value for field, value in plainly.items() if value is not None},
            "emails": _with(changes.email, record.emails, pushes_out=pushes_out),
            "phones": _with(changes.phone, record.phones, pushes_out=pushes_out),
        }
    )


def _with(new: str | None, present: tuple[str, ...], *, pushes_out: bool) -> tuple[str, ...]:
    if new is None:
        return present
    return (new,) if pushes_out else (new, *present)


def _identity(customer: Customer, record: CustomerRecord) -> dict[str, str | CustomerKind | None]:
    number = normal_organization_number(record.organization_number)
    is_company = bool(number) or record.kind is CustomerKind.BUSINESS
    if is_company and not customer.is_company:
        return {}
    if number and customer.key_number and number != customer.key_number:
        return {}
    names_it = not is_company or bool((customer.organization_name or "").strip())
    return {
        "name": customer.booked_name if names_it and customer.booked_name not in ("", tidy(record.name)) else None,
        "kind": customer.kind if record.kind is not customer.kind else None,
        "organization_number": customer.key_number if customer.key_number != number else None,
    }


def _missing(value: str | None, present: Iterable[str], normal: Callable[[str | None], str | None]) -> str | None:
    """Return the value unless it is empty or there already, in whatever slot and spelling."""
    if normal(value) is None or normal(value) in {normal(other) for other in present}:
        return None
    return tidy(value or "")


def _addresses(stated: Address | None, recorded: tuple[Address, ...]) -> tuple[Address, ...] | None:
    """Write the stated parts over each recorded address; parts that the source lacks stay."""
    given = {part: tidy(text) for part, text in (stated or Address()) if text and text.strip()}
    if "street" not in given and "additional_street" in given:  # a second line alone is the street
        given["street"] = given.pop("additional_street")
    wanted = tuple(_with_stated(address, given) for address in recorded)
    same = all(_shown(old) == _shown(new) for old, new in zip(recorded, wanted, strict=True))
    return None if same else wanted


def _with_stated(address: Address, given: Mapping[str, str]) -> Address:
    has_street = "additional_street" not in given and address.whole_street == given.get("street")
    return address.model_copy(
        update={part: text for part, text in given.items() if not (has_street and part == "street")}
    )


def _shown(address: Address) -> list[str]:
    """Both lines of the street count as one: not every system has two."""
    return [tidy(text or "") for text in (address.whole_street, address.postal_code, address.city, address.country)]


def _normal_phone(phone: str | None) -> str | None:
    """Compare phone numbers by their digits, a Norwegian number with or without its country code."""
    digits = re.sub(r"\D", "", phone or "")
    for prefix in ("0047", "47"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + _NORWEGIAN_PHONE_DIGITS:
            return digits.removeprefix(prefix)
    return digits or None
