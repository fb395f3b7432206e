"""Orders that are broken off between two calls: found by their mark and completed, or deleted again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.business import NewOrderStatus
from core.errors import AccessRefused, HandedBack, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.transfer import Receipt
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order
from tests.adapters.drafts import EURO, draft, row
from tests.adapters.gate import create_orders
from tests.adapters.rest.conftest import operations
from tests.adapters.ways import OpenRest

CREATE, LINE, FINISH = "POST /salesorders", "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
DELETE, DELETE_LINE = "DELETE /salesorders/{id}", "DELETE /salesorders/{id}/lines/{lineId}"
LOST = ["reset", "reset_after", "truncated", "http_502_after", "login_page_after", "fault_after"]
TEXTS = ("Tractor", "Trailer", "Digger")


@pytest.fixture
def asked(customer_id: str, product_id: str) -> OrderDraft:
    return draft(
        "1001",
        customer_id=customer_id,
        product_id=product_id,
        rows=tuple(row(product_id, text=text) for text in TEXTS),
        status=NewOrderStatus.CONFIRMED,
    )


class Killed(BaseException):
    """The process ends here."""


def killed_before_call(number: int) -> Callable[[], None]:
    """The process ends before this call of create()."""
    calls = 1

    def between_calls() -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Killed

    return between_calls


def outcome(system: RestAccountingSystem, asked: OrderDraft) -> Receipt | KvittError:
    try:
        (found,) = system.orders.create([asked])
    except KvittError as error:
        return error
    return found


def found(system: RestAccountingSystem, asked: OrderDraft) -> list[Receipt]:
    since = datetime.now(UTC) - timedelta(days=1)
    return system.orders.find(["1001"], customer_ids=[str(asked.customer_id)], since=since).get("1001", [])


def completed(system: RestAccountingSystem, asked: OrderDraft) -> Receipt:
    """Look for what an earlier attempt began, and complete it, as the core does."""
    (begun,) = found(system, asked)
    assert not begun.is_whole
    receipt = outcome(system, asked.model_copy(update={"begun_as": begun.order_id}))
    assert isinstance(receipt, Receipt)
    assert receipt.order_id == begun.order_id
    return receipt


def only_order(books: Books) -> Order:
    (order,) = books.orders.values()
    return order


def assert_whole(books: Books, asked: OrderDraft) -> None:
    order = only_order(books)
    assert [one.name for one in order.rows] == [one.text for one in asked.rows]
    assert [one.price for one in order.rows] == [one.unit_price for one in asked.rows]
    assert (order.internal_memo, order.customer_id) == (asked.reference, int(str(asked.customer_id)))
    assert order.status == {"draft": "Draft", "confirmed": "Confirmed", "offer": "Offer"}[asked.status]


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("rows_written", [0, 1, 2, 3])
def test_one_killed_between_two_calls_is_found_and_completed(
    open_system: OpenRest, books: Books, asked: OrderDraft, rows_written: int, warm: bool
) -> None:
    system = open_system()
    if warm:
        system.customers.read([str(asked.customer_id)])
    with pytest.raises(Killed):
        create_orders(system, [asked], between_calls=killed_before_call(rows_written + (2 if warm else 4)))
    order = only_order(books)
    assert len(order.rows) == rows_written
    assert order.status == "Draft"
    assert "not complete yet" in order.internal_memo
    receipt = completed(open_system(), asked)
    assert_whole(books, asked)
    assert receipt.totals is not None
    assert receipt.totals.gross == Decimal("4500.00")
    assert found(system, asked) == [receipt]


def test_completing_writes_only_what_is_missing(
    sandbox: Sandbox, open_system: OpenRest, books: Books, asked: OrderDraft
) -> None:
    system = open_system()
    system.customers.read([str(asked.customer_id)])
    with pytest.raises(Killed):
        create_orders(system, [asked], between_calls=killed_before_call(4))
    sandbox.journal.clear()
    kept: list[int] = []
    begun = asked.model_copy(update={"begun_as": str(only_order(books).id)})
    create_orders(system, [begun], between_calls=lambda: kept.append(sandbox.journal.count()))
    assert operations(sandbox) == ["GET /salesorders/{id}", "GET /salesorders/{id}/lines", LINE, FINISH]
    assert kept == [1, 2, 3]


@pytest.mark.parametrize(
    "kind", ["reset_after", "truncated", "http_502_after", "login_page_after", "fault_after", "reset"]
)
@pytest.mark.parametrize(("operation", "after"), [(CREATE, 0), (LINE, 0), (LINE, 2), (FINISH, 0)])
def test_a_lost_answer_is_unknown_and_the_order_is_completed_or_whole_in_the_end(
    sandbox: Sandbox,
    system: RestAccountingSystem,
    books: Books,
    asked: OrderDraft,
    operation: str,
    after: int,
    kind: str,
) -> None:
    sandbox.inject(operation, kind, after=after)
    assert isinstance(outcome(system, asked), OutcomeUnknown)
    sandbox.settle()
    assert sandbox.journal.count(DELETE) == 0
    there = found(system, asked)
    if not there:
        assert (operation, kind) == (CREATE, "reset")
        assert isinstance(outcome(system, asked), Receipt)
    elif not there[0].is_whole:
        completed(system, asked)
    assert_whole(books, asked)


@pytest.mark.parametrize("operation", [CREATE, LINE, FINISH])
def test_an_answer_without_an_id_is_unknown(
    sandbox: Sandbox, system: RestAccountingSystem, asked: OrderDraft, operation: str
) -> None:
    sandbox.inject(operation, "fewer_items")
    lost = outcome(system, asked)
    assert isinstance(lost, OutcomeUnknown)
    assert lost.code == "broken_answer"


@pytest.mark.parametrize(
    ("kind", "error"), [("forbidden", AccessRefused), ("throttled", TryAgain), ("quota", TryAgain)]
)
@pytest.mark.parametrize("operation", [LINE, FINISH])
def test_what_keeps_it_from_going_on_leaves_it_to_be_completed(
    sandbox: Sandbox,
    system: RestAccountingSystem,
    books: Books,
    asked: OrderDraft,
    operation: str,
    kind: str,
    error: type[KvittError],
) -> None:
    sandbox.inject(operation, kind)
    stopped = outcome(system, asked)
    assert isinstance(stopped, error)
    assert not getattr(stopped, "at_once", False)
    assert sandbox.journal.count(DELETE) == 0
    completed(system, asked)
    assert_whole(books, asked)


def test_a_worker_that_is_to_stop_leaves_it_to_be_completed(
    system: RestAccountingSystem, books: Books, asked: OrderDraft
) -> None:
    def stop() -> None:
        raise HandedBack("stop")

    system.customers.read([str(asked.customer_id)])
    with pytest.raises(HandedBack):
        create_orders(system, [asked], between_calls=stop)
    completed(system, asked)
    assert_whole(books, asked)


class TestLinesThatDoNotFit:
    @pytest.fixture
    def begun(self, system: RestAccountingSystem, asked: OrderDraft, books: Books) -> Order:
        """An order broken off after its three rows."""
        system.customers.read([str(asked.customer_id)])
        with pytest.raises(Killed):
            create_orders(system, [asked], between_calls=killed_before_call(5))
        return only_order(books)

    @pytest.mark.parametrize(
        ("texts", "deleted", "written"),
        [
            (TEXTS, 0, 0),
            (TEXTS[:2], 1, 0),
            ((), 3, 0),
            (("Tractor", "Crane", "Digger"), 2, 2),
            (("Crane", *TEXTS), 3, 4),
            ((*TEXTS, "Crane"), 0, 1),
        ],
    )
    def test_they_are_taken_away_and_what_is_missing_written(
        self,
        sandbox: Sandbox,
        system: RestAccountingSystem,
        books: Books,
        asked: OrderDraft,
        begun: Order,
        product_id: str,
        texts: tuple[str, ...],
        deleted: int,
        written: int,
    ) -> None:
        sandbox.journal.clear()
        changed = asked.model_copy(update={"rows": tuple(row(product_id, text=text) for text in texts)})
        completed(system, changed)
        assert_whole(books, changed)
        assert (operations(sandbox).count(DELETE_LINE), operations(sandbox).count(LINE)) == (deleted, written)

    def test_a_line_that_was_written_twice_is_taken_away(
        self, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order
    ) -> None:
        """A call that was late: its row came after the one that was written in its place."""
        begun.rows.append(replace(begun.rows[2], id=0))
        books.keep_order(begun)
        completed(system, asked)
        assert_whole(books, asked)

    def test_a_line_that_is_gone_already_is_no_trouble(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order
    ) -> None:
        sandbox.inject(DELETE_LINE, "reset_after")
        fewer = asked.model_copy(update={"rows": asked.rows[:2], "begun_as": str(begun.id)})
        assert isinstance(outcome(system, fewer), OutcomeUnknown)
        assert isinstance(outcome(system, fewer), Receipt)
        assert_whole(books, fewer)

    def test_the_whole_header_is_written_anew(
        self, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order
    ) -> None:
        """The invoice was corrected, and is another customer's now."""
        begun.invoice_text, begun.your_reference, begun.currency_symbol = "Gammel", "Ola", "EUR"
        other_id = str(books.add_customer("Dal AS"))
        changes = {"customer_id": other_id, "status": NewOrderStatus.OFFER, "begun_as": str(begun.id)}
        receipt = outcome(system, asked.model_copy(update=changes))
        assert isinstance(receipt, Receipt)
        assert receipt.customer_id == other_id
        order = only_order(books)
        assert (order.customer_id, order.customer_name, order.status) == (int(other_id), "Dal AS", "Offer")
        assert (order.invoice_text, order.your_reference, order.currency_symbol) == ("", "", "NOK")
        assert order.currency_rate == 1

    def test_what_the_invoice_says_now_is_written_over_what_it_said(
        self, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order
    ) -> None:
        says = {"comment": "Ny", "your_reference": "Kari", "currency": EURO}
        completed(system, asked.model_copy(update=says))
        order = only_order(books)
        assert (order.invoice_text, order.your_reference, order.currency_symbol) == ("Ny", "Kari", "EUR")

    @pytest.mark.parametrize("how", ["deleted", "inactive"])
    def test_one_that_is_gone_meanwhile_is_looked_for_again(
        self, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order, how: str
    ) -> None:
        if how == "deleted":
            books.delete_order(begun.id)
        else:
            begun.status = "Inactive"
        gone = outcome(system, asked.model_copy(update={"begun_as": str(begun.id)}))
        assert isinstance(gone, TryAgain)
        assert (gone.code, gone.at_once) == ("order_gone", False)
        assert found(system, asked) == []

    def test_one_that_was_published_half_is_a_persons_matter(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft, begun: Order
    ) -> None:
        books.publish(begun.id)
        sandbox.journal.clear()
        refusal = outcome(system, asked.model_copy(update={"begun_as": str(begun.id)}))
        assert isinstance(refusal, Rejected)
        assert (refusal.code, refusal.outcome) == ("published_incomplete", Outcome.WRITTEN)
        assert str(begun.id) in refusal.message
        assert all(operation.startswith("GET") for operation in operations(sandbox))


