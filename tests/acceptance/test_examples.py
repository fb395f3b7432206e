"""Every example invoice goes through, with each plugin, and adds up as it should; the printed one is refused."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from core.business import NewOrderStatus
from core.customer import CustomerKind
from core.order_draft import ELLIPSIS
from core.transfer import TransferState
from core.use_cases.preview_invoice import InvoicePreview
from tests.acceptance.gateway import Gateway, Json, Refused
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.steps.builders import BusinessBuilder
from tests.books.held import OrderInBooks
from tests.systems import SYSTEMS, System

EXAMPLES = Path(__file__).parents[3] / "shared" / "examples"
TOTALS = "totals.json"
KRONER = {"NOK": Decimal(1), "EUR": Decimal("11.6")}

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the folder with the example invoices is missing")


def examples(kind: str) -> list[ParameterSet]:
    """The example invoices of a type; a single missing one where there is no folder, so that the skip shows."""
    files = [file for file in sorted(EXAMPLES.glob("*.json")) if file.name != TOTALS]
    found = [pytest.param(file, id=file.stem) for file in files if read(file)["type"] == kind]
    return found or [pytest.param(EXAMPLES, id="missing")]


def read(file: Path) -> Json:
    document: Json = json.loads(file.read_text(encoding="utf-8"))
    return document


def expected_totals(number: str) -> tuple[Decimal, Decimal, Decimal]:
    totals = read(EXAMPLES / TOTALS)["totals"][number]
    return Decimal(totals["net"]), Decimal(totals["vat"]), Decimal(totals["gross"])


@pytest.fixture
def business(office: Office, gateway: Gateway) -> str:
    office.invite(LANDING_COMPANY, COMPANY)
    builder = BusinessBuilder(office.connection())
    gateway.connect(builder.document())
    return builder.name


@pytest.mark.parametrize("system", SYSTEMS, indirect=True)
@pytest.mark.parametrize("file", examples("data_for_accounting"))
def test_an_example_goes_through(file: Path, business: str, gateway: Gateway, office: Office) -> None:
    invoice = read(file)
    gateway.add(business, invoice)
    preview = gateway.preview(business, invoice["number"])
    transfer = gateway.send(business, invoice["number"])
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    order = office.only_order
    assert (order.reference, order.id) == (invoice["number"], transfer.order_id)
    is_exact = order.has_prices_with_vat or not invoice["prices_include_vat"]
    check_totals(invoice, preview, order, is_exact=is_exact)
    check_rows(invoice, order, office.system)
    check_head(invoice, order)
    check_customer(invoice, office)
    differences = sum(ours != theirs for ours, theirs in _totals(invoice, order))
    check_warnings(invoice, transfer.warnings, office.system, differences=differences)


def check_totals(invoice: Json, preview: InvoicePreview, order: OrderInBooks, *, is_exact: bool) -> None:
    """See that the order adds up to what the invoice does.

    Where an interface takes net prices only, those of an invoice whose prices include VAT come back an øre apart at
    most, once for each rate; the transfer says so.
    """
    net, vat, gross = expected_totals(invoice["number"])
    assert (preview.totals.net, preview.totals.vat, preview.totals.gross) == (net, vat, gross)
    rates = {row["vat_percent"] for row in invoice["rows"]}
    allowed = Decimal(0) if is_exact else len(rates) * Decimal("0.01")
    for ours, theirs in _totals(invoice, order):
        assert abs(ours - theirs) <= allowed


def _totals(invoice: Json, order: OrderInBooks) -> list[tuple[Decimal, Decimal]]:
    _, vat, gross = expected_totals(invoice["number"])
    return [(vat, order.total_vat), (gross, order.total_with_vat)]


def check_rows(invoice: Json, order: OrderInBooks, system: System) -> None:
    longest = system.limits.row_text
    assert len(order.rows) == len(invoice["rows"])
    for row, stated in zip(order.rows, invoice["rows"], strict=True):
        product, period = " ".join(stated["product"].split()), stated["period"]
        dates = f" ({period['start']} – {period['end']})" if period else ""
        assert row.text.endswith(dates)
        if len(product + dates) <= longest:
            assert row.text == product + dates
        else:
            kept = row.text.removesuffix(dates)
            assert len(row.text) <= longest
            assert kept.endswith(ELLIPSIS)
            assert product.startswith(kept.removesuffix(ELLIPSIS))
        price = row.price(with_vat=invoice["prices_include_vat"], order_has_vat=order.has_prices_with_vat)
        amounts = [row.quantity, price, row.discount_percent, row.vat_percent]
        names = ("quantity", "unit_price", "discount_percent", "vat_percent")
        assert amounts == [Decimal(stated[name]) for name in names]


def check_head(invoice: Json, order: OrderInBooks) -> None:
    customer = invoice["customer"]
    person = customer["name"] if customer["organization_name"] else None
    assert order.comment.splitlines() == [line for line in (person, invoice["comment"]) if line]
    assert order.currency == invoice["currency"]
    assert order.kroner in (KRONER[invoice["currency"]], None)
    assert not order.has_prices_with_vat or invoice["prices_include_vat"]
    assert str(order.ordered_on) == invoice["issue_date"]
    assert order.fields["your_reference"] == (invoice["your_reference"] or "")
    assert not order.is_published
    assert order.status in (NewOrderStatus.DRAFT, None)


def check_customer(invoice: Json, office: Office) -> None:
    (customer,) = office.books.customers()
    stated = invoice["customer"]
    assert customer.name == (stated["organization_name"] or stated["name"])
    assert customer.kind is (CustomerKind.BUSINESS if stated["organization_name"] else CustomerKind.CONSUMER)
    assert (customer.organization_number or "") == (stated["organization_number"] or "").replace(" ", "")
    assert customer.email.casefold() == stated["email"].casefold()


def check_warnings(invoice: Json, warnings: tuple[str, ...], system: System, *, differences: int) -> None:
    longest = system.limits.row_text
    expected = sum(
        [
            differences,
            any(Decimal(row["vat_percent"]) == 0 for row in invoice["rows"]),
            *(len(row["product"]) > longest for row in invoice["rows"]),
        ]
    )
    assert len(warnings) == expected, warnings


@pytest.mark.parametrize("file", examples("printed"))
def test_a_printed_example_is_refused(file: Path, business: str, gateway: Gateway, office: Office) -> None:
    invoice = read(file)
    gateway.add(business, invoice)
    with pytest.raises(Refused, match="data_for_accounting") as refused:
        gateway.send(business, invoice["number"])
    assert refused.value.code == "not_data_for_accounting"
    assert office.books.counts().orders == 0


def test_every_total_has_its_example() -> None:
    numbers = {read(file)["number"] for file in EXAMPLES.glob("*.json") if file.name != TOTALS}
    assert numbers == set(read(EXAMPLES / TOTALS)["totals"])
