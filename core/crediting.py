"""Make the credit of an invoice: of some of it, or of all that is left.

Pure: an invoice and what credits it already go in, and an invoice comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from pydantic import Field

from core.credit_balance import Balance, Left, balances_of, can_be_compared, gross_left_of, left_of
from core.errors import Conflict, Fault, InvalidInput
from core.fields import AS_STORED, DecimalText, Document, plain
from core.identity import NORWAY
from core.invoice import Invoice, InvoiceRow, InvoiceType
from core.row_price import decimals_of, quantity_text
from core.totals import PRECISION, amounts_of_row, gross_of, row_amount, to_the_ore, totals_per_rate, vat_rate

_NOTHING = Decimal("0.00")
_ORE = Decimal("0.01")
_ORE_DECIMALS = 2
_LONGEST_NUMBER = 50


class RowToCredit(Document):
    """A row of the invoice that is credited, the first one being 1; in full, where no quantity is given."""

    row: int = Field(ge=1)
    quantity: DecimalText | None = Field(default=None, examples=["1.5"])


def credit_of(
    invoice: Invoice,
    earlier: Sequence[Invoice],
    *,
    number: str,
    issue_date: date,
    asked: Sequence[RowToCredit] | None = None,
    booked_as: str | None = None,
) -> Invoice:
    """Make the credit of a complete invoice: of the rows that are asked for, or of all that is left.

    `earlier` is what credits it already. `booked_as` is the accounting system's own number of the invoice, if known.
    A row says what the invoice's says with its quantity turned, wherever that comes to its share of the row's amount;
    else it states that amount. Shares add up to the row: the last one takes what is left of it. So does the last of a
    VAT rate, VAT included: where the roundings of several credits would lead past it, rows are stated with VAT.
    Errors: Conflict, codes `fully_credited`, `credit_exceeds` and `not_creditable`; InvalidInput, code
    `invalid_credit`, naming every row that can't be credited so.
    """
    left = left_of(invoice, earlier)
    if left is None:
        raise _not_creditable(invoice, earlier)
    with localcontext(prec=PRECISION):
        balances = balances_of(invoice, earlier)
        wanted = _wanted(invoice, balances, asked)
        if not wanted or left.gross <= 0:
            raise _nothing_left(invoice, earlier)
        credit = Invoice.model_validate(
            {
                **dict(invoice),
                "number": number,
                "type": InvoiceType.DATA_FOR_ACCOUNTING,
                "issue_date": issue_date,
                "due_date": issue_date,
                "rows": tuple(_credit_row(balance, quantity) for balance, quantity in wanted),
                "credits": invoice.number,
                "paid_amount": None,
                "paid_date": None,
                "comment": _comment(invoice, booked_as),
            },
            context=AS_STORED,
        )
        gross_left = gross_left_of(invoice, earlier)
        credit = _closing(credit, _closed_rates(balances, wanted), gross_left, most=_ORE * (len(earlier) + 1))
        _require_within(invoice, credit, gross_left, left)
    return credit


def derived_numbers(number: str) -> Iterable[str]:
    """Yield the numbers that a credit of this invoice may get, the first that is free: `1042-K1`, `1042-K2` ..."""
    nth = 1
    while True:
        suffix = f"-K{nth}"
        yield number[: _LONGEST_NUMBER - len(suffix)].rstrip() + suffix
        nth += 1


def _wanted(
    invoice: Invoice, balances: Sequence[Balance], asked: Sequence[RowToCredit] | None
) -> list[tuple[Balance, Decimal | None]]:
    """Return the rows to be credited with how much of each, by the row's own sign; None for one without quantity."""
    if asked is None:
        return [(balance, balance.quantity_left) for balance in balances if balance.is_open]
    by_row = {balance.index: balance for balance in balances}
    faults: list[Fault] = []
    wanted: list[tuple[Balance, Decimal | None]] = []
    beyond: list[str] = []
    for index in sorted({one.row - 1 for one in asked}):
        several = [one for one in asked if one.row - 1 == index]
        balance, (one, *others) = by_row.get(index), several
        if fault := _row_fault(invoice, balance, one, is_named_twice=bool(others)):
            faults.append(fault)
        elif balance is not None:
            there = balance.quantity_left
            quantity = there if there is None or one.quantity is None else one.quantity.copy_sign(there)
            if not balance.is_open or abs(quantity or _NOTHING) > abs(there or _NOTHING):
                beyond.append(f"{quantity_text(abs(there)) if there else 'nothing'} of row {index + 1}")
            wanted.append((balance, quantity))
    if faults:
        raise InvalidInput(
            f"Invoice {invoice.number} can't be credited so. " + "; ".join(fault.sentence for fault in faults) + ".",
            code="invalid_credit",
            faults=faults,
        )
    if beyond:
        raise _exceeds(
            f"Invoice {invoice.number} can't be credited so, because there is {', '.join(beyond)} left to credit."
        )
    return wanted


