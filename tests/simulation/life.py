"""A history while it is played: who takes part, and what is known of it from outside."""

from dataclasses import dataclass, field

from core.business import Business, Connection
from tests.simulation.line import Company
from tests.simulation.plan import Plan, stated
from tests.simulation.ports import SYSTEM, Stage
from tests.simulation.world import World


@dataclass
class Life:
    """What is known of a history from outside, while it is played."""

    stage: Stage
    plan: Plan
    world: World
    source: dict[str, int] = field(default_factory=dict)
    """The version that the source states, by invoice."""
    last_version: int = 0
    promised: set[str] = field(default_factory=set)
    """Invoices of which Kvitt has said that it moves them."""
    to_withdraw: set[str] = field(default_factory=set)
    """Invoices that somebody may have asked Kvitt to withdraw."""
    to_replace: set[str] = field(default_factory=set)
    """Invoices that somebody may have asked Kvitt to withdraw and send anew, in one wish."""
    backups: list[bytes] = field(default_factory=list)
    """Copies of the database."""
    was_restored: bool = False

    @property
    def businesses(self) -> list[str]:
        """Their names."""
        return list(self.plan.invoices)

    def companies_of(self, business: str) -> tuple[Company, Company]:
        """Return the company that a business is, and another whose account it may be connected to."""
        return self.stage.companies[f"{business} AS"], self.stage.companies[f"{business} other AS"]

    def business_of(self, number: str) -> str:
        """Return whose an invoice is."""
        return next(name for name, numbers in self.plan.invoices.items() if number in numbers)

    def connect(self, business: str, company: Company) -> None:
        """Connect a business to a company's account, as a person does."""
        connection = Connection.of(SYSTEM, {"account_name": company.name, "password": "open sesame"})
        self.stage.container.connect_business().store(Business(name=business, accounting=connection))

    def state_anew(self, number: str, *, is_whole: bool = True) -> None:
        """Have the source state an invoice with a price that it never had before. Errors: those of adding."""
        self.last_version += 1
        self.add(number, self.last_version, is_whole=is_whole)

    def replace(self, number: str) -> None:
        """Have an invoice withdrawn and sent anew with a price that it never had before. Errors: those of replacing."""
        self.last_version += 1
        version = self.last_version
        invoice = stated(number, self.plan.customers[number], version=version)
        self.stage.container.withdraw_invoice().replace(self.business_of(number), number, invoice)
        self.source[number] = version

    def add(self, number: str, version: int, *, is_whole: bool = True) -> None:
        """Add a version of an invoice. Errors: those of adding."""
        invoice = stated(number, self.plan.customers[number], version=version, is_whole=is_whole)
        self.stage.container.add_invoice().add(self.business_of(number), invoice)
        self.source[number] = version
