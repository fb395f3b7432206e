"""UBL files as the tests need them, written by ourselves: a seller, a buyer, lines, and the totals that are stated."""

from dataclasses import dataclass

_NAMESPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
ORGANIZATION = """<cbc:EndpointID schemeID="0192">923609016</cbc:EndpointID>
    <cac:PartyName><cbc:Name>Moe Anlegg</cbc:Name></cac:PartyName>
    <cac:PostalAddress>
      <cbc:StreetName>Storgata 1</cbc:StreetName><cbc:AdditionalStreetName>Oppgang B</cbc:AdditionalStreetName>
      <cbc:CityName>Oslo</cbc:CityName><cbc:PostalZone>0155</cbc:PostalZone>
      <cac:Country><cbc:IdentificationCode>NO</cbc:IdentificationCode></cac:Country>
    </cac:PostalAddress>
    <cac:PartyTaxScheme><cbc:CompanyID>NO923609016MVA</cbc:CompanyID>
      <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
    <cac:PartyLegalEntity>
      <cbc:RegistrationName>Moe Anlegg AS</cbc:RegistrationName><cbc:CompanyID schemeID="0192">923609016</cbc:CompanyID>
    </cac:PartyLegalEntity>
    <cac:Contact><cbc:Name>Arne Moe</cbc:Name><cbc:Telephone>22 00 00 00</cbc:Telephone>
      <cbc:ElectronicMail>faktura@moe.example</cbc:ElectronicMail></cac:Contact>"""
PERSON = """<cac:PartyLegalEntity><cbc:RegistrationName>Signe Haugland</cbc:RegistrationName></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>signe@post.example</cbc:ElectronicMail></cac:Contact>"""


@dataclass(frozen=True)
class Line:
    """A line; `net` is stated, never reckoned."""

    net: str
    quantity: str = "1"
    price: str = "1000.00"
    vat: str | None = "25"
    category: str = "S"
    unit: str = "C62"
    base: str | None = None
    product: str = "Tractor"
    more: str = ""
    item: str = ""
    in_price: str = ""


@dataclass(frozen=True)
class Ubl:
    """An invoice or a credit note. The totals are what the file states."""

    lines: list[Line]
    net: str
    vat: str
    gross: str
    to_pay: str | None = None
    kind: str = "Invoice"
    number: str = "2002-1"
    currency: str = "NOK"
    code: str = ""
    buyer: str = ORGANIZATION
    head: str = ""
    references: str = ""
    after: str = ""
    changes: str = ""
    totals: str = ""
    due: str | None = "2026-10-15"
    taxes: str = ""

    def bytes(self) -> bytes:
        credit = self.kind == "CreditNote"
        due = f"<cbc:DueDate>{self.due}</cbc:DueDate>" if self.due and not credit else ""
        lines = "".join(self._line(nth, line) for nth, line in enumerate(self.lines, start=1))
        text = f"""<?xml version="1.0" encoding="UTF-8"?>
<{self.kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{self.kind}-2" {_NAMESPACES}>
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>{self.number}</cbc:ID>
  <cbc:IssueDate>2026-10-01</cbc:IssueDate>
  {due}
  <cbc:{self.kind}TypeCode>{self.code or ("381" if credit else "380")}</cbc:{self.kind}TypeCode>
  <cbc:DocumentCurrencyCode>{self.currency}</cbc:DocumentCurrencyCode>
  {self.head}
  {self.references}
  <cac:AccountingSupplierParty><cac:Party>
    <cac:PartyLegalEntity><cbc:RegistrationName>Fjellutleie AS</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>{self.buyer}</cac:Party></cac:AccountingCustomerParty>
  {self.after}
  {self.changes}
  <cac:TaxTotal><cbc:TaxAmount currencyID="{self.currency}">{self.vat}</cbc:TaxAmount></cac:TaxTotal>{self.taxes}
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="{self.currency}">{self.net}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="{self.currency}">{self.net}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="{self.currency}">{self.gross}</cbc:TaxInclusiveAmount>
    {self.totals}
    <cbc:PayableAmount currencyID="{self.currency}">{self.to_pay or self.gross}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  {lines}
</{self.kind}>"""
        return text.encode()

    def _line(self, nth: int, line: Line) -> str:
        quantity = "CreditedQuantity" if self.kind == "CreditNote" else "InvoicedQuantity"
        base = f'<cbc:BaseQuantity unitCode="{line.unit}">{line.base}</cbc:BaseQuantity>' if line.base else ""
        percent = f"<cbc:Percent>{line.vat}</cbc:Percent>" if line.vat is not None else ""
        return f"""<cac:{self.kind}Line>
    <cbc:ID>{nth}</cbc:ID>
    <cbc:{quantity} unitCode="{line.unit}">{line.quantity}</cbc:{quantity}>
    <cbc:LineExtensionAmount currencyID="{self.currency}">{line.net}</cbc:LineExtensionAmount>
    {line.more}
    <cac:Item><cbc:Name>{line.product}</cbc:Name>{line.item}
      <cac:ClassifiedTaxCategory><cbc:ID>{line.category}</cbc:ID>{percent}
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>
    </cac:Item>
    <cac:Price>
      <cbc:PriceAmount currencyID="{self.currency}">{line.price}</cbc:PriceAmount>{base}{line.in_price}
    </cac:Price>
  </cac:{self.kind}Line>"""


def change(amount: str, *, charge: bool, reason: str = "", vat: str | None = "25", category: str = "S") -> str:
    """A charge or allowance: of the whole document, or, without VAT, of a line."""
    why = f"<cbc:AllowanceChargeReason>{reason}</cbc:AllowanceChargeReason>" if reason else ""
    percent = f"<cbc:Percent>{vat}</cbc:Percent>"
    tax = f"<cac:TaxCategory><cbc:ID>{category}</cbc:ID>{percent}</cac:TaxCategory>" if vat is not None else ""
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>{why}"
        f'<cbc:Amount currencyID="NOK">{amount}</cbc:Amount>{tax}</cac:AllowanceCharge>'
    )
