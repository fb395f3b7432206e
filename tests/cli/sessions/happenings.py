"""What happens around a session, before or between its commands: files that are there, and the accounting system."""

import json
import os
import shlex
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from core.event import EventType, Happening
from entrypoints.container import make_container
from entrypoints.demo.world import demo_business
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.cli.conftest import an_invoice
from tests.homes import furnish
from tests.receiver import Receiver, receiver


class Happenings:
    """One session's world; each method is what a line of that name does."""

    def __init__(self, office: Sandbox, folder: Path) -> None:
        self._office = office
        self._folder = folder
        self._open = ExitStack()
        self._receiver: Receiver | None = None

    def close(self) -> None:
        """End what runs."""
        self._open.close()

    def happen(self, line: str) -> None:
        """Do what a line says: the name of a happening, and its words."""
        name, *words = shlex.split(line)
        happening: Callable[..., None] = getattr(self, name.replace("-", "_"))
        happening(*words)

    def installed(self) -> None:
        """Kvitt was used before: there are tables."""
        furnish(Path("kvitt-home"))

    def receiver(self) -> None:
        """Somebody receives webhooks on this machine, at the address RECEIVER, whose query holds a token."""
        self._receiver = self._open.enter_context(receiver())
        os.environ["RECEIVER"] = f"{self._receiver.url}?token=4711"
        os.environ["KVITT_WEBHOOK_ALLOWED_NETWORKS"] = "127.0.0.0/8"

    def fails(self) -> None:
        """From now on the receiver answers 500."""
        assert self._receiver is not None
        self._receiver.status = 500

    def happened(self, type_: str, invoice: str) -> None:
        """An event of the business fjell is written."""
        with closing(make_container(Settings()).storage()) as storage, storage.transaction() as work:
            work.events.add(Happening(type=EventType(type_), business="fjell", invoice=invoice, data={}))

    def business_file(self, file: str, *changes: str) -> None:
        """A file connects the business fjell to the sandbox; `field=value` changes its connection."""
        document = demo_business()
        document["accounting"].update(dict(change.split("=", 1) for change in changes))
        self._write(file, document)

    def invoice_file(self, file: str, *numbers: str) -> None:
        """A file has complete invoices with these numbers; `field=value` after them changes each."""
        changes = [word.split("=", 1) for word in numbers if "=" in word]
        plain = [number for number in numbers if "=" not in number]
        invoices = [self._invoice(number, changes) for number in plain]
        self._write(file, invoices[0] if len(invoices) == 1 else invoices)

    def file(self, file: str, *lines: str) -> None:
        """A file has these lines."""
        (self._folder / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def removed(self, file: str) -> None:
        """A file is gone."""
        (self._folder / file).unlink()

    def kept(self, name: str) -> None:
        """Somebody copies the database."""
        shutil.copy("kvitt-home/kvitt.db", name)

    def put_back(self, name: str) -> None:
        """Somebody puts a copy of the database back."""
        shutil.copy(name, "kvitt-home/restored")
        Path("kvitt-home/restored").replace("kvitt-home/kvitt.db")

    def record(self, name: str, email: str) -> None:
        """The accounting system has a customer of this name and address."""
        self._books.add_customer(name, emails={"Primary": email})

    def published(self) -> None:
        """The accountant publishes all orders as invoices."""
        for order in list(self._books.orders.values()):
            if order.invoice_id is None:
                self._books.publish(order.id)

    def paid(self) -> None:
        """Everything that was published is paid."""
        for order in list(self._books.orders.values()):
            if order.invoice_id is not None:
                self._books.pay(order.invoice_id)

    def deleted(self) -> None:
        """The accountant deletes all orders."""
        for order in list(self._books.orders):
            self._books.delete_order(order)

    def trouble(self, operation: str, kind: str, times: str = "1", text: str = "") -> None:
        """The accounting system does this next time it is asked that."""
        options: dict[str, Any] = {"text": text} if text else {}
        self._office.inject(operation, kind, times=None if times == "always" else int(times), **options)

    def mended(self) -> None:
        """The accounting system is well again."""
        self._office.clear_faults()
        self._office.settle()

    @property
    def _books(self) -> Any:
        return self._office.account(DEMO_ACCOUNT).books

    def _invoice(self, number: str, changes: list[list[str]]) -> dict[str, Any]:
        invoice = an_invoice(number)
        for field, value in changes:
            place: Any = invoice
            *path, last = field.split(".")
            for part in path:
                place = place[int(part) if part.isdigit() else part]
            place[last] = json.loads(value) if value[:1] in "{[n" else value
        return invoice

    def _write(self, file: str, document: Any) -> None:
        (self._folder / file).write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
