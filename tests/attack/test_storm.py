"""A storm: many businesses, workers killed at random, lost answers, sessions that expire, a server's clock that is set.

Exactly one order each.

Every other business reaches 24SevenOffice over REST.

What happens is drawn from a seed, which is printed; KVITT_STORM_SEED gives it again. How processes and calls
interleave is the machine's doing, so a seed narrows a failure down and does not repeat it to the letter.
"""

import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.business import Business
from core.errors import Conflict, TryAgain
from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from entrypoints.container import Container, make_container
from entrypoints.sandbox import Sandbox
from entrypoints.sandbox.faults import Fault
from entrypoints.settings import read_settings
from tests.postgres import give_own_time, step_time, temporary_database
from tests.systems import SYSTEMS, System

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)

LOST = ("reset_after", "http_502_after", "login_page_after", "truncated", "malformed", "reset", "late")
CALLS_PER_LOST_ANSWER = 20
LONGEST_LATE_SECONDS = 1.5
FIRST_STRIKE_SECONDS = 0.5

TAKEN_OVER = "Took over what a worker whose lease had expired left running"
"""What workers say, rightly, where others were killed."""

SETTINGS = {
    "KVITT_TFSO_TIMEOUT": "2",
    "KVITT_SETTLING_SECONDS": "5",  # longer than the latest a call may take effect, with room for a crowded machine
    "KVITT_LEASE_SECONDS": "4",
    "KVITT_RETRY_FIRST_SECONDS": "0.1",
    "KVITT_RETRY_LONGEST_SECONDS": "1",
    "KVITT_SWEEP_SECONDS": "0.5",
    "KVITT_STOP_SECONDS": "10",
}


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


WHOLE = Scale(workers=4, businesses=20, invoices=15, customers=5, pause=1.0, patience=300)


@pytest.fixture
def seed() -> str:
    """What chance begins with."""
    seed = os.environ.get("KVITT_STORM_SEED") or secrets.token_hex(4)
    print(f"KVITT_STORM_SEED={seed}")  # noqa: T201 - shown when the test fails
    return seed


@pytest.fixture
def database() -> Iterator[str]:
    with temporary_database() as url:
        give_own_time(url)
        yield url


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox(logins_per_minute=0, calls_per_hour=10_000_000) as sandbox:
        yield sandbox


