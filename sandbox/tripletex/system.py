"""Tripletex as it stands: its companies, and who reaches them. No network here."""

from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.journal import RestExchanged
from sandbox.pace import Pace
from sandbox.tripletex.books import Books
from sandbox.tripletex.companies import Company, Login, Sessions
from sandbox.tripletex.demo import DEMO_CONSUMER_TOKEN
from sandbox.tripletex.desk import TripletexDesk
from sandbox.tripletex.kept_books import kept, put_back
from sandbox.tripletex.records import Currency, VatType
from sandbox.world import World

FIRST_COMPANY_ID = 20_000_001
IDS_PER_COMPANY = 100_000_000
FIRST_EMPLOYEE_ID = 3_001


class Tripletex:
    """Companies, logins and sessions in a world. The integration's consumer token is the demo's, unless it is set.

    `exchanges` are the last calls that no fault struck, as far as they are kept.
    """

    def __init__(
        self,
        world: World,
        *,
        pace: Pace | None = None,
        consumer_token: str = DEMO_CONSUMER_TOKEN,
        keep_exchanges: int = 0,
    ) -> None:
        self.world = world
        self.pace = pace or Pace()
        self.consumer_token = consumer_token
        self.sessions = Sessions(world.clock)
        self.exchanges: deque[RestExchanged] = deque(maxlen=keep_exchanges)
        self._companies: list[Company] = []
        self._logins: dict[str, Login] = {}

    def add_company(
        self,
        name: str,
        *,
        has_logistics: bool = True,
        organization_number: str = "",
        totals_off_by: Decimal = Decimal(0),
        vat_types: list[VatType] | None = None,
        currencies: list[Currency] | None = None,
    ) -> Company:
        """Add a company; its tables and totals are told in Books."""
        with self.world.lock:
            number = len(self._companies)
            books = Books(
                clock=self.world.clock,
                lock=self.world.lock,
                first_id=(number + 1) * IDS_PER_COMPANY + 1,
                vat_types=vat_types,
                currencies=currencies,
                totals_off_by=totals_off_by,
            )
            company = Company(FIRST_COMPANY_ID + number, name, books, has_logistics, organization_number)
            self._companies.append(company)
            return company

    def add_login(self, employee_token: str, *, companies: list[Company], may_invoice: bool = True) -> Login:
        """Add an employee token: the first company is its own, the others are reached by proxy.

        One who may not invoice has no rights to customers, products, orders and invoices.
        """
        with self.world.lock:
            login = Login(employee_token, tuple(companies), FIRST_EMPLOYEE_ID + len(self._logins), may_invoice)
            self._logins[employee_token] = login
            return login

    def login(self, employee_token: str) -> Login | None:
        """A login by its token."""
        return self._logins.get(employee_token)

    @property
    def companies(self) -> list[Company]:
        """All companies."""
        return list(self._companies)

    def company(self, name: str) -> Company:
        """A company by name. Errors: KeyError."""
        for company in self._companies:
            if company.name == name:
                return company
        raise KeyError(name)

    @property
    def desks(self) -> list[TripletexDesk]:
        """What is on the accountants' desks."""
        return [TripletexDesk(company) for company in self._companies]

    def kept_books(self) -> dict[str, Any]:
        """All books, as a file keeps them, by their companies' desks."""
        return {desk.key: kept(company.books) for desk, company in zip(self.desks, self._companies, strict=True)}

    def put_books_back(self, plain: Mapping[str, Any]) -> None:
        """Hold what a file has kept; companies that are not there are left out."""
        for desk, company in zip(self.desks, self._companies, strict=True):
            if desk.key in plain:
                put_back(company.books, plain[desk.key])

    def end_sessions(self) -> None:
        """End every session."""
        with self.world.lock:
            self.sessions.end_all()

    def reset(self) -> None:
        """Empty all books, and end all sessions; companies and logins stay."""
        with self.world.lock:
            for company in self._companies:
                company.books.clear()
            self.sessions.end_all()
            self.exchanges.clear()
            self.pace.clear()
