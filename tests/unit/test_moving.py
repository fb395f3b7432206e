"""A business moves to another accounting system and back, or to the next API of the same: each order stays where it is.

With both vendors the companies and the orders have the same ids, so that nothing is told apart by luck.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.books import Books
from core.business import Business, Connection
from core.errors import AccessRefused, Conflict, KvittError, OtherBooks, Rejected, TryAgain
from core.intent import IntentKind
from core.invoice_filter import InvoiceFilter
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer, TransferState
from core.use_cases.follow_up import FollowedUp, FollowUp
from core.withdrawal import refusal_in
from entrypoints.parsing import business_from
from tests.fakes import Gateway
from tests.fakes.accounting_system import COMPANY, OTHER_VENDOR, VENDOR, FakeAccountingSystem
from tests.unit.samples import a_row, an_invoice

NEXT_API = "another"
FJELL = Gateway.business


def move(gateway: Gateway, system: str) -> None:
    settings = {"account_name": COMPANY, "password": f"of {system}"}
    gateway.connect_business.store(Business(name=FJELL, accounting=Connection.of(system, settings)))


def old(gateway: Gateway) -> FakeAccountingSystem:
    return gateway.systems.account(FJELL, COMPANY)


def new(gateway: Gateway) -> FakeAccountingSystem:
    return gateway.systems.account(FJELL, COMPANY, vendor=OTHER_VENDOR)


def orders(gateway: Gateway) -> list[list[str]]:
    """The numbers on the orders of the old books and of the new."""
    return [
        sorted(order.draft.reference for order in one.books.orders.values()) for one in (old(gateway), new(gateway))
    ]


def send_new(gateway: Gateway, *numbers: str) -> list[Transfer]:
    gateway.add(*(an_invoice(number=number) for number in numbers))
    return [gateway.send(number) for number in numbers]


def reason(gateway: Gateway, number: str) -> PaymentReason:
    (report,) = gateway.check_status.check(FJELL, [number])
    assert isinstance(report, PaymentReport), report
    return report.reason


def books_of(gateway: Gateway, *numbers: str) -> list[str | None]:
    standing, _ = gateway.look_up.find_invoices(FJELL, InvoiceFilter(), limit=99)
    found = {one.invoice.number: one.books.system if one.books else None for one in standing}
    return [found[number] for number in numbers]


def error_of(gateway: Gateway, number: str) -> str | None:
    error = gateway.transfer(number).error
    return error.code if error else None


@pytest.fixture
def moved(gateway: Gateway) -> Gateway:
    """Invoice 1 was sent, then the business moved to another vendor, and invoice 2 was sent."""
    first = send_new(gateway, "1")
    move(gateway, OTHER_VENDOR)
    second = send_new(gateway, "2")
    assert [one.order_id for one in first] == [one.order_id for one in second], "the ids tell nothing apart"
    return gateway


def test_over_the_next_api_and_to_another_vendor_and_back_each_is_judged_where_it_lies(gateway: Gateway) -> None:
    for number, system in (("1", VENDOR), ("2", NEXT_API), ("3", OTHER_VENDOR)):
        move(gateway, system)
        send_new(gateway, number)
    assert orders(gateway) == [["1", "2"], ["3"]]
    assert books_of(gateway, "1", "2", "3") == [VENDOR, VENDOR, OTHER_VENDOR]

    new(gateway).books.publish(gateway.transfer("3").order_id or "", invoice_number="1", on=date(2026, 1, 2))
    first, second, third = gateway.check_status.check(FJELL, ["1", "2", "3"])
    assert isinstance(first, OtherBooks)
    assert isinstance(second, OtherBooks)
    assert isinstance(third, PaymentReport)
    assert third.reason is PaymentReason.OPEN

    for system in (NEXT_API, VENDOR):
        move(gateway, system)
        assert [reason(gateway, number) for number in "12"] == [PaymentReason.NOT_PUBLISHED] * 2
        assert isinstance(gateway.check_status.check(FJELL, ["3"])[0], OtherBooks)
    for number in "123":
        gateway.send(number)
    assert orders(gateway) == [["1", "2"], ["3"]]


def test_what_was_last_seen_of_an_invoice_stays_with_its_own_order(moved: Gateway) -> None:
    assert reason(moved, "2") is PaymentReason.NOT_PUBLISHED
    standing, _ = moved.look_up.find_invoices(FJELL, InvoiceFilter(), limit=9)
    assert [one.payment and one.payment.reason for one in standing] == [None, PaymentReason.NOT_PUBLISHED]
    move(moved, VENDOR)
    old(moved).books.publish(moved.transfer("1").order_id or "", invoice_number="7", on=date(2026, 1, 2))
    assert reason(moved, "1") is PaymentReason.OPEN
    standing, _ = moved.look_up.find_invoices(FJELL, InvoiceFilter(), limit=9)
    assert [one.payment and one.payment.reason for one in standing] == [PaymentReason.OPEN, PaymentReason.NOT_PUBLISHED]


def test_an_invoice_tells_the_books_that_it_lies_in(moved: Gateway) -> None:
    standing, _ = moved.look_up.crediting(FJELL, "1")
    assert standing.books == Books(system=VENDOR, company_id="7", company=COMPANY)
    assert books_of(moved, "1", "2") == [VENDOR, OTHER_VENDOR]


# What is in flight


@pytest.mark.parametrize("system", [NEXT_API, OTHER_VENDOR])
def test_it_does_not_move_while_a_worker_is_at_it(gateway: Gateway, system: str) -> None:
    refused: list[TryAgain] = []

    def change() -> None:
        with pytest.raises(TryAgain) as busy:
            move(gateway, system)
        refused.append(busy.value)

    gateway.system.before("orders.create", change)
    send_new(gateway, "1")
    assert [one.code for one in refused] == ["business_busy"]
    assert orders(gateway) == [["1"], []]


@pytest.mark.parametrize("is_shut_out", [False, True])
@pytest.mark.parametrize("system", [NEXT_API, OTHER_VENDOR])
def test_it_does_not_move_while_an_order_is_open_not_even_shut_out(
    gateway: Gateway, system: str, *, is_shut_out: bool
) -> None:
    gateway.system.orders.lose_next_answer = True
    send_new(gateway, "1")
    if is_shut_out:
        gateway.system.down = AccessRefused("No.")
        gateway.clock.advance(hours=1)
        gateway.turn()
        assert gateway.transfer("1").is_shut_out
    with pytest.raises(Conflict, match="order for 1") as refused:
        move(gateway, system)
    assert refused.value.code == "orders_open"
    assert gateway.look_up.business(FJELL).accounting.system == VENDOR
    old(gateway).down = None
    gateway.send("1")
    move(gateway, system)
    assert orders(gateway) == [["1"], []]


def test_what_waits_and_was_never_begun_moves_along(gateway: Gateway) -> None:
    gateway.system.down = AccessRefused("No.")
    assert send_new(gateway, "1")[0].is_parked
    move(gateway, OTHER_VENDOR)
    gateway.turn()
    assert gateway.transfer("1").state is TransferState.TRANSFERRED
    assert orders(gateway) == [[], ["1"]]


def test_an_order_that_was_begun_and_refused_halfway_is_finished_where_it_lies(gateway: Gateway) -> None:
    gateway.system.orders.in_steps = True
    gateway.system.orders.fail_next(Rejected("No."), call="finish")
    send_new(gateway, "1")
    move(gateway, OTHER_VENDOR)
    gateway.send("1")
    assert error_of(gateway, "1") == "other_books"
    assert orders(gateway) == [["1"], []]
    assert books_of(gateway, "1") == [None]
    move(gateway, VENDOR)
    gateway.turn()
    assert gateway.transfer("1").state is TransferState.TRANSFERRED
    assert orders(gateway) == [["1"], []]


@pytest.mark.parametrize(("port", "kind"), [("customers", IntentKind.CUSTOMER), ("products", IntentKind.CATEGORY)])
def test_what_else_was_begun_is_made_in_the_new_books_and_found_in_the_old(
    gateway: Gateway, port: str, kind: IntentKind
) -> None:
    getattr(gateway.system, port).lose_next_answer = True
    assert send_new(gateway, "1")[0].state is TransferState.WAITING
    move(gateway, OTHER_VENDOR)
    assert gateway.send("1").state is TransferState.TRANSFERRED
    with gateway.storage.transaction() as work:
        marks = [key for _, of, key in work.tables.intents if of is kind]
        assert len(marks) == 1, "the mark stands in the books that it was made for"
        assert marks[0].startswith(f"{VENDOR} 7 ")
    move(gateway, VENDOR)
    send_new(gateway, "2")
    assert orders(gateway) == [["2"], ["1"]]
    for system in (old(gateway), new(gateway)):
        held = system.books
        assert (len(held.customers), len(held.products), len(held.categories)) == (1, 1, 1)


# What belongs to the books


def test_a_customer_that_a_person_chose_counts_in_its_own_books_alone(gateway: Gateway) -> None:
    chosen = gateway.books.add_customer("Haugland, Signe")
    gateway.add(an_invoice(number="1"))
    gateway.link_customer.link(FJELL, "1", chosen.id)
    move(gateway, OTHER_VENDOR)
    stranger = new(gateway).books.add_customer("Somebody Else AS")
    assert stranger.id == chosen.id
    assert gateway.send("1").customer_id != stranger.id
    move(gateway, VENDOR)
    assert send_new(gateway, "2")[0].customer_id == chosen.id


def test_products_and_codes_are_read_anew_in_the_new_books(moved: Gateway) -> None:
    assert {"vat.codes", "products.find_products"} <= set(new(moved).calls)
    (order,) = new(moved).books.orders.values()
    assert {row.product_id for row in order.draft.rows} <= set(new(moved).books.products)


def test_nothing_of_the_old_connection_is_kept(moved: Gateway) -> None:
    settings = moved.look_up.business(FJELL).accounting.settings
    assert settings == {"account_name": COMPANY, "password": f"of {OTHER_VENDOR}"}
    with moved.storage.transaction() as work:
        assert work.tables.forgotten_logins == [FJELL]
    moved.connect_business.change(FJELL, {"order_status": "confirmed"}, read=business_from)
    with moved.storage.transaction() as work:
        assert work.tables.forgotten_logins == [FJELL], "the same connection keeps its login"


def test_an_order_of_the_same_id_is_adopted_in_these_books_though_one_lies_in_the_others(moved: Gateway) -> None:
    (order,) = new(moved).books.orders.values()
    moved.add(an_invoice(number="3"))
    third = new(moved).orders.book(order.draft.model_copy(update={"reference": "3"}))
    assert moved.adopt_order.adopt(FJELL, "3", third.id).books == f"{OTHER_VENDOR} 7"
    with pytest.raises(OtherBooks, match=f'"{COMPANY}" in {VENDOR}'):
        moved.adopt_order.adopt(FJELL, "1", third.id)
    with pytest.raises(Conflict) as taken:
        moved.adopt_order.adopt(FJELL, "3", order.id)
    assert taken.value.code == "order_taken"


# What is asked for of an invoice in the old books


def test_it_is_neither_sent_again_nor_previewed_nor_linked(moved: Gateway) -> None:
    for ask in (
        lambda: moved.send_again.send(FJELL, "1"),
        lambda: moved.preview_invoice.preview(FJELL, "1"),
        lambda: moved.link_customer.link(FJELL, "1", "1001"),
    ):
        with pytest.raises(OtherBooks, match=f'"{COMPANY}" in {VENDOR}'):
            ask()
    assert orders(moved) == [["1"], ["2"]]


def test_it_is_not_withdrawn_there_and_is_once_the_business_is_back(moved: Gateway) -> None:
    refusal = refusal_in(moved.withdraw_invoice.withdraw(FJELL, "1"))
    assert isinstance(refusal, KvittError)
    assert refusal.code == "other_books"
    moved.withdraw_invoice.replace(FJELL, "1", an_invoice(number="1", rows=(a_row(unit_price=Decimal(9)),)))
    assert orders(moved) == [["1"], ["2"]], "both happen, or neither"
    assert moved.look_up.invoice(FJELL, "1") == an_invoice(number="1")
    move(moved, VENDOR)
    assert moved.withdraw_invoice.withdraw(FJELL, "1").state is TransferState.WITHDRAWN
    assert orders(moved) == [[], ["2"]]


@pytest.mark.parametrize("system", [NEXT_API, OTHER_VENDOR])
def test_it_does_not_move_while_a_withdrawal_is_open(gateway: Gateway, system: str) -> None:
    send_new(gateway, "1")
    gateway.system.orders.lose_next_answer = True
    assert gateway.withdraw_invoice.withdraw(FJELL, "1").state is TransferState.WITHDRAWING
    with pytest.raises(Conflict, match="order for 1") as refused:
        move(gateway, system)
    assert refused.value.code == "orders_open"
    gateway.clock.advance(hours=1)
    gateway.turn()
    assert gateway.transfer("1").state is TransferState.WITHDRAWN
    move(gateway, system)
    gateway.send("1")
    assert orders(gateway) == ([["1"], []] if system == NEXT_API else [[], ["1"]])


def test_withdrawn_before_the_move_it_is_sent_into_the_new_books(gateway: Gateway) -> None:
    send_new(gateway, "1")
    gateway.withdraw_invoice.withdraw(FJELL, "1")
    move(gateway, OTHER_VENDOR)
    gateway.send("1")
    assert orders(gateway) == [[], ["1"]]
    assert books_of(gateway, "1") == [OTHER_VENDOR]


def test_its_credit_is_an_order_of_the_new_books_and_names_no_order_of_the_old(moved: Gateway) -> None:
    credit = moved.credit_invoice.credit(FJELL, "1")
    own = moved.credit_invoice.credit(FJELL, "2")
    for made in (credit, own):
        assert moved.send(made.number).state is TransferState.TRANSFERRED
    drafts = {order.draft.reference: order.draft for order in new(moved).books.orders.values()}
    assert drafts[credit.number].credited is None
    assert drafts[own.number].credited is not None
    assert "1" in (drafts[credit.number].comment or "")
    assert books_of(moved, "1", credit.number) == [VENDOR, OTHER_VENDOR]
    assert moved.look_up.crediting(FJELL, "1")[1].left.gross == 0  # type: ignore[union-attr]


def test_a_follow_up_asks_where_it_can_and_is_no_trouble(moved: Gateway) -> None:
    follow_up = FollowUp(
        storage=moved.storage,
        clock=moved.clock,
        check_status=moved.check_status,
        interval=timedelta(hours=1),
        operator_is_told=False,
        stopping=lambda: False,
    )
    old(moved).calls.clear()
    assert follow_up.run() == [FollowedUp(business=FJELL, reports=1)]
    assert old(moved).calls == []
    move(moved, VENDOR)
    moved.clock.advance(hours=2)
    assert follow_up.run() == [FollowedUp(business=FJELL, reports=1)]
    assert old(moved).calls == ["payments.states"]


# After a restore


def test_recovering_takes_no_order_of_the_new_books_for_one_of_the_old(gateway: Gateway) -> None:
    send_new(gateway, "1")
    move(gateway, OTHER_VENDOR)
    gateway.add(an_invoice(number="2"))
    backup = gateway.storage.backup()
    gateway.clock.advance(hours=20)
    gateway.send("2")
    foreign = new(gateway).orders.book(next(iter(new(gateway).books.orders.values())).draft)
    new(gateway).books.change_order(foreign.id, reference="1")
    gateway.storage.restore(backup)
    gateway.clock.advance(minutes=10)
    gateway.recover.begin()
    gateway.clock.advance(minutes=10)
    recovery = gateway.recover.recover(FJELL)
    assert (recovery.needed, recovery.tied) == (False, 1)
    assert books_of(gateway, "1", "2") == [VENDOR, OTHER_VENDOR]
    gateway.send("2")
    assert orders(gateway) == [["1"], ["1", "2"]]