def _row_fault(invoice: Invoice, balance: Balance | None, one: RowToCredit, *, is_named_twice: bool) -> Fault | None:
    place = f"row {one.row}"
    if one.row > len(invoice.rows):
        return Fault(place, f"there is none; the invoice has {len(invoice.rows)}")
    if balance is None:
        return Fault(place, "is only a text")
    if is_named_twice:
        return Fault(place, "is named twice")
    if one.quantity is not None and one.quantity <= 0:
        return Fault(place, f"{plain(one.quantity)} is not above 0; give how much of it is credited")
    if one.quantity is not None and balance.quantity is None:
        return Fault(place, "has no quantity, and can only be credited in full")
    return None


def _credit_row(balance: Balance, quantity: Decimal | None) -> InvoiceRow:
    """Return the row that takes back so much: stated as the invoice's own where that comes to the right amount."""
    row, share = balance.row, _share(balance, quantity)
    if quantity is None:
        return row.model_copy(update={"net_amount": -share})
    turned = row.model_copy(update={"quantity": -quantity, "net_amount": None})
    if row.unit_price is not None and row.discount_amount is not None:
        whole = -quantity * row.unit_price
        discount = whole + share
        if decimals_of(discount) <= _ORE_DECIMALS and min(whole, _NOTHING) <= discount <= max(whole, _NOTHING):
            return turned.model_copy(update={"discount_amount": discount})
    elif row.unit_price is not None and row_amount(turned) == -share:
        return turned
    return _at_its_amount(turned, -share)


def _share(balance: Balance, quantity: Decimal | None) -> Decimal:
    """Return the amount that goes with so much of a row: what is left of it goes with all that is left.

    What has been credited up to here, and this, is rounded together: shares add up, whatever they are.
    """
    still = balance.amount_left
    if quantity is None or quantity == balance.quantity or not balance.row.quantity:
        return still
    whole, left = row_amount(balance.row), (balance.quantity or _NOTHING) - quantity
    share = balance.amount - to_the_ore(whole * left / balance.row.quantity)
    if share * whole <= 0:
        return _NOTHING
    return min(share, still, key=abs)


def _at_its_amount(row: InvoiceRow, amount: Decimal) -> InvoiceRow:
    stated = {"unit_price": None, "discount_percent": None, "discount_amount": None, "net_amount": amount}
    return row.model_copy(update=stated)


def _closed_rates(balances: Sequence[Balance], wanted: Sequence[tuple[Balance, Decimal | None]]) -> frozenset[Decimal]:
    """Return the VAT rates of which this credit leaves no row."""
    taken = {balance.index: quantity for balance, quantity in wanted}
    rates = {vat_rate(balance.row) for balance, _ in wanted}
    still_open = {
        vat_rate(balance.row)
        for balance in balances
        if balance.is_open and (balance.index not in taken or taken[balance.index] != balance.quantity)
    }
    return frozenset(rates - still_open)


