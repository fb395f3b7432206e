"""The gateway by its use cases, without an entry point in between."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.batch import BatchItem
from core.crediting import RowToCredit
from core.errors import KvittError
from core.invoice_filter import InvoiceFilter
from core.payment import PaymentReport
from core.transfer import Transfer
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.container import Container
from entrypoints.files import Form, invoice_in
from entrypoints.invoice_documents import CreditableInvoice
from entrypoints.parsing import business_from, invoice_from
from entrypoints.problem import problem_document
from tests.acceptance.gateway import Json, Refused


class UseCaseGateway:
    def __init__(self, container: Container) -> None:
        self._container = container

    def connect(self, business: Json) -> None:
        with _refusals():
            self._container.connect_business().store(business_from(business))

    def change_connection(self, business: str, setting: str, value: str) -> None:
        with _refusals():
            patch = {"accounting": {setting: value}}
            self._container.connect_business().change(business, patch, read=business_from)

    def verify(self, business: str) -> Verification:
        with _refusals():
            return self._container.verify_business().verify(business)

    def add(self, business: str, invoice: Json) -> None:
        with _refusals():
            self._container.add_invoice().add(business, invoice_from(invoice))

    def add_file(self, business: str, number: str, content: bytes, form: Form) -> Sequence[str]:
        with _refusals():
            given = invoice_in(content, form)
            if isinstance(given.outcome, KvittError):
                raise given.outcome
            assert given.outcome.number == number
            self._container.add_invoice().add(business, given.outcome)
            return given.warnings

    def preview(self, business: str, number: str) -> InvoicePreview:
        with _refusals():
            return self._container.preview_invoice().preview(business, number)

    def send(self, business: str, number: str) -> Transfer:
        with _refusals():
            return self._container.send_invoice().send(business, number)

    def withdraw(self, business: str, number: str) -> Transfer:
        with _refusals():
            return self._container.withdraw_invoice().withdraw(business, number)

    def replace(self, business: str, invoice: Json) -> Transfer:
        with _refusals():
            changed = invoice_from(invoice)
            return self._container.withdraw_invoice().replace(business, changed.number, changed)

    def send_many(self, business: str, numbers: Sequence[str] | None) -> Mapping[str, Transfer | Refused]:
        send_many, look_up = self._container.send_many(), self._container.look_up()
        with _refusals():
            batch = send_many.send_all(business) if numbers is None else send_many.send(business, numbers)
        return {item.invoice: _outcome(item) for item in look_up.batch_items(batch.id, limit=100)}

    def status(self, business: str, number: str) -> PaymentReport:
        with _refusals():
            (answer,) = self._container.check_status().check(business, [number])
            if isinstance(answer, KvittError):
                raise answer
            return answer

    def history(self, business: str, number: str) -> Sequence[Json]:
        with _refusals():
            events = self._container.tell_history().tell(business, number, limit=1000)
            return [event.model_dump(mode="json") for event in events]

    def events(self, business: str) -> Sequence[Json]:
        with _refusals():
            found = self._container.look_up().events(business, limit=1000)
            return [event.model_dump(mode="json") for event in found]

    def delete(self, business: str, number: str) -> None:
        with _refusals():
            self._container.delete_invoice().delete(business, number)

    def unlink(self, business: str, number: str) -> None:
        with _refusals():
            self._container.link_customer().unlink(business, number)

    def link(self, business: str, number: str, customer_id: str) -> None:
        with _refusals():
            self._container.link_customer().link(business, number, customer_id)

    def credit(self, business: str, number: str, rows: Mapping[int, str | None] | None) -> Json:
        asked = [RowToCredit.model_validate({"row": row, "quantity": part}) for row, part in (rows or {}).items()]
        with _refusals():
            return self._container.credit_invoice().credit(business, number, rows=asked or None).model_dump(mode="json")

    def show(self, business: str, number: str) -> Json:
        with _refusals():
            standing, crediting = self._container.look_up().crediting(business, number)
            return CreditableInvoice.of_crediting(business, standing, crediting).model_dump(mode="json")

    def numbers(self, business: str, filters: Mapping[str, str]) -> Sequence[str]:
        with _refusals():
            paid = {"paid": filters["paid"] == "true"} if "paid" in filters else {}
            wanted = InvoiceFilter.model_validate({**filters, **paid})
            found, _ = self._container.look_up().find_invoices(business, wanted, limit=100)
            return [one.invoice.number for one in found]

    def retry(self, business: str, transfer_id: str) -> Transfer:
        with _refusals():
            return self._container.manage_transfers().retry(transfer_id, business=business)


def _outcome(item: BatchItem) -> Transfer | Refused:
    if item.refusal:
        return Refused(problem_document(item.refusal.error))
    assert item.transfer is not None
    return item.transfer


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except KvittError as error:
        raise Refused(problem_document(error)) from error
