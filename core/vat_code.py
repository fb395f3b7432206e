"""Which of an account's VAT codes a rate on an invoice row means."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.errors import Rejected
from core.fields import DecimalText, Document, plain
from core.product import NamedProduct

# docs/24sevenoffice.md, "Norwegian VAT": the codes for a sale, by percent. No other code is ever used on a sale: codes
# for input, import and reverse-charge purchases share these rates.
_SALE_CODES = {
    Decimal(25): "3",
    Decimal(15): "31",
    Decimal("11.11"): "32",
    Decimal(12): "33",
    Decimal(0): "5",
}
_OVERRIDES = frozenset({*_SALE_CODES.values(), "6", "51", "52"})


class VatCode(Document):
    """An accounting system's name for a VAT treatment. `percent` is its rate (25, not 0.25)."""

    code: str
    percent: DecimalText
    name: str = ""


class VatChoice(Document):
    """The code for a row, and what a person should know about it."""

    code: VatCode
    warning: str | None = None


def vat_code_for(
    percent: Decimal,
    *,
    account: Sequence[VatCode],
    overrides: Mapping[Decimal, str],
    product: NamedProduct | None = None,
) -> VatChoice:
    """Choose the VAT code that a rate means for a sale.

    What the settings say of the row's product comes first, then the business's override for the rate (`overrides`:
    percent to code), then the sale's code of that rate. A rate of 0 without an override carries a warning, because
    exempt, outside the act and export differ.

    Errors: Rejected, code `unknown_vat_rate`, naming the rates that the account has for a sale; code
    `vat_code_not_for_sale` when an override names a code that is not for a sale, or that the account lacks at
    this rate.
    Source: docs/behaviour.md, "The order"; docs/24sevenoffice.md, "Norwegian VAT".
    """
    own = product.booked.vat_code if product else None
    override = own or next((code for rate, code in overrides.items() if rate == percent), None)
    wanted = override or next((code for rate, code in _SALE_CODES.items() if rate == percent), None)
    found = next((code for code in account if code.code == wanted and code.percent == percent), None)
    if override and (override not in _OVERRIDES or found is None):
        setting, of = ("products", f' of "{product.source}"') if own and product else ("vat_codes", "")
        raise Rejected(
            f"The business's setting {setting} says code {override} for {_text(percent)} %{of}, which is not a code "
            "for a sale at that rate in the account.",
            code="vat_code_not_for_sale",
            hint=f"Correct {setting} in the business's settings (for 0 %: 5, 6, 51 or 52), then retry the transfer.",
        )
    if found is None:
        raise Rejected(
            f"The account has no VAT code for a sale at {_text(percent)} %. It has {_rates(account)}.",
            code="unknown_vat_rate",
            hint="Correct the row's VAT percent, or add the rate in the account, then send it again.",
        )
    if percent == 0 and not override:
        return VatChoice(
            code=found,
            warning=f"0 % VAT goes to code {found.code} (exempt within the act). If it should be outside the "
            "act (6), reverse charge (51) or export (52), set vat_codes for the business.",
        )
    return VatChoice(code=found)


def sale_rates(account: Sequence[VatCode]) -> list[VatCode]:
    """Return the account's codes that may be used on a sale, by falling rate."""
    usable = [code for code in account if code.code in _OVERRIDES]
    return sorted(usable, key=lambda code: (-code.percent, code.code))


def _rates(account: Sequence[VatCode]) -> str:
    rates = list(dict.fromkeys(f"{_text(code.percent)} %" for code in sale_rates(account)))
    return ", ".join(rates) if rates else "none for a sale"


def _text(percent: Decimal) -> str:
    return plain(percent.normalize())
