from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.business import NewOrderStatus
from core.customer import Address, CustomerKind
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.intent import Intent, IntentKind, declared
from core.invoice import Invoice
from core.order_draft import OrderDraft
from core.transfer import Receipt, Transfer, TransferState
from tests.fakes import BookedOrder, Gateway
from tests.fakes.gateway import LEASE, SETTLING
from tests.unit.samples import a_company, a_person, a_row, an_invoice

_LOST = OutcomeUnknown("The answer was lost.")


def intent(gateway: Gateway, kind: IntentKind = IntentKind.ORDER, key: str = "2001-1") -> Intent | None:
    with gateway.storage.transaction() as work:
        return work.intents.get("fjell", kind, key)


def sent(gateway: Gateway, invoice: Invoice | None = None) -> Transfer:
    invoice = invoice or an_invoice()
    gateway.add(invoice)
    return gateway.send(invoice.number)


def later(gateway: Gateway) -> Transfer:
    """Let the time of the next attempt come, and have it made."""
    due = gateway.transfer("2001-1").next_attempt_at
    assert due is not None
    gateway.clock.set(due)
    gateway.turn()
    return gateway.transfer("2001-1")


def orders(gateway: Gateway) -> list[BookedOrder]:
    return list(gateway.books.orders.values())


class TestWhatIsWritten:
    def test_a_first_send_creates_category_product_customer_and_order_once_each(self, gateway: Gateway) -> None:
        transfer = sent(gateway)
        (order,) = orders(gateway)
        assert (transfer.state, transfer.order_id, transfer.customer_id) == (
            TransferState.TRANSFERRED,
            order.id,
            order.customer_id,
        )
        assert gateway.system.writes == [
            "customers.create",
            "products.create_category",
            "products.create_product",
            "orders.create",
        ]
        assert transfer.warnings == ()

    def test_the_order_says_what_the_documented_behaviour_says(self, gateway: Gateway) -> None:
        sent(gateway, an_invoice(customer=a_company()))
        (order,) = orders(gateway)
        assert order.draft.rows[0].text == "Tractor (2021-01-10 – 2021-01-12)"
        assert order.draft.comment == "Arne Moe"
        assert gateway.books.customers[order.customer_id].name == "Moe Anlegg AS"
        assert order.draft.status is NewOrderStatus.DRAFT

    def test_the_product_is_created_in_the_category_of_the_settings(self, gateway: Gateway) -> None:
        gateway.books.add_product("Something else", category="Another")
        sent(gateway)
        (product_id,) = [one.id for one in gateway.books.products.values() if one.name == "Sharefox rental"]
        category_id = gateway.books.product_categories[product_id]
        assert gateway.books.categories[category_id].name == "SharefoxRental"

    def test_a_product_and_category_that_exist_are_used(self, gateway: Gateway) -> None:
        product = gateway.books.add_product("Sharefox rental")
        sent(gateway)
        assert orders(gateway)[0].draft.rows[0].product_id == product.id
        assert gateway.system.writes == ["customers.create", "orders.create"]

    def test_a_category_that_exists_is_used_for_a_product_that_does_not(self, gateway: Gateway) -> None:
        gateway.books.add_product("Other", category="SharefoxRental")
        sent(gateway)
        assert "products.create_category" not in gateway.system.writes
        assert len(gateway.books.categories) == 1

    def test_many_sends_create_one_category_and_one_product(self, gateway: Gateway) -> None:
        for number in range(5):
            sent(gateway, an_invoice(number=str(number)))
        assert (len(gateway.books.categories), len(gateway.books.products)) == (1, 1)
        assert len(gateway.books.customers) == 1

    def test_a_warm_send_reads_the_customer_and_creates_the_order(self, gateway: Gateway) -> None:
        sent(gateway)
        gateway.system.calls.clear()
        sent(gateway, an_invoice(number="2"))
        assert gateway.system.calls == ["customers.read", "orders.create"]

    def test_a_customer_that_exists_is_brought_up_to_date_in_one_call(self, gateway: Gateway) -> None:
        record = gateway.books.add_customer(
            "Signe Haugland", kind=CustomerKind.CONSUMER, emails=("signe@post.example",), phones=("91122333",)
        )
        sent(gateway)
        assert gateway.system.writes.count("customers.update") == 1
        assert "customers.create" not in gateway.system.writes
        assert gateway.books.customers[record.id].addresses[0].city == "Drammen"
        assert orders(gateway)[0].customer_id == record.id

    def test_a_customer_in_whom_nothing_differs_is_not_written(self, gateway: Gateway) -> None:
        sent(gateway)
        gateway.system.calls.clear()
        sent(gateway, an_invoice(number="2", customer=a_person(phone=None, address=Address(city="Drammen"))))
        assert gateway.system.writes == ["orders.create"]

    def test_euro_carries_the_accounts_rate(self, gateway: Gateway) -> None:
        sent(gateway, an_invoice(currency="EUR", rows=(a_row(vat_percent="0"),)))
        (order,) = orders(gateway)
        assert order.draft.currency is not None
        assert (order.draft.currency.code, order.draft.currency.rate) == ("EUR", Decimal("11.50"))

    def test_a_currency_that_the_account_lacks_is_refused_and_no_order_written(self, gateway: Gateway) -> None:
        transfer = sent(gateway, an_invoice(currency="USD"))
        assert transfer.error is not None
        assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "unknown_currency")
        assert orders(gateway) == []

    def test_what_was_shortened_and_zero_vat_are_warned_of(self, gateway: Gateway) -> None:
        transfer = sent(gateway, an_invoice(rows=(a_row(product="x" * 400, vat_percent="0"),)))
        assert len(transfer.warnings) == 2
        assert "row 1" in transfer.warnings[0]
        assert "0 % VAT" in transfer.warnings[1]

    def test_totals_that_the_system_books_otherwise_are_warned_of(self, gateway: Gateway) -> None:
        gateway.system.orders.booked_off_by = Decimal("0.01")
        transfer = sent(gateway)
        assert [warning.split(" is ")[0] for warning in transfer.warnings] == [
            "The accounting system's total with VAT",
            "The accounting system's VAT",
        ]

    def test_an_order_is_booked_as_the_invoice_adds_up(self, gateway: Gateway, examples: list[Invoice]) -> None:
        sendable = [invoice for invoice in examples if invoice.type == "data_for_accounting"]
        transfers = [sent(gateway, invoice) for invoice in sendable]
        assert {one.state for one in transfers} == {TransferState.TRANSFERRED}
        assert not [warning for one in transfers for warning in one.warnings if "total" in warning]
        assert len(orders(gateway)) == len(sendable) == 11