@pytest.mark.parametrize("kind", ["forbidden", "throttled", "validation_error", "reset", "reset_after"])
@pytest.mark.parametrize("operation", [CREATE, LINE, FINISH, "GET /salesorders/{id}", "GET /salesorders/{id}/lines"])
@pytest.mark.parametrize("is_begun", [False, True])
def test_no_error_says_that_nothing_was_written_while_an_order_lies_there(
    sandbox: Sandbox,
    system: RestAccountingSystem,
    books: Books,
    asked: OrderDraft,
    operation: str,
    kind: str,
    is_begun: bool,
) -> None:
    if is_begun:
        sandbox.inject(LINE, "throttled", after=1)
        first = outcome(system, asked)
        assert isinstance(first, TryAgain)
        assert first.outcome is Outcome.UNKNOWN
        asked = asked.model_copy(update={"begun_as": str(only_order(books).id)})
    sandbox.inject(operation, kind)
    sandbox.inject(DELETE, "forbidden")
    answer = outcome(system, asked)
    if isinstance(answer, KvittError):
        sandbox.settle()
        assert not books.orders or answer.outcome is not Outcome.NOTHING_WRITTEN
        assert books.orders or answer.outcome is not Outcome.WRITTEN
        if kind != "reset_after" and not books.orders:
            assert answer.outcome is Outcome.NOTHING_WRITTEN or isinstance(answer, OutcomeUnknown)