@pytest.fixture
def container(database: str, office: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """The installation that the workers share, as its operator sees it."""
    for name in [name for name in os.environ if name.startswith("KVITT_")]:
        monkeypatch.delenv(name)
    installation = {"KVITT_HOME": str(tmp_path), "KVITT_DATABASE_URL": database}
    for system in SYSTEMS.values():
        installation.update(system.environment(office))
    for name, value in {**installation, **SETTINGS}.items():
        monkeypatch.setenv(name, value)
    container = make_container(read_settings())
    yield container
    container.storage().close()


@pytest.mark.attack
def test_the_whole_storm(seed: str, container: Container, database: str, office: Sandbox, tmp_path: Path) -> None:
    weather(WHOLE, seed, container, database, office, tmp_path)


@pytest.mark.attack
def test_the_storm_while_businesses_change_their_accounts(
    seed: str, container: Container, database: str, office: Sandbox, tmp_path: Path
) -> None:
    weather(replace(WHOLE, invoices=8, companies=2), seed, container, database, office, tmp_path)


def weather(scale: Scale, seed: str, container: Container, database: str, office: Sandbox, logs: Path) -> None:
    """Let the storm rage until everything has arrived; then look at the books."""
    chance, shift, steps = random.Random(seed), timedelta(), 0
    people_the_world(scale, container, office)
    with (
        crew(scale.workers, chance, logs) as workers,
        bad_connection(chance, office) as connection,
        changing_accounts(scale, chance, container, office) as changes,
    ):
        workers.begin(patience=scale.patience)
        began = time.monotonic()
        strikes_at = began + chance.uniform(0, FIRST_STRIKE_SECONDS)  # while there is work, however fast the machine
        while (left := unfinished(container)) or not workers.killed:
            if time.monotonic() - began > scale.patience:
                told = "\n".join([stories(container, left), *workers.complaints()])
                pytest.fail(f"{len(left)} are stuck after {scale.patience:.0f} s:\n{told}")
            time.sleep(0.1)
            if time.monotonic() >= strikes_at:
                strikes_at = time.monotonic() + chance.uniform(0, 2 * scale.pause)
                workers.kill_one_at_work()
                if chance.random() < 0.5:
                    office.expire_sessions()
                if chance.random() < 0.5:
                    target = chance.choice([one for one in (-HOUR, timedelta(), HOUR) if one != shift])
                    step_time(database, target - shift)
                    shift, steps = target, steps + 1
    seconds = time.monotonic() - began
    office.settle()
    print(  # noqa: T201 - figures
        f"{scale.businesses * scale.invoices} invoices, {workers.killed} kills, {steps} steps of the clock, "
        f"{connection.lost} answers lost "
        f"{dict(connection.kinds)}, {office.journal.count()} calls, {office.journal.count('Login')} logins, "
        f"accounts: {dict(changes)}, {seconds:.0f} s"
    )
    see_exactly_one_of_each(scale, container, office)
    assert workers.complaints() == []
    assert workers.killed > 0
    assert connection.lost > 0
    assert scale.companies == 1 or changes["changed"] > 0


def people_the_world(scale: Scale, container: Container, office: Sandbox) -> None:
    """Have companies invite the integration's user; connect their businesses, and add their invoices."""
    names = [f"b{nth:02}" for nth in range(scale.businesses)]
    accounts = [office.add_account(company) for name in names for company in companies_of(name, scale)]
    for system in SYSTEMS.values():
        system.invite(office, accounts)
    for name in names:
        connect(name, companies_of(name, scale)[0], container, office)
        for nth in range(scale.invoices):
            container.add_invoice().add(name, an_invoice(f"{name}-{nth}", customer=nth % scale.customers))


def companies_of(business: str, scale: Scale) -> list[str]:
    """The names of the companies that a business is connected to, now the one and now the other."""
    return [f"Firma {business} AS", *(f"Firma {business} {nth} AS" for nth in range(1, scale.companies))]


def connect(business: str, company: str, container: Container, office: Sandbox) -> None:
    """Connect a business to a company."""
    connection = system_of(business).connection(company, office.account(company))
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
    for business in (f"b{nth:02}" for nth in range(scale.businesses)):
        for company in companies_of(business, scale):
            ordered.update(see_books(business, company, scale, transfers, office))
    doubled = [(number, transfers[number]) for number, orders in ordered.items() if orders > 1]
    assert not doubled, stories(container, list(doubled))
    assert len(ordered) == len(transfers) == scale.businesses * scale.invoices


def see_books(
    business: str, company: str, scale: Scale, transfers: Mapping[str, Transfer], office: Sandbox
) -> list[str]:
    """See that nothing is doubled in a company's books, and return the references of its orders."""
    account, reference = office.account(company), system_of(business).reference
    books = account.books
    held = sorted(
        customer.emails["Primary"] if "Primary" in customer.emails else str(customer.emails)
        for customer in books.customers.values()
    )
    everyone = [f"kunde{customer}@prove.example" for customer in range(scale.customers)]
    products = (len(books.products), len(books.categories))
    if scale.companies == 1:
        assert held == everyone, f"the customers of {company}"
        assert products == (1, 1), f"the products of {company}"
    else:  # it was left before it had all
        assert held == sorted(set(held) & set(everyone)), f"the customers of {company}"
        assert max(products) <= 1, f"the products of {company}"
    for order in books.orders.values():
        transfer = transfers[reference(order)]
        assert (transfer.business, transfer.order_id) == (business, str(order.id))
        assert transfer.books == f"24sevenoffice {account.number}"
    return [reference(order) for order in books.orders.values()]


class Crew:
    """Worker processes; one that is killed is replaced at once."""

    def __init__(self, chance: random.Random, logs: Path) -> None:
        self.killed = 0
        self._chance = chance
        self._logs = logs
        self._go = logs / "go"
        self._started = 0
        self._at_work: list[subprocess.Popen[bytes]] = []
        self._begun: dict[int, Path] = {}
        self._exits: list[int] = []

    def join(self) -> None:
        """Start another worker."""
        self._started += 1
        begun, log = self._logs / f"worker-{self._started}.begun", self._logs / f"worker-{self._started}.log"
        command = [sys.executable, "-m", "tests.attack.storm_worker", str(self._chance.random()), str(self._go)]
        with begun.open("wb") as output, log.open("wb") as errors:
            worker = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=errors)
        self._at_work.append(worker)
        self._begun[worker.pid] = begun

    def kill_one_at_work(self) -> None:
        """Kill a worker, whatever it does, and let another take its place.

        Only while all have begun: on a crowded machine nobody would get to work else.
        """
        if not self._all_have_begun():
            return
        victim = self._chance.choice(self._at_work)
        self._at_work.remove(victim)
        victim.kill()
        if victim.wait() != -signal.SIGKILL:
            self._exits.append(victim.returncode)
        self.killed += 1
        self.join()

    def begin(self, *, patience: float) -> None:
        """Let them send, once all are at work; `patience` is in seconds."""
        ends = time.monotonic() + patience
        while not self._all_have_begun():
            assert time.monotonic() < ends, ["the workers do not begin", *self.complaints()]
            time.sleep(0.05)
        self._go.touch()

    def _all_have_begun(self) -> bool:
        return all(self._begun[worker.pid].stat().st_size or worker.poll() is not None for worker in self._at_work)

    def dismiss(self) -> None:
        """Ask all to stop, and see that they do."""
        for worker in self._at_work:
            worker.terminate()
        try:
            for worker in self._at_work:
                if worker.wait(timeout=30) not in (0, -signal.SIGTERM):  # the latter: while still importing
                    self._exits.append(worker.returncode)
        finally:
            for worker in self._at_work:
                worker.kill()
                worker.wait()

    def complaints(self) -> list[str]:
        """What workers said, and how they ended where nobody had killed them."""
        lines = [line for path in self._logs.glob("worker-*.log") for line in path.read_text().splitlines()]
        said = [line for line in lines if line != TAKEN_OVER]
        return said + [f"ended with {code}" for code in self._exits]


