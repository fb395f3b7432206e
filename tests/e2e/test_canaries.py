"""No secret is in anything that Kvitt's processes print, and nobody's data, however much they are told to log.

What `kvitt demo` prints is searched where it is run (test_cli_demo).
"""

import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from adapters.secrets import KeyFile
from adapters.twentyfour_seven_office.rest.token import Token
from adapters.twentyfour_seven_office.soap.session import KeptSession
from core.transfer import Transfer, TransferState
from entrypoints.container import Container, make_container
from entrypoints.parsing import business_from, invoice_from
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests import canaries
from tests.http.clients import bearing, key_for
from tests.processes import running

PATIENCE_SECONDS = 30
LET_IN = ("fjell", "rest")
BARRED = ("wrong", "barred")
QUICK = {
    "KVITT_SWEEP_SECONDS": "0.05",
    "KVITT_RETRY_FIRST_SECONDS": "0.05",
    "KVITT_RETRY_LONGEST_SECONDS": "0.05",
    "KVITT_SETTLING_SECONDS": "0.2",
    "KVITT_FOLLOW_UP_SECONDS": "0.5",
}
TALKATIVE = {"KVITT_LOG_LEVEL": "debug", "KVITT_LOG_VENDOR_TEXTS": "1", "KVITT_DEBUG": "1"}


class Nowhere:
    """A queue that forgets: what is sent is recorded, and left to the process that works."""

    def put(self, business: str) -> None:
        pass


class Process:
    """A command that runs: its home, what it has said, and what it must not say."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.home = folder / command[0]
        self._command = command
        self._output = folder / f"{command[0]}.txt"
        self._process: subprocess.Popen[str] | None = None
        self.secrets = {**canaries.SECRETS, "secret key": KeyFile(self.home).keys()[0]}

    @property
    def said(self) -> str:
        return self._output.read_text()

    @contextmanager
    def running(self, **environment: str) -> Iterator[None]:
        """Run it for the length of the block, and search what it said; it has to end well."""
        told = {"KVITT_HOME": str(self.home), **QUICK, **TALKATIVE, **environment}
        with self._output.open("w") as output, running(told, *self._command, said=output) as self._process:
            yield
        assert self._process.returncode == 0, self.said
        assert not canaries.found_in(self.said, {**self.secrets, **canaries.PEOPLE})

    def tell_to_stop(self) -> None:
        """Tell it as a service manager does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def says(self, pattern: str) -> str:
        """Wait until it says something; what it was."""
        found: re.Match[str] = eventually(lambda: re.search(pattern, self.said), lambda: self.said)
        return found[0]

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """Have its database lack a table for the length of the block: whatever needs it crashes."""
        self._change(f"ALTER TABLE {table} RENAME TO mislaid")
        yield
        self._change(f"ALTER TABLE mislaid RENAME TO {table}")

    def _change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.home / "kvitt.db", timeout=PATIENCE_SECONDS)) as database, database:
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute(statement)


@contextmanager
def installed(process: Process, *businesses: dict[str, Any]) -> Iterator[Container]:
    """The installation that a process works on, as another one on its home has it."""
    container = make_container(Settings(home=process.home))
    container.queue.override(providers.Object(Nowhere()))
    with closing(container.storage()):
        process.secrets["real API key"] = key_for(container)
        for business in businesses:
            container.connect_business().store(business_from(business))
        yield container


def send(container: Container, business: str, number: str) -> None:
    """Send an invoice of the installation's own, to its own customer: one that both make at once is ambiguous."""
    number, customer = own(container, number), canaries.invoice(number)["customer"]
    customer |= {"name": own(container, customer["name"]), "email": own(container, customer["email"])}
    container.add_invoice().add(business, invoice_from(canaries.invoice(number, customer=customer)))
    container.send_invoice().send(business, number)


def own(container: Container, text: str) -> str:
    return f"{container.settings().home.name}-{text}"


def send_each(containers: Sequence[Container], businesses: Sequence[str]) -> None:
    for container, business in product(containers, businesses):
        send(container, business, "1")


def see_each_end(containers: Sequence[Container], businesses: Sequence[str]) -> None:
    """See that each transfer arrives, or is parked because of a wrong password.

    One that Kvitt itself failed at is tried again.
    """

    def under_way() -> list[Transfer]:
        return [
            transfer
            for container, business in product(containers, businesses)
            if not has_ended(container, transfer := transfer_of(container, business))
        ]

    eventually(lambda: not under_way(), lambda: [(each.business, each.state, each.error) for each in under_way()])


