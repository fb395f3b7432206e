"""The books belong to the intent and to the receipt: what lies in one company's ledger is not judged in another's."""

from datetime import timedelta

import pytest

from core.books import Books, same_books
from core.business import Business, Connection
from core.errors import AccessRefused, Conflict, KvittError, OtherBooks, Rejected, TryAgain
from core.invoice_filter import InvoiceFilter
from core.payment import PaymentReport
from core.transfer import Transfer, TransferState
from core.use_cases.follow_up import FollowedUp, FollowUp
from tests.fakes import Gateway
from tests.fakes.accounting_system import COMPANY, FakeAccountingSystem
from tests.unit.samples import an_invoice

OTHER = "Dal Maskin AS"


def connect(gateway: Gateway, account_name: str, *, system: str = "fake", password: str = "open sesame") -> None:
    settings = {"account_name": account_name, "password": password}
    gateway.connect_business.store(Business(name="fjell", accounting=Connection.of(system, settings)))


def account(gateway: Gateway, name: str) -> FakeAccountingSystem:
    return gateway.systems.account("fjell", name)


def orders(gateway: Gateway) -> list[int]:
    """How many orders there are in the books of the first company and of the other."""
    return [len(account(gateway, name).books.orders) for name in (COMPANY, OTHER)]


def begun(gateway: Gateway, *numbers: str) -> None:
    """Have the answer be lost with which orders were created."""
    gateway.add(*(an_invoice(number=number) for number in numbers))
    for number in numbers:
        gateway.system.orders.lose_next_answer = True
        gateway.send(number)


def led_elsewhere(gateway: Gateway, name: str = OTHER) -> None:
    """Let the login lead to another company's books, though the connection stays as it is."""
    gateway.systems.leads_to("fjell", name)


def now_due(gateway: Gateway) -> None:
    gateway.clock.advance(hours=1)
    gateway.turn()


def code_of(gateway: Gateway, number: str) -> str | None:
    error = gateway.transfer(number).error
    return error.code if error else None


class TestTheRule:
    def test_the_companys_id_decides_and_its_name_does_not(self) -> None:
        one = Books(system="24sevenoffice", company_id="7", company="Fjell AS")
        assert same_books(one, one.model_copy(update={"company": "Fjell Utleie AS"}))
        assert not same_books(one, one.model_copy(update={"company_id": "8"}))
        assert not same_books(one, one.model_copy(update={"system": "tripletex"}))


