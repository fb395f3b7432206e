"""Whose invoices a storm is about, and the look at the books when it is over."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.business import Business
from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from entrypoints.container import Container
from sandbox import Sandbox
from tests.attack.books import held_books
from tests.systems import SYSTEMS, System


@dataclass(frozen=True)
class Scale:
    """How big a storm is. `pause` is the mean time between two kills, in seconds; so is `patience`, for the whole.

    `companies` are those that each business is connected to in turn.
    """

    workers: int
    businesses: int
    invoices: int
    customers: int
    pause: float
    patience: float
    companies: int = 1


def people_the_world(
    scale: Scale, container: Container, office: Sandbox, *, invoices: Sequence[int] | None = None
) -> None:
    """Have companies invite the integration's user; connect their businesses, and add their invoices, or just these."""
    names = businesses_of(scale)
    for system in SYSTEMS.values():
        known = [books.company for books in system.companies(office)]
        for company in [company for name in names for company in companies_of(name, scale)]:
            if company not in known:
                system.add_company(office, company)
        system.invite(office, system.companies(office))
    for name in names:
        connect(name, companies_of(name, scale)[0], container, office)
    add_invoices(scale, container, range(scale.invoices) if invoices is None else invoices)


def add_invoices(scale: Scale, container: Container, invoices: Sequence[int]) -> None:
    """Add these of each business's invoices."""
    for name in businesses_of(scale):
        for nth in invoices:
            container.add_invoice().add(name, an_invoice(f"{name}-{nth}", customer=nth % scale.customers))


def businesses_of(scale: Scale) -> list[str]:
    """The names of the businesses."""
    return [f"b{nth:02}" for nth in range(scale.businesses)]


def companies_of(business: str, scale: Scale) -> list[str]:
    """The names of the companies that a business is connected to, now the one and now the other."""
    return [f"Firma {business} AS", *(f"Firma {business} {nth} AS" for nth in range(1, scale.companies))]


def connect(business: str, company: str, container: Container, office: Sandbox) -> None:
    """Connect a business to a company."""
    system = system_of(business)
    connection = system.connection(company, system.company(office, company))
    container.connect_business().store(Business.model_validate({"name": business, "accounting": connection}))


def system_of(business: str) -> System:
    """The interface through which a business reaches its books."""
    return list(SYSTEMS.values())[int(business.removeprefix("b")) % len(SYSTEMS)]


def an_invoice(number: str, *, customer: int) -> Invoice:
    """Make an invoice for one of a business's customers, every other one a company."""
    details = {"name": f"Prøve Kunde{customer}", "email": f"kunde{customer}@prove.example"}
    if customer % 2:
        details["organization_name"] = f"Prøve {customer} AS"
    return Invoice.model_validate(
        {
            "number": number,
            "type": "data_for_accounting",
            "issue_date": "2026-10-01",
            "due_date": "2026-10-15",
            "customer": details,
            "rows": [{"product": "Tractor", "quantity": "1", "unit_price": "1200.00", "vat_percent": "25"}],
        }
    )


def unfinished(container: Container) -> list[tuple[str, Transfer | None]]:
    """The invoices that have not arrived, each with its transfer where there is one."""
    with container.storage().transaction() as work:
        transfers = {one.invoice: one for one in work.transfers.list(None, limit=100_000)}
        numbers = [
            invoice.number
            for business in work.businesses.list(limit=1_000)
            for invoice in work.invoices.list(business.name, limit=1_000)
        ]
    found = [(number, transfers.get(number)) for number in numbers]
    return [(number, one) for number, one in found if one is None or one.state is not TransferState.TRANSFERRED]


def stories(container: Container, left: list[tuple[str, Transfer | None]]) -> str:
    """Tell what happened to the transfers."""
    lines = []
    with container.storage().transaction() as work:
        for number, transfer in left:
            lines.append(f"{number}: {transfer!r}")
            steps = work.journal.of(transfer.id) if transfer else []
            lines += [f"    {step.at:%H:%M:%S.%f} {step.text} ({step.duration_ms} ms)" for step in steps]
    return "\n".join(lines)


def see_exactly_one_of_each(scale: Scale, container: Container, office: Sandbox) -> None:
    """One order for each invoice and no other, the one that its transfer names; nothing else doubled."""
    transfers = {one.invoice: one for one in container.look_up().transfers(None, limit=100_000)}
    ordered: Counter[str] = Counter()
    for business in businesses_of(scale):
        for company in companies_of(business, scale):
            ordered.update(see_books(business, company, scale, transfers, office))
    doubled = [(number, transfers[number]) for number, orders in ordered.items() if orders > 1]
    assert not doubled, stories(container, list(doubled))
    assert len(ordered) == len(transfers) == scale.businesses * scale.invoices


def see_books(
    business: str, company: str, scale: Scale, transfers: Mapping[str, Transfer], office: Sandbox
) -> list[str]:
    """See that nothing is doubled in a company's books, and return the references of its orders."""
    books = next(one for one in held_books(office, system_of(business)) if one.name == company)
    held = sorted(", ".join(sorted(customer.emails)) for customer in books.customers)
    everyone = [f"kunde{customer}@prove.example" for customer in range(scale.customers)]
    products = (books.products, books.categories)
    if scale.companies == 1:
        assert held == everyone, f"the customers of {company}"
        assert products == (1, 1), f"the products of {company}"
    else:  # it was left before it had all
        assert held == sorted(set(held) & set(everyone)), f"the customers of {company}"
        assert max(products) <= 1, f"the products of {company}"
    for order in books.orders:
        transfer = transfers[order.reference]
        assert (transfer.business, transfer.order_id) == (business, str(order.id))
        assert transfer.books == books.identity
    return [order.reference for order in books.orders]
