"""Which element of a UBL invoice or credit note is which of our fields. docs/files.md shows the same as a table.

Source: EN 16931-1 and Peppol BIS Billing 3.0, whose business terms (BT-...) are named where they explain a choice.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from adapters.ubl.document import Node, root_of
from adapters.ubl.reading import Part, Reading, left_out, told_once
from core.errors import InvalidInput
from core.fields import plain
from core.stated_invoice import StatedInvoice, StatedTotals
from core.totals import to_the_ore

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_ROOTS = {(f"{_UBL}:Invoice-2", "Invoice"), (f"{_UBL}:CreditNote-2", "CreditNote")}

_USUAL_KINDS = ("380", "381")
_SELF_BILLED = ("261", "389", "500", "501", "502", "503")
_CREDITS = ("81", "83", "261", "308", "381", "396", "420", "458", "532")
_ORDINARY_VAT = ("S", "Z")
_ONE = ("C62", "EA", "H87", "NAR", "XPP")
_NORWEGIAN_SCHEMES = ("0192", "9908")
_EMAIL_SCHEME = "EM"
_DECIMALS = 4
_ALLOWED_OFF = Decimal("0.02")
"""So much may a line's total be off from quantity times price, by Peppol's rule R120. It is what the buyer was told."""

_SAYS_NOTHING_ELSE = (
    "UBLVersionID",
    "CustomizationID",
    "ProfileID",
    "LegalMonetaryTotal/LineExtensionAmount",
    "LegalMonetaryTotal/AllowanceTotalAmount",
    "LegalMonetaryTotal/ChargeTotalAmount",
    "TaxTotal/TaxSubtotal/TaxableAmount",
    "TaxTotal/TaxSubtotal/TaxAmount",
    "TaxTotal/TaxSubtotal/TaxCategory/ID",
    "TaxTotal/TaxSubtotal/TaxCategory/Percent",
    "AllowanceCharge/BaseAmount",
    "AllowanceCharge/MultiplierFactorNumeric",
    "InvoiceLine/ID",
    "CreditNoteLine/ID",
    "InvoiceLine/AllowanceCharge/BaseAmount",
    "InvoiceLine/AllowanceCharge/MultiplierFactorNumeric",
    "CreditNoteLine/AllowanceCharge/BaseAmount",
    "CreditNoteLine/AllowanceCharge/MultiplierFactorNumeric",
)
"""What follows from what is read, or says which rules the file follows."""

_WHY = {
    "AccountingSupplierParty": "the seller is the business it is added to",
    "PaymentMeans": "the accounting system decides how to pay",
}


def invoice_from_ubl(content: bytes) -> StatedInvoice:
    """Read an invoice or a credit note.

    A credit note has negative quantities. Charges and allowances of the whole document become rows of their own, with
    their VAT; those of a line its discount, or a row. The type is data for accounting: it is an invoice already.
    Errors: InvalidInput, code `bad_xml` for what can't be parsed, `not_an_invoice` for another document.
    """
    root = root_of(content)
    if (root.namespace, root.name) not in _ROOTS:
        raise InvalidInput(
            "This XML is not a UBL 2.1 Invoice or CreditNote.",
            code="not_an_invoice",
            hint="Give the invoice itself (Peppol BIS Billing 3.0 or EHF 3), without an envelope around it.",
        )
    return _Mapping(root).stated()


class _Mapping:
    def __init__(self, root: Node) -> None:
        self._root = root
        self._reading = Reading()
        self._whole = Part(root, "", self._reading)
        self._is_credit = root.name == "CreditNote"
        self._sign = -1 if self._is_credit else 1
        self._currency = self._whole.text("DocumentCurrencyCode")

    def stated(self) -> StatedInvoice:
        number = self._whole.text("ID")
        document = {name: value for name, value in self._document(number).items() if value is not None}
        totals = self._totals()
        if totals and self._is_credit and totals.gross > 0:
            self._reading.warnings.append(
                "The credit note's amounts are below zero, which makes it an invoice, and it is taken as one. If you "
                "meant a credit, state them above zero."
            )
        for place, times in left_out(self._root, known=_SAYS_NOTHING_ELSE):
            how_often = f" ({times} times)" if times > 1 else ""
            why = f": {_WHY[place]}" if place in _WHY else ", because an invoice has no place for it"
            self._reading.warnings.append(f"{place}{how_often} was left out{why}.")
        return StatedInvoice(
            number=number,
            document=document,
            places={
                "number": "ID",
                "totals.net": "LegalMonetaryTotal/TaxExclusiveAmount",
                "totals.vat": "TaxTotal/TaxAmount",
                "totals.gross": "LegalMonetaryTotal/TaxInclusiveAmount",
                "totals.to_pay": "LegalMonetaryTotal/PayableAmount",
            },
            faults=tuple(self._reading.faults),
            warnings=tuple(told_once(self._reading.warnings)),
            totals=totals,
        )

    def _document(self, number: str | None) -> dict[str, Any]:
        whole = self._whole
        self._check_kind()
        order, order_number = whole.text("OrderReference/ID"), whole.text("OrderReference/SalesOrderID")
        issued = whole.day("IssueDate")
        prepaid = self._amount(whole, "LegalMonetaryTotal/PrepaidAmount")
        if prepaid and self._is_credit:
            self._reading.refuse("LegalMonetaryTotal/PrepaidAmount", "is not possible on a credit note")
        return {
            "number": number,
            "type": "data_for_accounting",
            "issue_date": issued,
            "due_date": self._due_date(issued),
            "currency": self._currency,
            "customer": self._customer(),
            "rows": list(self._rows()),
            "buyer_reference": whole.text("BuyerReference"),
            # Peppol demands a purchase order with a sales order: NA says that there is none.
            "order_reference": None if order_number and order == "NA" else order,
            "order_number": order_number,
            "credits": self._credited(),
            "delivery": self._delivery(),
            "paid_amount": plain(prepaid) if prepaid else None,
            "comment": "\n".join(whole.node.take("Note")) or None,
        }

    def _check_kind(self) -> None:
        path = f"{self._root.name}TypeCode"
        kind = self._whole.text(path)
        if kind in _SELF_BILLED:
            self._reading.refuse(path, "says that the buyer made it (self-billing); such an invoice can't be sent")
        elif not self._is_credit and kind in _CREDITS:
            self._reading.refuse(path, "says that it is a credit note; give it as a CreditNote")
        elif kind is not None and kind not in _USUAL_KINDS:
            word = "a credit note" if self._is_credit else "an invoice"
            self._reading.warnings.append(f"{path} is not {_USUAL_KINDS[self._is_credit]}: it is taken as {word}.")

    def _due_date(self, issued: str | None) -> str | None:
        due, with_means = self._whole.day("DueDate"), self._whole.day("PaymentMeans/PaymentDueDate")
        if due is None and with_means is None and self._is_credit and issued:
            self._reading.warnings.append("A credit note without a due date is due on its IssueDate.")
            return issued
        return due or with_means

    def _credited(self) -> str | None:
        """The invoice that a credit note belongs to; of an invoice it would be a correction, which is none."""
        if not self._is_credit or len(self._whole.parts("BillingReference")) > 1:
            return None
        return self._whole.text("BillingReference/InvoiceDocumentReference/ID")

    def _customer(self) -> dict[str, Any]:
        """Who buys: an organization, or, with neither a number nor a contact, a person."""
        parties = self._whole.parts("AccountingCustomerParty/Party")
        if len(parties) != 1:
            self._reading.refuse("AccountingCustomerParty/Party", "is missing" if not parties else "is given twice")
            return {}
        party = parties[0]
        registered = party.text("PartyLegalEntity/RegistrationName")
        trading = _same_or_unread(party, "PartyName/Name", registered)
        contact = party.text("Contact/Name")
        number = party.text("PartyLegalEntity/CompanyID")
        number = _same_or_unread(party, "PartyTaxScheme/CompanyID", number, alike=_same_number)
        email = party.text("Contact/ElectronicMail")
        for address in party.parts("EndpointID"):
            scheme = address.node.attributes.get("schemeID")
            if scheme in _NORWEGIAN_SCHEMES:
                number = _same_or_unread(party, "EndpointID", number, alike=_same_number)
            elif scheme == _EMAIL_SCHEME:
                email = _same_or_unread(party, "EndpointID", email)
        name = registered or trading
        is_person = number is None and contact is None
        if is_person:
            self._reading.warnings.append(
                f"{party.place} has no organization number and no contact: the buyer is taken to be a private person."
            )
        stated = {
            "name": name if is_person else contact,
            "organization_name": None if is_person else name,
            "organization_number": number,
            "email": email,
            "phone": party.text("Contact/Telephone"),
            "address": _address(party, "PostalAddress"),
        }
        return {field: value for field, value in stated.items() if value is not None}

    def _delivery(self) -> dict[str, Any] | None:
        deliveries = self._whole.parts("Delivery")
        if len(deliveries) != 1:
            return None
        delivery = deliveries[0]
        stated = {
            "date": delivery.day("ActualDeliveryDate"),
            "name": delivery.text("DeliveryParty/PartyName/Name"),
            "address": _address(delivery, "DeliveryLocation/Address"),
        }
        return {field: value for field, value in stated.items() if value is not None} or None

    def _rows(self) -> Iterator[dict[str, Any]]:
        for line in self._whole.parts(f"{self._root.name}Line"):
            yield from self._line(line)
        for change in self._whole.parts("AllowanceCharge"):
            sign = 1 if self._is_charge(change) else -1
            yield from self._charge(change, vat=self._vat(change, "TaxCategory"), sign=sign)

    def _line(self, line: Part) -> Iterator[dict[str, Any]]:
        quantity_path = "CreditedQuantity" if self._is_credit else "InvoicedQuantity"
        quantity, price = self._quantity_and_price(line, quantity_path)
        vat = self._vat(line, "Item/ClassifiedTaxCategory")
        changes = [(change, self._is_charge(change)) for change in line.parts("AllowanceCharge")]
        charged = [row for change, is_charge in changes if is_charge for row in self._charge(change, vat=vat)]
        discounts = [self._amount(change, "Amount") for change, is_charge in changes if not is_charge]
        discount = sum((amount for amount in discounts if amount is not None), start=Decimal(0))
        net = self._amount(line, "LineExtensionAmount")
        if net is not None:
            net -= sum(self._sign * Decimal(row["quantity"]) * Decimal(row["unit_price"]) for row in charged)
        if quantity is not None and price is not None and net is not None:
            off = abs(to_the_ore(quantity * price - discount) - net)
            if 0 < off <= _ALLOWED_OFF:
                self._reading.warnings.append(
                    f"{line.at('Price/PriceAmount')} was left out: multiplied by the quantity it does not give the "
                    f"LineExtensionAmount, which was kept."
                )
                price, discount = None, Decimal(0)
        stated = {
            "product": line.text("Item/Name"),
            "product_code": line.text("Item/SellersItemIdentification/ID"),
            "period": self._period(line),
            "quantity": self._signed(quantity),
            "unit_price": None if price is None else plain(price),
            "discount_amount": self._signed(discount) if discount else None,
            "net_amount": self._signed(net),
            "vat_percent": vat,
        }
        yield {field: value for field, value in stated.items() if value is not None}
        yield from charged

    def _quantity_and_price(self, line: Part, path: str) -> tuple[Decimal | None, Decimal | None]:
        """Return both for one unit: a price may be for a hundred."""
        quantity, price = line.number(path), self._amount(line, "Price/PriceAmount")
        base = line.number("Price/BaseQuantity")
        units = {
            node.attributes.get("unitCode") for node in (*line.node.all(path), *line.node.all("Price/BaseQuantity"))
        }
        units.discard(None)
        if len(units) > 1:
            self._reading.refuse(line.at("Price/BaseQuantity"), "has a different unit than the quantity")
        elif units and not units & set(_ONE):
            self._reading.warnings.append(f"{line.at(path)}: the unit (unitCode) was left out, because a row has none.")
        if base is None or base == 1 or quantity is None or price is None:
            return quantity, price
        if base <= 0:
            self._reading.refuse(line.at("Price/BaseQuantity"), "is not above 0")
        elif _is_short(price / base):
            return quantity, price / base
        elif _is_short(quantity / base):
            return quantity / base, price
        else:
            self._reading.refuse(
                line.at("Price/BaseQuantity"),
                f"leaves a unit price of more than {_DECIMALS} decimals, which can't be kept",
            )
        return quantity, price

    def _period(self, line: Part) -> dict[str, str] | None:
        if not (line.node.take("InvoicePeriod/StartDate") and line.node.take("InvoicePeriod/EndDate")):
            for path in ("InvoicePeriod/StartDate", "InvoicePeriod/EndDate"):
                for node in line.node.all(path):
                    node.was_read = False
            return None
        start, end = line.day("InvoicePeriod/StartDate"), line.day("InvoicePeriod/EndDate")
        return {"start": start, "end": end} if start and end else None

    def _charge(self, change: Part, *, vat: str | None, sign: int = 1) -> Iterator[dict[str, Any]]:
        """A charge as a row; an allowance, whose sign is -1, as one with a negative quantity."""
        amount = self._amount(change, "Amount")
        reason, code = change.text("AllowanceChargeReason"), change.text("AllowanceChargeReasonCode")
        if amount is None:
            self._reading.miss(change.at("Amount"))
        elif amount:
            word = "Charge" if sign > 0 else "Allowance"
            # An amount below zero is against the rules, but plainly means the opposite.
            quantity = self._sign * sign * (1 if amount > 0 else -1)
            row = {
                "product": reason or (f"{word} {code}" if code else word),
                "quantity": str(quantity),
                "unit_price": plain(abs(amount)),
                "vat_percent": vat,
            }
            yield {field: value for field, value in row.items() if value is not None}

    def _is_charge(self, change: Part) -> bool:
        said = change.text("ChargeIndicator")
        if said not in ("true", "false", "1", "0"):
            self._reading.refuse(change.at("ChargeIndicator"), "is neither true nor false")
        return said in ("true", "1")

    def _vat(self, part: Part, path: str) -> str | None:
        """The VAT percent; the categories without VAT (exempt, export, reverse charge, ...) are 0 percent."""
        category, percent = part.text(f"{path}/ID"), part.number(f"{path}/Percent")
        if category is not None and category not in _ORDINARY_VAT:
            self._reading.warnings.append(
                f"{part.at(path)}/ID: a row keeps only the VAT percent; the business's VAT codes say what it means."
            )
        if percent is None and category not in (None, "S"):
            percent = Decimal(0)
        return None if percent is None else plain(percent)

    def _totals(self) -> StatedTotals | None:
        rounding = self._amount(self._whole, "LegalMonetaryTotal/PayableRoundingAmount")
        if rounding:
            self._reading.refuse(
                "LegalMonetaryTotal/PayableRoundingAmount", "is not possible: an invoice here is not rounded"
            )
        taxes = [
            part
            for part in self._whole.parts("TaxTotal")
            if any(
                node.attributes.get("currencyID", self._currency) == self._currency
                for node in part.node.all("TaxAmount")
            )
        ]
        if len(taxes) > 1:
            self._reading.refuse("TaxTotal", "is given twice in the invoice's currency")
        vat = self._amount(taxes[0], "TaxAmount") if taxes else None
        if vat is None:
            self._reading.miss("TaxTotal/TaxAmount")
        names = ("TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount")
        stated = {name: self._amount(self._whole, f"LegalMonetaryTotal/{name}") for name in names}
        for name, amount in stated.items():
            if amount is None:
                self._reading.miss(f"LegalMonetaryTotal/{name}")
        net, gross, to_pay = (stated[name] for name in names)
        if net is None or vat is None or gross is None or to_pay is None:
            return None
        sign = self._sign
        return StatedTotals(net=sign * net, vat=sign * vat, gross=sign * gross, to_pay=sign * to_pay)

    def _amount(self, part: Part, path: str) -> Decimal | None:
        return part.amount(path, currency=self._currency)

    def _signed(self, amount: Decimal | None) -> str | None:
        return None if amount is None else plain(self._sign * amount + 0)


def _address(part: Part, path: str) -> dict[str, Any] | None:
    place = f"{path}/"
    more = [*part.node.take(f"{place}AdditionalStreetName"), *part.node.take(f"{place}AddressLine/Line")]
    stated = {
        "street": part.text(f"{place}StreetName"),
        "additional_street": ", ".join(more) or None,
        "postal_code": part.text(f"{place}PostalZone"),
        "city": part.text(f"{place}CityName"),
        "country": part.text(f"{place}Country/IdentificationCode"),
    }
    return {field: value for field, value in stated.items() if value is not None} or None


def _same_number(one: str, other: str) -> bool:
    """Whether two spellings may be one number: `NO923609016MVA` holds 923609016."""
    digits = ["".join(sign for sign in text if sign.isdigit()) for text in (one, other)]
    return bool(digits[0]) and digits[0] == digits[1]


def _same_or_unread(
    part: Part, path: str, known: str | None, *, alike: Callable[[str, str], bool] = str.__eq__
) -> str | None:
    """Return what is known; else what is at the path. What says something else stays unread, and is told of."""
    texts = [node.text for node in part.node.all(path) if node.text]
    if known is None:
        return part.text(path)
    if all(alike(known, text) for text in texts):
        part.node.take(path)
    return known


def _is_short(amount: Decimal) -> bool:
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= _DECIMALS