class TestIntent:
    def test_the_intent_is_stored_when_the_order_is_created_and_gone_afterwards(self, gateway: Gateway) -> None:
        seen: list[Intent | None] = []
        gateway.system.before("orders.create", lambda: seen.append(intent(gateway)))
        transfer = sent(gateway)
        (stored,) = seen
        assert stored is not None
        assert (stored.customer_ids, stored.first_at, stored.refused) == (
            (transfer.customer_id,),
            gateway.clock.now(),
            False,
        )
        assert intent(gateway) is None

    @pytest.mark.parametrize(
        ("call", "kind", "key"),
        [
            ("customers.create", IntentKind.CUSTOMER, "fake 7 email:signe@post.example"),
            ("products.create_category", IntentKind.CATEGORY, "fake 7 SharefoxRental"),
            ("products.create_product", IntentKind.PRODUCT, "fake 7 Sharefox rental"),
        ],
    )
    def test_the_same_holds_for_what_else_is_created(
        self, gateway: Gateway, call: str, kind: IntentKind, key: str
    ) -> None:
        seen: list[Intent | None] = []
        gateway.system.before(call, lambda: seen.append(intent(gateway, kind, key)))
        sent(gateway)
        assert len(seen) == 1
        assert seen[0] is not None
        assert intent(gateway, kind, key) is None

    def test_a_lost_answer_leaves_the_intent_standing_through_waiting(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST)
        assert sent(gateway).state is TransferState.WAITING
        later(gateway)
        assert intent(gateway) is not None