class TestRefusedMidway:
    @pytest.mark.parametrize(("operation", "after"), [(LINE, 0), (LINE, 2), (FINISH, 0)])
    def test_what_was_begun_is_deleted_again(
        self,
        sandbox: Sandbox,
        system: RestAccountingSystem,
        books: Books,
        asked: OrderDraft,
        operation: str,
        after: int,
    ) -> None:
        sandbox.inject(operation, "validation_error", after=after, path="tax.rate", keyword="enum")
        refusal = outcome(system, asked)
        assert isinstance(refusal, Rejected)
        assert "tax.rate (enum)" in refusal.message
        assert refusal.outcome is Outcome.NOTHING_WRITTEN
        assert books.orders == {}
        assert found(system, asked) == []

    def test_a_row_that_the_books_do_not_take(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        rows = (row(product_id), row("99999"))
        refusal = outcome(system, draft("1001", customer_id=customer_id, product_id=product_id, rows=rows))
        assert isinstance(refusal, Rejected)
        assert books.orders == {}

    def test_one_that_somebody_else_has_deleted_is_no_trouble(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft
    ) -> None:
        def delete() -> None:
            if sandbox.journal.count(LINE):
                books.orders.clear()

        with pytest.raises(Rejected) as error:
            create_orders(system, [asked], between_calls=delete)
        assert "could not be deleted" not in error.value.message

    @pytest.mark.parametrize("kind", ["forbidden", "throttled", "validation_error"])
    def test_one_that_can_not_be_deleted_is_named_and_completed_the_next_time(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft, kind: str
    ) -> None:
        sandbox.inject(LINE, "validation_error", after=1)
        sandbox.inject(DELETE, kind)
        refusal = outcome(system, asked)
        assert isinstance(refusal, Rejected)
        assert refusal.code == "vendor_validation"
        assert f"Order {only_order(books).id}" in refusal.message
        assert "do not publish" in refusal.message
        completed(system, asked)
        assert_whole(books, asked)

    @pytest.mark.parametrize("kind", ["reset", "reset_after", "fault_after", "http_502"])
    def test_a_delete_whose_answer_is_lost_is_unknown(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft, kind: str
    ) -> None:
        sandbox.inject(LINE, "validation_error", after=1)
        sandbox.inject(DELETE, kind)
        lost = outcome(system, asked)
        assert isinstance(lost, OutcomeUnknown)
        assert "memo (pattern)" in lost.message
        sandbox.settle()
        if kind in ("reset", "http_502"):
            completed(system, asked)
            assert_whole(books, asked)
        else:
            assert found(system, asked) == []

    def test_a_refusal_while_completing_deletes_what_was_begun_too(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, asked: OrderDraft
    ) -> None:
        sandbox.inject(LINE, "throttled", after=1)
        outcome(system, asked)
        sandbox.inject(LINE, "validation_error")
        refusal = outcome(system, asked.model_copy(update={"begun_as": str(only_order(books).id)}))
        assert isinstance(refusal, Rejected)
        assert books.orders == {}


def test_several_orders_are_written_one_after_the_other_and_one_refusal_is_its_own(
    sandbox: Sandbox, open_system: OpenRest, books: Books, customer_id: str, product_id: str
) -> None:
    system = open_system(parallel_calls="1")
    three = [draft(one, customer_id=customer_id, product_id=product_id) for one in "abc"]
    sandbox.inject(LINE, "validation_error", after=1)
    kept: list[int] = []
    system.customers.read([customer_id])
    sandbox.journal.clear()
    outcomes = create_orders(system, three, between_calls=lambda: kept.append(sandbox.journal.count()))
    assert [type(one) for one in outcomes] == [Receipt, Rejected, Receipt]
    assert sorted(order.internal_memo for order in books.orders.values()) == ["a", "c"]
    assert kept == list(range(1, sandbox.journal.count()))


def test_nothing_is_asked_where_a_draft_can_not_be_one_there(
    sandbox: Sandbox, system: RestAccountingSystem, customer_id: str
) -> None:
    refusal = outcome(system, draft("1", customer_id=customer_id, product_id="not-a-number"))
    assert isinstance(refusal, Rejected)
    assert refusal.code == "unknown_reference"
    assert sandbox.journal.count() == 0
