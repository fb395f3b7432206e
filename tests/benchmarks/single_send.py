"""What a single send costs: calls to the accounting system, and CPU beside the same calls made with bare zeep."""

import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from core.business import Business
from core.invoice import Invoice
from core.transfer import TransferState
from entrypoints.container import Container, make_container
from entrypoints.sandbox.sandbox import DEMO_ACCOUNT, DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME
from entrypoints.settings import Settings
from tests.benchmarks.bare_zeep import BareZeep
from tests.benchmarks.sandbox_process import calls_made, clear_journal, running_sandbox

BUSINESS = "bench"
ROUNDS = 7
SENDS_A_ROUND = 20


def invoice(number: str, *, company: bool) -> Invoice:
    """Make a one-row invoice for one and the same customer: a company, or a private person."""
    customer = {"name": "Signe Prøve", "email": "signe@prove.example", "phone": "40000000"}
    if company:
        customer = {
            **customer,
            "email": "post@moe.example",
            "organization_name": "Moe Prøve AS",
            "organization_number": "911000008",
        }
    return Invoice.model_validate(
        {
            "number": number,
            "type": "data_for_accounting",
            "issue_date": "2026-10-01",
            "due_date": "2026-10-15",
            "customer": customer,
            "rows": [
                {
                    "product": "Tractor",
                    "period": {"start": "2026-09-10", "end": "2026-09-12"},
                    "quantity": "1",
                    "unit_price": "1200.00",
                    "discount_percent": "0",
                    "vat_percent": "25",
                }
            ],
        }
    )


@contextmanager
def installation(url: str) -> Iterator[Container]:
    """Wire an installation in a folder of its own, with the sandbox's demo account connected."""
    os.environ["KVITT_TFSO_API_URL"] = url
    with tempfile.TemporaryDirectory() as home:
        container = make_container(Settings(home=Path(home)))
        container.connect_business().store(
            Business.model_validate(
                {
                    "name": BUSINESS,
                    "accounting": {
                        "system": "24sevenoffice",
                        "account_name": DEMO_ACCOUNT,
                        "application_id": DEMO_APPLICATION_ID,
                        "username": DEMO_USERNAME,
                        "password": DEMO_PASSWORD,
                    },
                }
            )
        )
        try:
            yield container
        finally:
            container.storage().close()


def send(container: Container, number: str, *, company: bool) -> None:
    """Add and send an invoice, and see it arrive."""
    container.add_invoice().add(BUSINESS, invoice(number, company=company))
    transfer = container.send_invoice().send(BUSINESS, number)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error


def _cpu_of(work: Callable[[], None]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def report() -> None:
    """Print calls per invoice, cold and warm, and CPU per send against bare zeep, measured in turns."""
    for company in (True, False):
        with running_sandbox() as url, installation(url) as container:
            kind = "company" if company else "private customer"
            for nth, heat in enumerate(("cold", "warm")):
                clear_journal(url)
                send(container, f"calls-{nth}", company=company)
                calls = Counter(calls_made(url))
                named = ", ".join(f"{name} {times}" if times > 1 else name for name, times in calls.items())
                print(f"calls, {heat} send for a {kind}: {calls.total()} ({named})")
    with running_sandbox() as url, installation(url) as container:
        send(container, "warm-up", company=False)
        customer_id, product_id = _ids(container)
        bare = BareZeep(url)
        bare.send("warm-up-bare", customer_id=customer_id, product_id=product_id)
        ours, theirs = [], []
        for turn in range(ROUNDS):
            numbers = [f"{turn}-{nth}" for nth in range(SENDS_A_ROUND)]
            for number in numbers:
                container.add_invoice().add(BUSINESS, invoice(number, company=False))
            ours.append(_cpu_of(partial(_send_all, container, numbers)))
            theirs.append(_cpu_of(partial(_bare_all, bare, numbers, customer_id, product_id)))
    our_ms, bare_ms = (statistics.median(times) * 1000 / SENDS_A_ROUND for times in (ours, theirs))
    print(f"CPU, warm send: {our_ms:.1f} ms; the same calls with bare zeep: {bare_ms:.1f} ms; {our_ms / bare_ms:.2f} x")


def _send_all(container: Container, numbers: list[str]) -> None:
    for number in numbers:
        container.send_invoice().send(BUSINESS, number)


def _bare_all(bare: BareZeep, numbers: list[str], customer_id: int, product_id: int) -> None:
    for number in numbers:
        bare.send(f"bare-{number}", customer_id=customer_id, product_id=product_id)


def _ids(container: Container) -> tuple[int, int]:
    preview = container.preview_invoice().preview(BUSINESS, "warm-up")
    return int(preview.customer.id or 0), int(preview.product.id or 0)