@contextmanager
def crew(size: int, chance: random.Random, logs: Path) -> Iterator[Crew]:
    """Have so many workers at work for the length of the block."""
    workers = Crew(chance, logs)
    try:
        for _ in range(size):
            workers.join()
        yield workers
    finally:
        workers.dismiss()


@contextmanager
def changing_accounts(
    scale: Scale, chance: random.Random, container: Container, office: Sandbox
) -> Iterator[Counter[str]]:
    """Connect one business after another to another of its companies; count what came of it."""
    own_chance = random.Random(chance.random())
    came, over = Counter[str](), threading.Event()

    def keep_changing() -> None:
        while not over.wait(own_chance.uniform(0, 0.1)):
            business = f"b{own_chance.randrange(scale.businesses):02}"
            try:
                connect(business, own_chance.choice(companies_of(business, scale)), container, office)
                came["changed"] += 1
            except (Conflict, TryAgain) as refused:
                came[refused.code] += 1

    thread = threading.Thread(target=keep_changing, name="changing-accounts", daemon=True)
    if scale.companies > 1:
        thread.start()
    try:
        yield came
    finally:
        over.set()
        if scale.companies > 1:
            thread.join()


@dataclass
class BadConnection:
    """What was lost so far."""

    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """How many answers were lost."""
        return self.kinds.total()


@contextmanager
def bad_connection(chance: random.Random, office: Sandbox) -> Iterator[BadConnection]:
    """Lose one answer in CALLS_PER_LOST_ANSWER, in one way or another, for the length of the block."""
    own_chance = random.Random(chance.random())
    connection, over = BadConnection(), threading.Event()

    def keep_losing() -> None:
        waiting: Fault | None = None
        while not over.wait(0.01):
            if waiting is not None and waiting.times:
                continue
            if waiting is not None:
                connection.kinds[waiting.kind] += 1
            waiting = office.inject(
                "*",
                own_chance.choice(LOST),
                after=own_chance.randrange(2 * CALLS_PER_LOST_ANSWER - 1),
                delay=own_chance.uniform(0, LONGEST_LATE_SECONDS),
            )

    thread = threading.Thread(target=keep_losing, name="bad-connection", daemon=True)
    thread.start()
    try:
        yield connection
    finally:
        over.set()
        thread.join()
        office.clear_faults()