class TestALostAnswer:
    def test_what_has_no_place_is_warned_of_also_when_the_order_is_found_later(self, gateway: Gateway) -> None:
        gateway.system.limits = replace(gateway.system.limits, order_fields=frozenset())
        gateway.system.orders.lose_next_answer = True
        sent(gateway, an_invoice(our_reference="Ola Berg"))
        assert later(gateway).warnings == (
            "our_reference is not written to the order: the accounting system has no place for it.",
        )

    def test_an_order_that_was_created_is_found_at_once_and_adopted(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        waiting = sent(gateway)
        assert waiting.error is not None
        assert (waiting.state, waiting.error.code) == (TransferState.WAITING, "outcome_unknown")
        gateway.system.calls.clear()
        done = later(gateway)
        (order,) = orders(gateway)
        assert (done.state, done.order_id, done.customer_id) == (
            TransferState.TRANSFERRED,
            order.id,
            order.customer_id,
        )
        assert gateway.system.calls == ["orders.find"]
        assert intent(gateway) is None

    def test_an_order_that_is_not_found_is_not_created_before_the_call_has_settled(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST)
        begun = gateway.clock.now()
        sent(gateway)
        gateway.system.calls.clear()
        waiting = later(gateway)
        assert waiting.error is not None
        assert (waiting.state, waiting.error.code) == (TransferState.WAITING, "settling")
        assert waiting.next_attempt_at == waiting.not_before == begun + SETTLING
        assert gateway.system.calls == ["orders.find"]

    def test_a_person_cannot_hurry_the_settling(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST)
        sent(gateway)
        later(gateway)
        gateway.send("2001-1")
        gateway.manage_transfers.retry(gateway.transfer("2001-1").id)
        assert orders(gateway) == []

    def test_once_settled_and_still_not_found_the_order_is_created_once(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST)
        sent(gateway)
        later(gateway)
        gateway.system.calls.clear()
        done = later(gateway)
        assert done.state is TransferState.TRANSFERRED
        assert gateway.system.calls == ["orders.find", "customers.read", "orders.create"]
        assert len(orders(gateway)) == 1

    def test_an_order_that_appears_while_the_call_settles_is_adopted(self, gateway: Gateway) -> None:
        gateway.system.orders.appears_after = timedelta(seconds=100)
        sent(gateway)
        assert later(gateway).state is TransferState.WAITING
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1

    def test_a_process_that_died_after_the_call_finds_its_order(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        real_create = gateway.system.orders.create

        def create_and_die(drafts: Sequence[OrderDraft]) -> None:
            real_create(drafts)
            raise KeyboardInterrupt

        gateway.system.orders.create = create_and_die  # type: ignore[method-assign, assignment]
        with pytest.raises(KeyboardInterrupt):
            gateway.send("2001-1")
        assert gateway.transfer("2001-1").state is TransferState.RUNNING
        gateway.turn()
        assert gateway.transfer("2001-1").order_id == orders(gateway)[0].id
        assert len(orders(gateway)) == 1

    def test_of_several_found_the_oldest_is_taken_and_the_others_are_named(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        sent(gateway)
        first = orders(gateway)[0]
        gateway.clock.advance(seconds=1)
        second = gateway.system.orders.book(first.draft)
        done = later(gateway)
        assert done.order_id == first.id
        (warning,) = done.warnings
        assert first.id in warning
        assert second.id in warning

    def test_an_order_of_another_number_or_customer_or_time_is_not_adopted(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        sent(gateway)
        (order,) = orders(gateway)
        gateway.books.delete_order(order.id)
        gateway.system.orders.book(order.draft.model_copy(update={"reference": "2001-11"}))
        stranger = gateway.books.add_customer("Somebody else")
        gateway.system.orders.book(order.draft.model_copy(update={"customer_id": stranger.id}))
        gateway.clock.advance(days=-2)
        gateway.system.orders.book(order.draft)
        gateway.clock.advance(days=2)
        assert later(gateway).state is TransferState.WAITING

    def test_clocks_that_differ_by_hours_do_not_hide_the_order(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        sent(gateway)
        (order,) = orders(gateway)
        gateway.books.delete_order(order.id)
        gateway.clock.advance(hours=-20)
        early = gateway.system.orders.book(order.draft)
        gateway.clock.advance(hours=20)
        assert later(gateway).order_id == early.id

    def test_a_second_lost_answer_settles_anew_and_still_makes_one_order(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST, call="create", times=2)
        sent(gateway)
        later(gateway)
        assert later(gateway).state is TransferState.WAITING
        again = later(gateway)
        assert again.error is not None
        assert again.error.code == "settling"
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1

    def test_every_later_attempt_looks_first_also_after_a_rejection(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        sent(gateway)
        gateway.system.orders.fail_next(Rejected("No."), call="find")
        assert later(gateway).state is TransferState.REJECTED
        assert gateway.send("2001-1").state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1

    def test_an_answer_about_another_number_of_orders_is_a_lost_answer(self, gateway: Gateway) -> None:
        real_create = gateway.system.orders.create

        def create_and_say_nothing(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            real_create(drafts)
            return []

        gateway.system.orders.create = create_and_say_nothing  # type: ignore[method-assign]
        waiting = sent(gateway)
        assert waiting.error is not None
        assert (waiting.state, waiting.error.code) == (TransferState.WAITING, "broken_answer")
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1


class TestALostLease:
    """A worker that is held up for longer than its lease, while another takes over."""

    def taken_over(self, gateway: Gateway, kind: IntentKind, key: str) -> None:
        """Let the lease run out, and another worker begin the same call."""
        gateway.clock.advance(seconds=LEASE.total_seconds())
        with gateway.storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="another", length=LEASE)
            earlier = work.intents.get("fjell", kind, key)
            work.intents.put("fjell", declared(earlier, kind=kind, key=key, books="fake 7", now=gateway.clock.now()))

    def test_an_order_whose_receipt_came_too_late_is_found_by_the_next_worker(self, gateway: Gateway) -> None:
        def take_over() -> None:
            gateway.clock.advance(seconds=LEASE.total_seconds())
            with gateway.storage.transaction() as work:
                assert work.leases.acquire("fjell", holder="another", length=timedelta(seconds=1))

        gateway.system.before("orders.create", take_over)
        assert sent(gateway).state is TransferState.RUNNING
        gateway.system.leave_alone()
        gateway.clock.advance(seconds=1)
        gateway.turn()
        assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1

    @pytest.mark.parametrize("error", [TryAgain("Busy."), Rejected("No."), AccessRefused("No right.")])
    def test_a_late_refusal_does_not_close_the_intent_of_the_next_worker(
        self, gateway: Gateway, error: Exception
    ) -> None:
        gateway.system.before("orders.create", lambda: self.taken_over(gateway, IntentKind.ORDER, "2001-1"))
        gateway.system.orders.fail_next(error, call="create")
        sent(gateway)
        stands = intent(gateway)
        assert stands is not None
        assert (stands.last_at, stands.refused) == (gateway.clock.now(), False)

    @pytest.mark.parametrize("error", [TryAgain("Busy."), None])
    def test_a_late_answer_does_not_forget_the_intent_of_the_next_worker(
        self, gateway: Gateway, error: Exception | None
    ) -> None:
        kind, key = IntentKind.CATEGORY, "SharefoxRental"
        gateway.system.before("products.create_category", lambda: self.taken_over(gateway, kind, key))
        if error:
            gateway.system.products.fail_next(error, call="create_category")
        sent(gateway)
        assert intent(gateway, kind, key) is not None
        assert gateway.system.writes == ["customers.create", "products.create_category"]


class TestASessionThatEnded:
    def test_a_write_that_did_nothing_is_made_again_at_once_with_an_intent_of_its_own(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(TryAgain("The session had ended.", at_once=True))
        began = gateway.clock.now()
        intents = []

        def note_and_take_long() -> None:
            intents.append(intent(gateway, IntentKind.ORDER, "2001-1"))
            gateway.clock.advance(seconds=40)

        gateway.system.before("orders.create", note_and_take_long)
        assert sent(gateway).state is TransferState.TRANSFERRED
        assert len(orders(gateway)) == 1
        assert [one and one.last_at - began for one in intents] == [timedelta(0), timedelta(seconds=40)]

    def test_it_is_made_again_only_once(self, gateway: Gateway) -> None:
        for _ in range(2):
            gateway.system.orders.fail_next(TryAgain("The session had ended.", at_once=True))
        assert sent(gateway).state is TransferState.WAITING
        assert gateway.system.writes.count("orders.create") == 2


class TestAnInvoiceThatCannotBeBooked:
    def test_it_leaves_no_trace_in_the_books(self, gateway: Gateway) -> None:
        transfer = sent(gateway, an_invoice(rows=(a_row(vat_percent="7"),)))
        assert (transfer.state, gateway.system.writes) == (TransferState.REJECTED, [])

    def test_a_vat_code_added_since_is_seen_by_preview_and_send(self, gateway: Gateway) -> None:
        food = next(code for code in gateway.books.vat_codes if code.code == "31")
        gateway.books.vat_codes.remove(food)
        sent(gateway)
        gateway.add(*(an_invoice(number=number, rows=(a_row(vat_percent="15"),)) for number in ("2001-2", "2001-3")))
        assert gateway.send("2001-2").state is TransferState.REJECTED
        gateway.books.vat_codes.append(food)
        assert gateway.preview_invoice.preview("fjell", "2001-3").order.rows[0].vat_code == "31"
        assert gateway.send("2001-2").state is TransferState.TRANSFERRED


class TestOtherBooks:
    def test_what_is_remembered_of_one_account_never_counts_for_another(self, gateway: Gateway) -> None:
        sent(gateway)
        gateway.system.books_id = "another account"
        gateway.add(an_invoice(number="2001-2"))
        gateway.system.calls.clear()
        gateway.preview_invoice.preview("fjell", "2001-2")
        assert "customers.read" not in gateway.system.calls
        assert "products.find_products" in gateway.system.calls


class TestARefusedOrder:
    def test_a_corrected_invoice_is_taken_and_the_next_attempt_looks_first(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_item("2001-1", Rejected("The department is missing."))
        assert sent(gateway).state is TransferState.REJECTED
        gateway.system.orders.heal_item("2001-1")
        gateway.add(an_invoice(rows=(a_row(quantity="2"),)))
        gateway.system.calls.clear()
        assert gateway.send("2001-1").state is TransferState.TRANSFERRED
        assert gateway.system.calls == ["orders.find", "customers.read", "orders.create"]
        assert orders(gateway)[0].draft.rows[0].quantity == 2

    def test_an_order_found_although_it_was_refused_is_adopted(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_item("2001-1", Rejected("Refused, but written."))
        refused = sent(gateway)
        (record,) = gateway.books.customers.values()
        draft = gateway.preview_invoice.preview("fjell", "2001-1").order
        booked = gateway.system.orders.book(draft.model_copy(update={"customer_id": record.id}))
        assert gateway.send("2001-1").order_id == booked.id
        assert refused.state is TransferState.REJECTED
        assert len(orders(gateway)) == 1

    def test_a_refusal_needs_no_settling(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(TryAgain("Busy."), call="create")
        assert sent(gateway).state is TransferState.WAITING
        assert later(gateway).state is TransferState.TRANSFERRED

    def test_a_refused_order_is_tried_twice_only_when_what_it_refers_to_has_changed(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_item("2001-1", Rejected("No."))
        sent(gateway)
        assert gateway.system.calls.count("orders.create") == 1

    def test_a_kept_product_that_is_gone_is_read_anew_and_the_order_placed(self, gateway: Gateway) -> None:
        sent(gateway)
        (old,) = gateway.books.products
        del gateway.books.products[old]
        replacement = gateway.books.add_product("Sharefox rental")
        assert sent(gateway, an_invoice(number="2")).state is TransferState.TRANSFERRED
        assert orders(gateway)[1].draft.rows[0].product_id == replacement.id

    def test_a_kept_product_that_is_gone_for_good_is_created_anew(self, gateway: Gateway) -> None:
        sent(gateway)
        gateway.books.products.clear()
        assert sent(gateway, an_invoice(number="2")).state is TransferState.TRANSFERRED
        assert len(gateway.books.products) == 1
        assert len(orders(gateway)) == 2

    def test_a_rate_that_was_set_up_since_it_was_read_is_found(self, gateway: Gateway) -> None:
        codes = gateway.books.vat_codes
        gateway.books.vat_codes = [code for code in codes if code.code != "33"]
        sent(gateway)
        gateway.books.vat_codes = codes
        assert sent(gateway, an_invoice(number="2", rows=(a_row(vat_percent="12"),))).state is TransferState.TRANSFERRED

    def test_an_unknown_rate_is_refused_naming_the_rates(self, gateway: Gateway) -> None:
        transfer = sent(gateway, an_invoice(rows=(a_row(vat_percent="8"),)))
        assert transfer.error is not None
        assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "unknown_vat_rate")
        assert "25 %" in transfer.error.message
        assert orders(gateway) == []


class TestALostAnswerOfAnythingElse:
    def test_a_customer_whose_answer_was_lost_is_found_and_not_made_twice(self, gateway: Gateway) -> None:
        gateway.system.customers.lose_next_answer = True
        assert sent(gateway).state is TransferState.WAITING
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(gateway.books.customers) == 1

    def test_a_customer_that_appears_late_is_waited_for(self, gateway: Gateway) -> None:
        gateway.system.customers.appears_after = timedelta(seconds=100)
        begun = gateway.clock.now()
        sent(gateway)
        waiting = later(gateway)
        assert waiting.error is not None
        assert (waiting.error.code, waiting.not_before) == ("settling", begun + SETTLING)
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(gateway.books.customers) == 1

    def test_a_customer_that_never_came_to_be_is_created_once_settled(self, gateway: Gateway) -> None:
        gateway.system.customers.fail_next(_LOST, call="create")
        sent(gateway)
        later(gateway)
        assert later(gateway).state is TransferState.TRANSFERRED
        assert len(gateway.books.customers) == 1

    @pytest.mark.parametrize("made", ["create_category", "create_product"])
    def test_a_category_or_product_whose_answer_was_lost_is_not_made_twice(self, gateway: Gateway, made: str) -> None:
        if made == "create_product":
            gateway.books.add_product("Other", category="SharefoxRental")
        gateway.system.products.lose_next_answer = True
        sent(gateway)
        assert later(gateway).state is TransferState.TRANSFERRED
        assert gateway.system.calls.count(f"products.{made}") == 1

    @pytest.mark.parametrize("made", ["create_category", "create_product"])
    def test_a_category_or_product_that_appears_late_is_waited_for(self, gateway: Gateway, made: str) -> None:
        if made == "create_product":
            gateway.books.add_product("Other", category="SharefoxRental")
        gateway.system.products.appears_after = timedelta(seconds=100)
        sent(gateway)
        assert later(gateway).state is TransferState.WAITING
        assert later(gateway).state is TransferState.TRANSFERRED
        assert gateway.system.calls.count(f"products.{made}") == 1

    def test_an_update_whose_answer_was_lost_is_looked_at_again(self, gateway: Gateway) -> None:
        gateway.books.add_customer("Signe Haugland", kind=CustomerKind.CONSUMER, emails=("signe@post.example",))
        gateway.system.customers.lose_next_answer = True
        assert sent(gateway).state is TransferState.WAITING
        assert later(gateway).state is TransferState.TRANSFERRED
        assert gateway.system.calls.count("customers.update") == 1

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (Rejected("No."), TransferState.REJECTED),
            (TryAgain("Later."), TransferState.WAITING),
            (AccessRefused("No right."), TransferState.WAITING),
        ],
    )
    def test_a_customer_that_was_not_written_needs_no_settling(
        self, gateway: Gateway, error: Exception, state: TransferState
    ) -> None:
        gateway.system.customers.fail_next(error, call="create")
        assert sent(gateway).state is state
        assert gateway.send("2001-1").state is TransferState.TRANSFERRED
        assert len(gateway.books.customers) == 1


class TestAnInvoiceThatChanges:
    def test_an_invoice_replaced_while_its_order_is_prepared_is_sent_as_it_is_now(self, gateway: Gateway) -> None:
        replaced: list[str] = []

        def replace() -> None:
            if not replaced:
                replaced.append("2001-1")
                gateway.add(an_invoice(rows=(a_row(quantity="2"),)))

        gateway.system.before("customers.create", replace)
        waiting = sent(gateway)
        assert waiting.error is not None
        assert waiting.error.code == "invoice_changed"
        assert orders(gateway) == []
        assert later(gateway).state is TransferState.TRANSFERRED
        assert [order.draft.rows[0].quantity for order in orders(gateway)] == [2]

    def test_an_invoice_replaced_by_an_incomplete_one_is_rejected_before_any_call(self) -> None:
        gateway = Gateway(inline=False)
        sent(gateway)
        gateway.add(an_invoice(due_date=None))
        gateway.turn()
        transfer = gateway.transfer("2001-1")
        assert transfer.error is not None
        assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "invalid_invoice")
        assert gateway.system.calls == []


class TestAmbiguity:
    def test_two_customers_that_match_are_named_and_a_persons_choice_is_used_from_then_on(
        self, gateway: Gateway
    ) -> None:
        twins = [
            gateway.books.add_customer("Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number="911000008")
            for _ in range(2)
        ]
        rejected = sent(gateway, an_invoice(customer=a_company()))
        assert rejected.error is not None
        assert rejected.error.code == "ambiguous_customer"
        assert all(twin.id in rejected.error.message for twin in twins)
        gateway.link_customer.link("fjell", "2001-1", twins[1].id)
        assert gateway.send("2001-1").customer_id == twins[1].id
        assert sent(gateway, an_invoice(number="2", customer=a_company())).customer_id == twins[1].id
        assert len(gateway.books.customers) == 2


class TestReferenceData:
    def test_vat_codes_and_product_are_read_once_a_day(self, gateway: Gateway) -> None:
        sent(gateway)
        gateway.clock.advance(hours=23, minutes=59)
        gateway.system.calls.clear()
        sent(gateway, an_invoice(number="2"))
        assert "vat.codes" not in gateway.system.calls
        gateway.clock.advance(minutes=1)
        sent(gateway, an_invoice(number="3"))
        assert gateway.system.calls.count("vat.codes") == 1

    def test_rates_of_exchange_are_read_once_an_hour_and_only_for_foreign_money(self, gateway: Gateway) -> None:
        sent(gateway)
        assert "currencies.currencies" not in gateway.system.calls
        for number, minutes in (("2", 0), ("3", 59), ("4", 1)):
            gateway.clock.advance(minutes=minutes)
            sent(gateway, an_invoice(number=number, currency="EUR"))
        assert gateway.system.calls.count("currencies.currencies") == 2

    def test_another_product_name_in_the_settings_is_another_product(self, gateway: Gateway) -> None:
        sent(gateway)
        stored = gateway.look_up.business("fjell")
        gateway.connect_business.store(stored.model_copy(update={"product_name": "Leie"}))
        sent(gateway, an_invoice(number="2"))
        assert sorted(one.name for one in gateway.books.products.values()) == ["Leie", "Sharefox rental"]


class TestWhatAnErrorSaysOfTheOrder:
    """A transfer's error tells of the transfer as a whole: an earlier attempt may have created the order."""

    @staticmethod
    def outcome(transfer: Transfer) -> Outcome:
        assert transfer.error is not None
        return transfer.error.outcome

    def lost(self, gateway: Gateway) -> Transfer:
        gateway.system.orders.lose_next_answer = True
        return sent(gateway)

    def test_a_lost_answer_leaves_it_unknown(self, gateway: Gateway) -> None:
        transfer = self.lost(gateway)
        assert transfer.error is not None
        assert (transfer.error.retriable, transfer.error.outcome) == (True, Outcome.UNKNOWN)

    @pytest.mark.parametrize("error", [TryAgain("Unreachable."), AccessRefused("No way in."), Rejected("No.")])
    def test_it_stays_unknown_whatever_keeps_the_next_attempt_from_looking(
        self, gateway: Gateway, error: KvittError
    ) -> None:
        self.lost(gateway)
        gateway.system.orders.fail_next(error, call="find")
        assert self.outcome(later(gateway)) is Outcome.UNKNOWN
        assert len(orders(gateway)) == 1

    def test_it_is_unknown_when_it_is_given_up(self, gateway: Gateway) -> None:
        self.lost(gateway)
        gateway.system.orders.fail_next(TryAgain("Unreachable."), call="find")
        gateway.clock.advance(hours=49)
        gateway.turn()
        given_up = gateway.transfer("2001-1")
        assert given_up.error is not None
        assert (given_up.error.code, given_up.error.retriable) == ("gave_up", True)
        assert given_up.error.outcome is Outcome.UNKNOWN

    def test_nothing_was_written_where_the_trouble_came_before_the_order(self, gateway: Gateway) -> None:
        gateway.system.vat.fail_next(TryAgain("Unreachable."), call="codes")
        assert self.outcome(sent(gateway)) is Outcome.NOTHING_WRITTEN

    def test_nothing_was_written_once_the_accounting_system_has_said_no_to_a_later_call(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_next(_LOST, call="create")
        sent(gateway)
        gateway.clock.advance(seconds=SETTLING.total_seconds())
        gateway.system.orders.fail_item("2001-1", Rejected("No."))
        gateway.turn()
        assert self.outcome(gateway.transfer("2001-1")) is Outcome.NOTHING_WRITTEN

    def test_those_that_are_parked_with_one_keep_what_is_known_of_their_own_orders(self, gateway: Gateway) -> None:
        self.lost(gateway)
        for number in ("2", "3"):
            gateway.add(an_invoice(number=number))
        gateway.system.customers.fail_next(AccessRefused("No way in."), call="read")
        gateway.send("2")
        assert all(gateway.transfer(number).is_parked for number in ("2001-1", "2"))
        assert self.outcome(gateway.transfer("2001-1")) is Outcome.UNKNOWN
        assert self.outcome(gateway.transfer("2")) is Outcome.NOTHING_WRITTEN

    def test_the_order_of_one_at_which_workers_died_may_be_there(self, gateway: Gateway) -> None:
        transfer = self.lost(gateway)
        with gateway.storage.transaction() as work:
            died = {"state": TransferState.RUNNING, "attempts": 20, "next_attempt_at": None}
            work.transfers.save(transfer.model_copy(update=died))
        gateway.turn()
        ended = gateway.transfer("2001-1")
        assert ended.error is not None
        assert (ended.error.code, ended.error.retriable) == ("worker_died", False)
        assert ended.error.outcome is Outcome.UNKNOWN


def test_a_name_that_was_changed_is_warned_of_also_when_the_order_comes_later(gateway: Gateway) -> None:
    gateway.books.add_customer("Moe", kind=CustomerKind.BUSINESS, organization_number="911000008")
    gateway.system.orders.fail_next(TryAgain("Busy."), call="create")
    sent(gateway, an_invoice(customer=a_company()))
    done = later(gateway)
    assert done.state is TransferState.TRANSFERRED
    assert sum('"Moe"' in warning and '"Moe Anlegg AS"' in warning for warning in done.warnings) == 1