class TestAChangeOfTheAccount:
    def test_it_is_refused_while_an_order_is_open(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        with pytest.raises(Conflict, match="order for 1") as refused:
            connect(gateway, OTHER)
        assert refused.value.code == "orders_open"
        assert gateway.look_up.business("fjell").accounting.settings["account_name"] == COMPANY
        gateway.send("1")
        connect(gateway, OTHER)
        assert orders(gateway) == [1, 0]

    def test_it_is_refused_while_a_worker_holds_the_business(self, gateway: Gateway) -> None:
        refused: list[TryAgain] = []

        def change() -> None:
            with pytest.raises(TryAgain) as busy:
                connect(gateway, OTHER)
            refused.append(busy.value)

        gateway.add(an_invoice(number="1"))
        gateway.system.before("orders.create", change)
        gateway.send("1")
        assert [one.code for one in refused] == ["business_busy"]
        assert orders(gateway) == [1, 0]

    def test_a_secret_may_be_changed_at_any_time(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        connect(gateway, COMPANY, password="new")
        assert gateway.send("1").state is TransferState.TRANSFERRED

    def test_a_name_that_never_led_anywhere_can_be_corrected(self, gateway: Gateway) -> None:
        connect(gateway, "Misspelt AS")
        gateway.system.down = AccessRefused("There is no such company.")
        gateway.add(an_invoice(number="1"))
        assert gateway.send("1").is_parked
        connect(gateway, COMPANY)
        gateway.turn()
        assert gateway.transfer("1").state is TransferState.TRANSFERRED

    def test_who_is_shut_out_may_mend_the_name_though_an_order_is_open(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        gateway.system.down = AccessRefused("There is no company of that name any more.")
        now_due(gateway)
        assert gateway.transfer("1").is_shut_out
        connect(gateway, OTHER)
        gateway.turn()
        assert code_of(gateway, "1") == "other_books"
        assert orders(gateway) == [1, 0]

    def test_it_can_be_set_back_to_where_an_order_is_open(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        gateway.system.down = AccessRefused("There is no company of that name any more.")
        now_due(gateway)
        connect(gateway, OTHER)
        gateway.turn()
        begun(gateway, "2")
        with pytest.raises(Conflict, match="order for 2") as refused:
            connect(gateway, COMPANY)
        assert refused.value.code == "orders_open"
        gateway.send("2")
        account(gateway, COMPANY).down = None
        connect(gateway, COMPANY)
        gateway.turn()
        assert gateway.transfer("1").state is TransferState.TRANSFERRED
        assert orders(gateway) == [1, 1]

    @pytest.mark.parametrize("trouble", [TryAgain("Busy."), Rejected("No."), AccessRefused("No right to it.")])
    def test_an_order_that_was_begun_and_not_finished_is_finished_where_it_lies(
        self, gateway: Gateway, trouble: KvittError
    ) -> None:
        """Nothing is locked by it and nothing has to settle, but the half order is there."""
        gateway.system.orders.in_steps = True
        gateway.add(an_invoice(number="1"))
        gateway.system.orders.fail_next(trouble, call="finish")
        gateway.send("1")
        connect(gateway, OTHER)
        gateway.send("1")
        assert code_of(gateway, "1") == "other_books"
        assert orders(gateway) == [1, 0]
        connect(gateway, COMPANY)
        gateway.turn()
        assert gateway.transfer("1").state is TransferState.TRANSFERRED
        assert orders(gateway) == [1, 0]
        assert [one.is_whole for one in account(gateway, COMPANY).books.orders.values()] == [True]

    def test_it_is_refused_while_nobody_told_where_earlier_orders_lie(self, gateway: Gateway) -> None:
        gateway.add(an_invoice(number="1"))
        from_before(gateway, gateway.send("1"))
        with pytest.raises(Conflict, match="recorded whose books") as refused:
            connect(gateway, OTHER)
        assert refused.value.code == "books_unknown"
        gateway.verify_business.verify("fjell")
        connect(gateway, OTHER)
        assert isinstance(gateway.check_status.check("fjell", ["1"])[0], OtherBooks)


def from_before(gateway: Gateway, transfer: Transfer) -> None:
    """Make the transfer one from before it was recorded whose books orders lie."""
    with gateway.storage.transaction() as work:
        work.transfers.save(transfer.model_copy(update={"books": None}))
        work.tables.books.clear()


class TestALoginThatLeadsElsewhere:
    def test_an_open_order_is_looked_for_nowhere_else_and_never_made_twice(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        led_elsewhere(gateway)
        now_due(gateway)
        transfer = gateway.transfer("1")
        assert transfer.is_parked
        assert transfer.error is not None
        assert transfer.error.code == "other_books"
        assert f'"{COMPANY}"' in transfer.error.message
        assert "business add" in transfer.error.hint
        assert orders(gateway) == [1, 0]
        assert account(gateway, OTHER).writes == []

    def test_led_back_it_is_found(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        led_elsewhere(gateway)
        now_due(gateway)
        led_elsewhere(gateway, COMPANY)
        gateway.verify_business.verify("fjell")
        gateway.turn()
        assert gateway.transfer("1").state is TransferState.TRANSFERRED
        assert orders(gateway) == [1, 0]

    def test_it_holds_up_none_of_the_others(self, gateway: Gateway) -> None:
        begun(gateway, "1")
        led_elsewhere(gateway)
        gateway.add(an_invoice(number="2"), an_invoice(number="3"))
        gateway.send_many.send("fjell", ["1", "2", "3"])
        now_due(gateway)
        assert {one: gateway.transfer(one).state.value for one in "123"} == {
            "1": "waiting",
            "2": "transferred",
            "3": "transferred",
        }
        assert orders(gateway) == [1, 2]

    def test_what_was_refused_in_other_books_is_made_in_these(self, gateway: Gateway) -> None:
        gateway.add(an_invoice(number="1"))
        gateway.system.orders.fail_item("1", Rejected("No."))
        assert gateway.send("1").state is TransferState.REJECTED
        connect(gateway, OTHER)
        assert gateway.send("1").state is TransferState.TRANSFERRED
        assert "orders.find" not in account(gateway, OTHER).calls
        assert orders(gateway) == [0, 1]


class TestAnInvoiceInOtherBooks:
    @pytest.fixture
    def moved(self, gateway: Gateway) -> Gateway:
        """A business that has sent an invoice and was connected to another company since."""
        gateway.add(an_invoice(number="1"), an_invoice(number="2"))
        gateway.send("1")
        connect(gateway, OTHER)
        gateway.send("2")
        return gateway

    def test_its_status_is_not_asked_and_the_others_are_told(self, moved: Gateway) -> None:
        moved.system.calls.clear()
        elsewhere, here = moved.check_status.check("fjell", ["1", "2"])
        assert isinstance(elsewhere, OtherBooks)
        assert elsewhere.code == "other_books"
        assert f'"{COMPANY}" in fake' in elsewhere.message
        assert isinstance(here, PaymentReport)
        assert moved.system.calls == ["payments.states"]
        assert isinstance(moved.check_status.check("fjell", ["1"])[0], OtherBooks)
        assert moved.system.calls == ["payments.states"]

    def test_a_follow_up_asks_about_the_others_alone_and_is_no_trouble(self, moved: Gateway) -> None:
        follow_up = FollowUp(
            storage=moved.storage,
            clock=moved.clock,
            check_status=moved.check_status,
            interval=timedelta(hours=1),
            operator_is_told=False,
            stopping=lambda: False,
        )
        account(moved, COMPANY).calls.clear()
        assert follow_up.run() == [FollowedUp(business="fjell", reports=1)]
        assert account(moved, COMPANY).calls == []
        connect(moved, COMPANY)
        moved.clock.advance(hours=2)
        assert follow_up.run() == [FollowedUp(business="fjell", reports=1)]

    def test_it_is_neither_sent_again_nor_previewed_nor_linked(self, moved: Gateway) -> None:
        for ask in (
            lambda: moved.send_again.send("fjell", "1"),
            lambda: moved.preview_invoice.preview("fjell", "1"),
            lambda: moved.link_customer.link("fjell", "1", "1001"),
        ):
            with pytest.raises(OtherBooks, match=COMPANY):
                ask()
        assert orders(moved) == [1, 1]

    def test_each_tells_whose_books_it_lies_in_and_none_once_it_is_withdrawn(self, moved: Gateway) -> None:
        moved.add(an_invoice(number="3"))
        standing, _ = moved.look_up.find_invoices("fjell", InvoiceFilter(), limit=9)
        assert [one.books and one.books.company for one in standing] == [COMPANY, OTHER, None]
        moved.withdraw_invoice.withdraw("fjell", "2")
        assert moved.transfer("2").state is TransferState.WITHDRAWN
        assert moved.look_up.crediting("fjell", "2")[0].books is None

    def test_sending_it_is_still_the_same_transfer(self, moved: Gateway) -> None:
        transfer = moved.send("1")
        assert transfer.state is TransferState.TRANSFERRED
        assert orders(moved) == [1, 1]

    def test_moved_back_it_is_judged_again_and_the_other_one_is_not(self, moved: Gateway) -> None:
        connect(moved, COMPANY)
        first, second = moved.check_status.check("fjell", ["1", "2"])
        assert isinstance(first, PaymentReport)
        assert isinstance(second, OtherBooks)

    def test_through_the_next_api_of_the_same_company_nothing_has_moved(self, gateway: Gateway) -> None:
        gateway.add(an_invoice(number="1"))
        gateway.send("1")
        connect(gateway, COMPANY, system="another")
        assert isinstance(gateway.check_status.check("fjell", ["1"])[0], PaymentReport)

    def test_a_company_that_was_renamed_is_the_same_and_told_by_its_new_name(self, moved: Gateway) -> None:
        connect(moved, COMPANY)
        moved.system.account_name = "Fjell Utleie AS"
        assert isinstance(moved.check_status.check("fjell", ["1"])[0], PaymentReport)
        connect(moved, OTHER)
        (elsewhere,) = moved.check_status.check("fjell", ["1"])
        assert "Fjell Utleie AS" in str(elsewhere)

    def test_what_is_from_before_books_were_kept_is_taken_for_those_of_the_first_login(self, gateway: Gateway) -> None:
        gateway.add(an_invoice(number="1"))
        from_before(gateway, gateway.send("1"))
        assert isinstance(gateway.check_status.check("fjell", ["1"])[0], PaymentReport)
        assert gateway.transfer("1").books == "fake 7"