def _closing(
    credit: Invoice, closed: Iterable[Decimal], gross_left: Mapping[Decimal, Decimal], *, most: Decimal
) -> Invoice:
    """Have a credit come to just what is left of the rates that it closes, where it is only roundings off."""
    per_rate = totals_per_rate(credit)
    off = {rate: -gross_left[rate] - per_rate[rate].gross for rate in closed}
    off = {rate: difference for rate, difference in off.items() if difference and abs(difference) <= most}
    if not off:
        return credit
    grosses = [amounts_of_row(row, includes_vat=credit.prices_include_vat).gross for row in credit.rows]
    for rate, amounts in per_rate.items():
        its_rows = [nth for nth, row in enumerate(credit.rows) if vat_rate(row) == rate]
        missing = amounts.gross + off.get(rate, _NOTHING) - sum(grosses[nth] for nth in its_rows)
        for nth in sorted(its_rows, key=lambda one: abs(grosses[one]), reverse=True):
            fitting = grosses[nth] + missing
            new = fitting if fitting * grosses[nth] >= 0 else _NOTHING
            missing, grosses[nth] = missing - (new - grosses[nth]), new
    rows = tuple(_at_its_amount(row, gross) for row, gross in zip(credit.rows, grosses, strict=True))
    return credit.model_copy(update={"prices_include_vat": True, "rows": rows})


def _require_within(invoice: Invoice, credit: Invoice, gross_left: Mapping[Decimal, Decimal], left: Left) -> None:
    """Raise Conflict where a credit takes more than is left of the invoice, or of one of its VAT rates."""
    originally, taken = totals_per_rate(invoice), totals_per_rate(credit)
    total = gross_of(credit)
    for rate, amounts in taken.items():
        after = gross_left[rate] + amounts.gross
        if after * originally[rate].gross < 0:
            left_there = max(gross_left[rate], _NOTHING)
            raise _exceeds(
                f"Invoice {invoice.number} can't be credited so, because these rows come to {plain(-amounts.gross)} at "
                f"{plain(rate)} % VAT, and {plain(left_there)} is left.",
            )
    if -total > left.gross:
        raise _exceeds(
            f"Invoice {invoice.number} can't be credited so, because these rows come to {plain(-total)}, and "
            f"{plain(left.gross)} is left."
        )
    if total >= 0:
        raise InvalidInput(
            f"Invoice {invoice.number} can't be credited so: these rows come to {plain(-total)}, and a credit gives "
            f"something back.",
            code="invalid_credit",
            hint="Credit other rows together with these.",
        )


def _comment(invoice: Invoice, booked_as: str | None) -> str:
    """Name the invoice as whoever gets the credit knows it; in Norwegian, unless their address is abroad."""
    number = f"{booked_as} ({invoice.number})" if booked_as and booked_as != invoice.number else invoice.number
    is_abroad = invoice.customer.country not in (None, NORWAY)
    return f"Credit note for invoice {number}" if is_abroad else f"Kreditnota for faktura {number}"


def _exceeds(message: str) -> Conflict:
    return Conflict(
        message,
        code="credit_exceeds",
        hint="Show the invoice for what is left of each row, and credit no more than that.",
    )


def _nothing_left(invoice: Invoice, earlier: Sequence[Invoice]) -> Conflict:
    return Conflict(
        f"Nothing is left of invoice {invoice.number} to be credited: "
        f"{', '.join(credit.number for credit in earlier)} took it.",
        code="fully_credited",
        hint="Change or delete a credit that was not sent, if it should not have been made.",
    )


def _not_creditable(invoice: Invoice, earlier: Sequence[Invoice]) -> Conflict:
    odd = ", ".join(credit.number for credit in earlier if not can_be_compared(credit, invoice))
    if not invoice.rows:
        message = f"Invoice {invoice.number} can't be credited, because its content is not kept any more."
    elif odd:
        message = (
            f"Invoice {invoice.number} can't be credited, because it is not known what {odd} took of it: that has no "
            f"rows, or another currency."
        )
    else:
        message = f"Invoice {invoice.number} can't be credited, because it comes to nothing or less: it is a credit."
    return Conflict(
        message,
        code="not_creditable",
        hint="Make the credit where the invoice was made, or in the accounting system.",
    )