def has_ended(container: Container, transfer: Transfer) -> bool:
    if transfer.state is TransferState.REJECTED:
        assert transfer.error is not None
        assert transfer.error.code == "internal_error", transfer.error
        container.manage_transfers().retry(transfer.id)
    return transfer.is_parked if transfer.business in BARRED else transfer.state is TransferState.TRANSFERRED


def transfer_of(container: Container, business: str) -> Transfer:
    transfer = container.look_up().transfer_of(business, own(container, "1"))
    assert transfer is not None
    return transfer


def eventually(look: Callable[[], Any], otherwise: Callable[[], object]) -> Any:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < give_up_at, otherwise()
        time.sleep(0.02)
    return found


@pytest.mark.attack
def test_processes_that_work_badly_and_are_stopped_in_the_middle(tmp_path: Path) -> None:
    sandbox = Process(tmp_path, "sandbox", "--port", "0", "--json")
    server, worker = Process(tmp_path, "serve", "--port", "0"), Process(tmp_path, "worker")
    with canaries.planted_office() as office, sandbox.running(), ExitStack() as stack:
        told = json.loads(sandbox.says(r"(?s)\{\n.*\n\}\n"))
        for process in (server, worker):
            stack.enter_context(process.running(**addresses(office, told)))
        containers = [stack.enter_context(installed(process, *businesses(told))) for process in (server, worker)]
        for operation, kind, options in canaries.TROUBLES:
            office.inject(operation, kind, **options)
        with worker.without("customer_links"):
            send_each(containers, LET_IN)
            worker.says("broke off")
        see_each_end(containers, LET_IN)
        office.clear_faults()  # none of what is said to one business is about another's password
        send_each(containers, BARRED)
        ask_badly(server)
        see_each_end(containers, BARRED)
        for process, container in zip((server, worker), containers, strict=True):
            process.says("Followed up the business")
            process.secrets.update(logins(container))
        have_a_call_in_hand(office, containers)
        for process in (server, worker):
            process.tell_to_stop()
        for process in (server, worker):
            eventually(process.has_ended, lambda: "not all have stopped")


def businesses(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Over SOAP at the planted office and over REST at the sandbox that runs; with right and with wrong passwords."""
    over_rest = told["rest_business"]
    barred = {**over_rest["accounting"], "client_secret": canaries.WRONG_PASSWORD}
    return [
        canaries.business(),
        {**canaries.business(password=canaries.WRONG_PASSWORD), "name": "wrong"},
        {**over_rest, "name": "rest"},
        {**over_rest, "name": "barred", "accounting": barred},
    ]


def addresses(office: Sandbox, told: Mapping[str, Any]) -> dict[str, str]:
    return {
        "KVITT_TFSO_API_URL": office.url,
        "KVITT_TFSO_REST_URL": told["rest_url"],
        "KVITT_TFSO_LOGIN_URL": told["url"],
    }


def logins(container: Container) -> dict[str, str]:
    session = KeptSession.from_text(container.sessions().load("fjell"))
    token = Token.from_text(container.sessions().load("rest"))
    assert session is not None
    assert token is not None
    return {"session id": session.session_id, "token": token.text}


def ask_badly(server: Process) -> None:
    """Ask what is refused, and what crashes, with secrets and people's data in every place."""
    fjell, email = "/v1/businesses/fjell", canaries.PEOPLE["e-mail"]
    address, key = server.says(r"http://[\w.:]+"), bearing(server.secrets["real API key"])
    with httpx.Client(base_url=address, headers=key, timeout=PATIENCE_SECONDS) as api:
        for method, path, given, status in (
            ("GET", f"/v1/businesses/{email}?{canaries.PASSWORD}", {"headers": bearing(canaries.API_KEY)}, 401),
            ("GET", f"/v1/businesses/{email}", {}, 404),
            ("GET", f"/v1/businesses/{email}?{canaries.PASSWORD}", {}, 400),
            ("PUT", fjell, {"json": canaries.business(colour=canaries.PASSWORD)}, 400),
            ("PUT", f"{fjell}/invoices/5", {"json": canaries.invoice("5", rows=email)}, 400),
            ("POST", "/v1/businesses/wrong/verify", {}, 424),
        ):
            answer = api.request(method, path, **given)
            assert answer.status_code == status, answer.text
        with server.without("invoices"):
            assert api.put(f"{fjell}/invoices/5", json=canaries.invoice("5")).status_code == 500
    server.says("failed: OperationalError")


def have_a_call_in_hand(office: Sandbox, containers: Sequence[Container]) -> None:
    office.journal.clear()
    office.inject("SaveInvoices", "slow", times=None, delay=0.3)
    for container in containers:
        send(container, "fjell", "2")
    eventually(lambda: office.journal.count("SaveInvoices") == len(containers), lambda: office.journal.calls())
