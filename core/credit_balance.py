"""What credits leave of an invoice: of its rows, of each VAT rate, and of the whole.

Pure: an invoice and what credits it go in. Nothing else is kept of a credit, so that one that is changed or deleted
gives back what it took.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from core.fields import DecimalText, Document
from core.identity import tidy
from core.invoice import Invoice, InvoiceRow
from core.totals import PRECISION, amounts_of_row, gross_of, row_amount, to_the_ore, totals_per_rate, vat_rate

_NOTHING = Decimal("0.00")


class RowLeft(Document):
    """What is left of a row: its quantity, if it has one, and its amount as the invoice has it, with or without VAT."""

    row: int
    product: str | None
    quantity: DecimalText | None
    amount: DecimalText


class Left(Document):
    """What is left of an invoice to be credited: of each row but texts, and of the whole, VAT included."""

    rows: tuple[RowLeft, ...]
    gross: DecimalText


class CreditedBy(Document):
    """A credit of an invoice: what it comes to, below zero, and its order, if it was sent.

    `gross` is None where the credit's content is not kept any more.
    """

    invoice: str
    gross: DecimalText | None
    order_id: str | None


class Crediting(Document):
    """What credits an invoice, and what is left of it; None where it has no order, or nobody can tell."""

    credited_by: tuple[CreditedBy, ...]
    left: Left | None


@dataclass(frozen=True)
class Balance:
    """What credits have left of a row; its quantity and amount have the row's own sign."""

    index: int
    row: InvoiceRow
    quantity: Decimal | None
    amount: Decimal

    @property
    def amount_left(self) -> Decimal:
        """What is left of the row's amount; nothing, where more was taken."""
        return still(self.amount, of=row_amount(self.row))

    @property
    def quantity_left(self) -> Decimal | None:
        """What is left of the row's quantity, if it has one; nothing, where more was taken."""
        return None if self.quantity is None else still(self.quantity, of=self.row.quantity or _NOTHING)

    @property
    def is_open(self) -> bool:
        """Whether something is left that can be credited."""
        return bool(self.amount_left if self.quantity is None else self.quantity_left)


def left_of(invoice: Invoice, earlier: Sequence[Invoice]) -> Left | None:
    """Return what these credits leave of an invoice; None where nobody can tell.

    That is so of an invoice that is a credit itself or is no longer kept, and where a credit is in another currency or
    is no longer kept. What was credited beyond a row shows as nothing left of it.
    """
    if gross_of(invoice) <= 0 or any(not can_be_compared(credit, invoice) for credit in earlier):
        return None
    with localcontext(prec=PRECISION):
        rows = tuple(
            RowLeft(
                row=balance.index + 1,
                product=balance.row.product,
                quantity=balance.quantity_left,
                amount=balance.amount_left,
            )
            for balance in balances_of(invoice, earlier)
        )
        gross = sum(gross_left_of(invoice, earlier).values(), start=_NOTHING)
    return Left(rows=rows, gross=max(gross, _NOTHING))


def balances_of(invoice: Invoice, earlier: Sequence[Invoice]) -> list[Balance]:
    """Take from each row what the credits' rows that say the same take; what says otherwise counts by amount alone."""
    balances = [
        Balance(index, row, row.quantity, row_amount(row)) for index, row in enumerate(invoice.rows) if not row.is_text
    ]
    places = defaultdict(list)
    for nth, balance in enumerate(balances):
        places[_identity(balance.row)].append(nth)
    for credit in earlier:
        same_basis = invoice.prices_include_vat == credit.prices_include_vat
        for row in credit.rows:
            candidates = [] if row.is_text else places.get(_identity(row), [])
            alike = [nth for nth in candidates if _takes_back(row, balances[nth].row, same_basis=same_basis)]
            if alike:
                amounts = amounts_of_row(row, includes_vat=credit.prices_include_vat)
                _take(balances, alike, row, amount=amounts.gross if invoice.prices_include_vat else amounts.net)
    return balances


def _take(balances: list[Balance], alike: list[int], row: InvoiceRow, *, amount: Decimal) -> None:
    """Take a credit's row from those that say the same: just that much of one if possible, else the first ones."""
    if row.quantity is None:
        exact = [nth for nth in alike if balances[nth].amount == -amount]
        nth = (exact or alike)[0]
        balances[nth] = replace(balances[nth], amount=balances[nth].amount + amount)
        return
    if row.unit_price is None:
        alike = _nearest(balances, alike, row.quantity, amount)
    exact = [nth for nth in alike if balances[nth].quantity == -row.quantity]
    alike = exact or alike
    quantity, whole = row.quantity, amount
    for nth in alike:
        balance = balances[nth]
        there = balance.quantity_left or _NOTHING
        is_last = nth == alike[-1]
        part = quantity if is_last or abs(quantity) <= abs(there) else -there
        share = amount if part == quantity else to_the_ore(whole * part / row.quantity)
        balances[nth] = replace(balance, quantity=(balance.quantity or _NOTHING) + part, amount=balance.amount + share)
        quantity, amount = quantity - part, amount - share
        if not quantity:
            return


def _nearest(balances: list[Balance], alike: list[int], quantity: Decimal, amount: Decimal) -> list[int]:
    """Return those of these rows of which so much would come nearest to the amount: they may have several prices."""

    def off(nth: int) -> Decimal:
        row = balances[nth].row
        return abs(row_amount(row) * quantity / (row.quantity or quantity) - amount)

    nearest = min(off(nth) for nth in alike)
    return [nth for nth in alike if off(nth) == nearest]


def _takes_back(credited: InvoiceRow, row: InvoiceRow, *, same_basis: bool) -> bool:
    """Whether a credit's row takes back this one, or some of it, as far as its price and its sign tell."""
    if (credited.quantity is None) != (row.quantity is None):
        return False
    turned = row_amount(credited) * row_amount(row) < 0 if row.quantity is None else _turned(credited, row)
    return turned and (credited.unit_price is None or (same_basis and credited.unit_price == row.unit_price))


def _turned(credited: InvoiceRow, row: InvoiceRow) -> bool:
    return (credited.quantity or _NOTHING) * (row.quantity or _NOTHING) < 0


def _identity(row: InvoiceRow) -> tuple[object, ...]:
    return tidy(row.product or ""), row.product_code, row.period, vat_rate(row), row.department, row.project


def gross_left_of(invoice: Invoice, earlier: Sequence[Invoice]) -> dict[Decimal, Decimal]:
    """Return what is left of each VAT rate, VAT included; below zero, where more was credited."""
    left = {rate: amounts.gross for rate, amounts in totals_per_rate(invoice).items()}
    for credit in earlier:
        for rate, amounts in totals_per_rate(credit).items():
            left[rate] = left.get(rate, _NOTHING) + amounts.gross
    return left


def still(left: Decimal, *, of: Decimal) -> Decimal:
    """Return what is left of something; nothing, where more than all was taken."""
    return left if left * of > 0 else _NOTHING


def can_be_compared(credit: Invoice, invoice: Invoice) -> bool:
    """Whether what a credit takes of an invoice is known: its content is kept, and in the same currency."""
    return credit.currency == invoice.currency and bool(credit.rows)
