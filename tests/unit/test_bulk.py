"""Many invoices in one turn: few calls, and every promise that holds for one."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.call_budget import CallBudget
from core.customer import Address, Customer
from core.errors import AccessRefused, Conflict, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.intent import IntentKind
from core.invoice import Invoice
from core.order_draft import OrderDraft
from core.sending.fence import keep_fence
from core.transfer import Receipt, Transfer, TransferState
from tests.fakes import Gateway
from tests.unit.samples import a_company, a_person, a_row, an_invoice

REFERENCE_READS = ["products.find_products", "vat.codes"]
PRODUCT_WRITES = ["products.find_categories", "products.create_category", "products.create_product"]


@pytest.fixture
def gateway() -> Gateway:
    """A gateway whose queue waits for a turn, and which writes at most four things with a call."""
    return Gateway(inline=False, chunk_size=4)


def invoices(*customers: Customer, first: int = 1) -> list[Invoice]:
    return [an_invoice(number=f"{number:03}", customer=one) for number, one in enumerate(customers, start=first)]


def person(nth: int, **changes: object) -> Customer:
    return a_person(name=f"Prøve Kunde{nth}", email=f"kunde{nth}@prove.example", **changes)


def queued(gateway: Gateway, *given: Invoice, bulk: bool = True) -> None:
    gateway.add(*given)
    for invoice in given:
        gateway.send_invoice.send("fjell", invoice.number, bulk=bulk)


def moved(gateway: Gateway, *customers: Customer) -> list[Transfer]:
    """Send an invoice to each of these customers in one turn."""
    given = invoices(*customers)
    queued(gateway, *given)
    gateway.turn()
    return [gateway.transfer(invoice.number) for invoice in given]


def later(gateway: Gateway) -> None:
    """Let the next attempt's time come, and take a turn."""
    with gateway.storage.transaction() as work:
        due = work.transfers.next_attempt_at("fjell")
    assert due is not None
    gateway.clock.set(due)
    gateway.turn()


def states(gateway: Gateway) -> dict[str, str]:
    return {one.invoice: one.state.value for one in gateway.look_up.transfers("fjell", limit=1000)}


def references(gateway: Gateway) -> list[str]:
    return sorted(order.draft.reference for order in gateway.books.orders.values())


def story(gateway: Gateway, number: str) -> str:
    return "\n".join(step.text for step in gateway.look_up.steps(gateway.transfer(number).id))


class TestCalls:
    def test_ten_invoices_of_ten_new_customers_take_a_few_array_writes(self, gateway: Gateway) -> None:
        transfers = moved(gateway, *(person(nth) for nth in range(10)))
        assert {one.state for one in transfers} == {TransferState.TRANSFERRED}
        assert [call for call in gateway.system.calls if not call.startswith("customers.find")] == [
            *REFERENCE_READS,
            *["customers.create"] * 3,
            *PRODUCT_WRITES,
            *["orders.create"] * 3,
        ]

    def test_known_customers_are_read_together_and_written_only_where_they_differ(self, gateway: Gateway) -> None:
        moved(gateway, *(person(nth) for nth in range(6)))
        gateway.system.calls.clear()
        moved_away = person(3, address=Address(street="Ny vei 9", postal_code="3015", city="Drammen", country="NO"))
        queued(gateway, *invoices(person(0), person(1), moved_away, person(4), first=20))
        gateway.turn()
        assert gateway.system.calls == ["customers.read", "customers.update", "orders.create"]

    def test_several_invoices_of_one_new_customer_make_one_record(self, gateway: Gateway) -> None:
        transfers = moved(gateway, person(1), person(1), person(2), person(1))
        assert len(gateway.books.customers) == 2
        assert transfers[0].customer_id == transfers[1].customer_id == transfers[3].customer_id

    def test_orders_with_many_rows_go_in_smaller_pieces(self, gateway: Gateway) -> None:
        many = an_invoice().rows * 1400
        queued(gateway, *(an_invoice(number=str(nth), rows=many) for nth in range(3)))
        gateway.turn()
        assert gateway.system.calls.count("orders.create") == 2
        assert references(gateway) == ["0", "1", "2"]


class TestTheDirectory:
    def test_many_unknown_customers_are_found_in_the_directory(self, gateway: Gateway) -> None:
        for nth in range(6):
            gateway.books.add_customer(f"Prøve Kunde{nth}", emails=(f"KUNDE{nth}@prove.example",))
        transfers = moved(gateway, *(person(nth) for nth in range(12)))
        assert gateway.system.calls.count("customers.entries") == 2
        assert not [call for call in gateway.system.calls if call.startswith("customers.find")]
        assert len(gateway.books.customers) == 12
        assert {one.state for one in transfers} == {TransferState.TRANSFERRED}

    def test_what_changed_since_is_read_before_it_is_used_again(self, gateway: Gateway) -> None:
        moved(gateway, *(person(nth) for nth in range(12)))
        gateway.clock.advance(days=2)
        record = gateway.books.add_customer("Prøve Kunde50", emails=("kunde50@prove.example",))
        gateway.books.customers_changed_at[record.id] = gateway.clock.now()
        gateway.system.calls.clear()
        queued(gateway, *invoices(*(person(nth) for nth in (50, 51, 52)), first=100))
        gateway.turn()
        assert gateway.transfer("100").customer_id == record.id
        assert "customers.entries" in gateway.system.calls
        assert "customers.find_by_email" not in gateway.system.calls

    def test_reading_it_is_given_up_where_searching_takes_fewer_calls(self, gateway: Gateway) -> None:
        for nth in range(100):
            gateway.books.add_customer(f"Annen {nth}", emails=(f"annen{nth}@prove.example",))
        moved(gateway, *(person(nth) for nth in range(11)))
        assert gateway.system.calls.count("customers.entries") == 5
        assert gateway.system.calls.count("customers.find_by_email") == 11
        assert len(gateway.books.orders) == 11

    def test_a_customer_that_is_gone_is_forgotten_and_created_anew(self, gateway: Gateway) -> None:
        moved(gateway, *(person(nth) for nth in range(12)))
        gone = gateway.transfer("001").customer_id
        assert gone is not None
        del gateway.books.customers[gone]
        queued(gateway, *invoices(*(person(nth) for nth in range(12)), first=101))
        gateway.turn()
        assert {one.state for one in gateway.look_up.transfers("fjell", limit=99)} == {TransferState.TRANSFERRED}
        assert len(gateway.books.customers) == 12
        with gateway.storage.transaction() as work:
            assert gone not in work.directory.find("fjell", "fake", numbers=[], emails=["kunde0@prove.example"])


class TestOneAmongMany:
    def test_one_that_is_refused_does_not_hold_up_the_others(self, gateway: Gateway) -> None:
        gateway.system.orders.fail_item("002", Rejected("A department is required.", code="department_required"))
        transfers = moved(gateway, *(person(nth) for nth in range(6)))
        assert [one.state.value for one in transfers] == ["transferred", "rejected", *["transferred"] * 4]
        assert transfers[1].error is not None
        assert transfers[1].error.code == "department_required"

    def test_one_that_brings_down_the_whole_call_is_narrowed_down(self, gateway: Gateway) -> None:
        create = gateway.system.orders.create

        def validating(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            if any(draft.reference == "003" for draft in drafts):
                raise Rejected("Instance validation error.", code="vendor_validation")
            return create(drafts)

        gateway.system.orders.create = validating  # type: ignore[method-assign]
        transfers = moved(gateway, *(person(nth) for nth in range(6)))
        assert [one.invoice for one in transfers if one.state is TransferState.REJECTED] == ["003"]
        assert references(gateway) == ["001", "002", "004", "005", "006"]

    def test_a_customer_that_is_refused_stops_its_own_invoices_only(self, gateway: Gateway) -> None:
        gateway.system.customers.fail_item("Prøve Kunde1", Rejected("No such name."))
        transfers = moved(gateway, person(0), person(1), person(2), person(1))
        assert [one.state.value for one in transfers] == ["transferred", "rejected", "transferred", "rejected"]

    def test_an_ambiguous_customer_stops_its_own_invoice_only(self, gateway: Gateway) -> None:
        for _ in range(2):
            gateway.books.add_customer("Prøve Kunde1", emails=("kunde1@prove.example",))
        transfers = moved(gateway, person(0), person(1), person(2))
        assert [one.error.code if one.error else None for one in transfers] == [None, "ambiguous_customer", None]

    def test_an_unknown_rate_stops_its_own_invoice_only(self, gateway: Gateway) -> None:
        odd = an_invoice(number="9", rows=(a_row(vat_percent="17"),))
        queued(gateway, *invoices(person(0), person(1)), odd)
        gateway.turn()
        assert states(gateway) == {"001": "transferred", "002": "transferred", "9": "rejected"}

    def test_the_story_of_one_that_is_stopped_ends_there(self, gateway: Gateway) -> None:
        """What is done for the others after it has ended is none of its story."""
        given = [*invoices(person(0), person(1)), an_invoice(number="9", rows=(a_row(vat_percent="17"),))]
        queued(gateway, *given)
        gateway.turn()
        told = story(gateway, "9").splitlines()
        assert told[-1].startswith("Rejected: ")
        assert "Creating" not in story(gateway, "9")
        assert story(gateway, "001").endswith(f"Transferred as order {gateway.transfer('001').order_id}.")
        assert "Creating 2 customers" in story(gateway, "001")

    def test_a_bug_that_one_brings_about_rejects_that_one(self, gateway: Gateway) -> None:
        create = gateway.system.orders.create

        def faulty(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            if any(draft.reference == "002" for draft in drafts):
                raise ZeroDivisionError
            return create(drafts)

        gateway.system.orders.create = faulty  # type: ignore[method-assign]
        queued(gateway, *invoices(*(person(nth) for nth in range(4))))
        gateway.turn()
        assert set(states(gateway).values()) == {"waiting"}, "what the broken call did is not known"
        with pytest.raises(ZeroDivisionError):
            later(gateway)
        gateway.turn()
        assert states(gateway) == {"001": "transferred", "002": "rejected", "003": "transferred", "004": "transferred"}
        assert references(gateway) == ["001", "003", "004"]

    def test_no_way_in_parks_all_of_them(self, gateway: Gateway) -> None:
        gateway.system.down = AccessRefused("Wrong password.")
        transfers = moved(gateway, *(person(nth) for nth in range(6)))
        assert all(one.is_parked for one in transfers)


class TestDecisionsInOneBatch:
    def test_the_same_customer_with_another_address_waits_for_the_first_to_be_done(self, gateway: Gateway) -> None:
        elsewhere = Address(street="Hytteveien 2", postal_code="3015", city="Drammen", country="NO")
        seen: list[tuple[str, str | None]] = []
        create = gateway.system.orders.create

        def noting(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            seen.extend(
                (one.reference, gateway.books.customers[one.customer_id or ""].addresses[0].street) for one in drafts
            )
            return create(drafts)

        gateway.system.orders.create = noting  # type: ignore[method-assign]
        moved(gateway, person(1), person(1, address=elsewhere), person(1), person(1, address=elsewhere))
        assert seen == [
            ("001", "Kirkegata 4"),
            ("003", "Kirkegata 4"),
            ("002", "Hytteveien 2"),
            ("004", "Hytteveien 2"),
        ]
        assert len(gateway.books.customers) == 1
        assert gateway.transfer("002").attempts == 1

    def test_a_person_and_a_company_of_one_address_are_decided_as_one_after_the_other(self, gateway: Gateway) -> None:
        company = a_company(email="felles@prove.example")
        transfers = moved(gateway, company, a_person(email="felles@prove.example"))
        assert len(gateway.books.customers) == 1
        assert transfers[0].customer_id == transfers[1].customer_id


class TestExactlyOnce:
    def test_the_intent_of_each_order_is_written_before_the_shared_call(self, gateway: Gateway) -> None:
        seen: list[int] = []

        def look() -> None:
            with gateway.storage.transaction() as work:
                seen.append(len(work.intents.of_keys("fjell", IntentKind.ORDER, [f"{n:03}" for n in range(1, 7)])))

        gateway.system.before("orders.create", look)
        moved(gateway, *(person(nth) for nth in range(6)))
        assert seen == [4, 2], "those of the first call are removed with its receipts"

    def test_a_lost_answer_of_a_shared_call_is_looked_for_with_one_search(self, gateway: Gateway) -> None:
        gateway.system.orders.lose_next_answer = True
        transfers = moved(gateway, *(person(nth) for nth in range(6)))
        assert [one.state.value for one in transfers] == [*["waiting"] * 4, *["transferred"] * 2]
        gateway.system.calls.clear()
        later(gateway)
        assert set(states(gateway).values()) == {"transferred"}
        assert gateway.system.calls == ["orders.find"]
        assert references(gateway) == ["001", "002", "003", "004", "005", "006"]
        assert "is there already: found 4" in story(gateway, "002")

    def test_orders_of_a_lost_call_that_show_late_are_not_created_again(self, gateway: Gateway) -> None:
        gateway.system.orders.appears_after = timedelta(seconds=90)
        moved(gateway, *(person(nth) for nth in range(4)))
        later(gateway)
        assert {one.error.code for one in gateway.look_up.transfers("fjell", limit=9) if one.error} == {"settling"}
        later(gateway)
        assert set(states(gateway).values()) == {"transferred"}
        assert references(gateway) == ["001", "002", "003", "004"]

    def test_customers_of_a_lost_call_are_not_created_again_under_another_name(self, gateway: Gateway) -> None:
        gateway.system.customers.appears_after = timedelta(seconds=90)
        queued(gateway, *invoices(person(1)))
        gateway.turn()
        queued(gateway, *invoices(person(1).model_copy(update={"name": "Prøve Annet"}), first=2))
        gateway.turn()
        assert gateway.transfer("002").error is not None
        for _ in range(3):
            if "waiting" in states(gateway).values():
                later(gateway)
        assert set(states(gateway).values()) == {"transferred"}
        assert len(gateway.books.customers) == 1

    def test_a_replaced_invoice_is_left_out_of_the_call(self, gateway: Gateway) -> None:
        def replace() -> None:
            gateway.system.leave_alone()
            gateway.add(an_invoice(number="002", customer=person(1), comment="corrected"))

        gateway.system.before("products.create_product", replace)
        moved(gateway, *(person(nth) for nth in range(3)))
        assert states(gateway) == {"001": "transferred", "002": "waiting", "003": "transferred"}
        later(gateway)
        (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "002"]
        assert order.draft.comment == "corrected"

    def test_a_product_that_is_gone_is_noticed_once_and_made_anew(self, gateway: Gateway) -> None:
        moved(gateway, person(1))
        gateway.books.products.clear()
        queued(gateway, *invoices(*(person(nth) for nth in range(6)), first=11))
        gateway.system.calls.clear()
        gateway.turn()
        assert set(states(gateway).values()) == {"transferred"}
        assert gateway.system.calls.count("products.find_products") == 1
        assert gateway.system.calls.count("products.create_product") == 1
        assert len(gateway.books.orders) == 7

    def test_what_is_read_anew_for_one_that_was_refused_says_nothing_of_those_that_were_not(
        self, gateway: Gateway
    ) -> None:
        def drop() -> None:
            gateway.books.vat_codes = [code for code in gateway.books.vat_codes if code.percent != 25]

        moved(gateway, person(1))
        gateway.system.before("vat.codes", drop)
        gateway.system.orders.fail_item("012", Rejected("No."))
        queued(gateway, *invoices(*(person(nth) for nth in range(3)), first=11))
        gateway.turn()
        assert {**states(gateway), "001": "transferred"} == {
            "001": "transferred", "011": "transferred", "012": "rejected", "013": "transferred",
        }  # fmt: skip
        error = gateway.transfer("012").error
        assert error is not None
        assert error.code == "unknown_vat_rate"

    def test_trouble_with_reading_anew_keeps_no_order_back_that_was_created(self, gateway: Gateway) -> None:
        moved(gateway, person(1))
        gateway.system.orders.fail_item("012", Rejected("No."))
        gateway.system.vat.fail_next(AccessRefused("Not these."))
        queued(gateway, *invoices(*(person(nth) for nth in range(3)), first=11))
        gateway.turn()
        assert [gateway.transfer(f"01{nth}").state for nth in (1, 3)] == [TransferState.TRANSFERRED] * 2


class TestSingleSendsFirst:
    def test_a_single_send_goes_between_two_calls_of_a_bulk_send(self, gateway: Gateway) -> None:
        gateway.add(an_invoice(number="single", customer=person(50)))
        order: list[list[str]] = []
        create = gateway.system.orders.create

        def noting(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            order.append([one.reference for one in drafts])
            if len(order) == 1:
                gateway.system.orders.create = noting_only  # type: ignore[method-assign]
                gateway.send("single")
            return create(drafts)

        def noting_only(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            order.append([one.reference for one in drafts])
            return create(drafts)

        gateway.system.orders.create = noting  # type: ignore[method-assign]
        moved(gateway, *(person(nth) for nth in range(6)))
        assert order == [["001", "002", "003", "004"], ["single"], ["005", "006"]]
        assert gateway.transfer("005").attempts == 1

    def test_the_last_of_the_hours_calls_are_kept_for_single_sends(self, gateway: Gateway) -> None:
        hour_ends = gateway.clock.now() + timedelta(minutes=30)
        gateway.system.call_budget = CallBudget(limit=100, used=80, resets_at=hour_ends)
        transfers = moved(gateway, *(person(nth) for nth in range(3)))
        assert {(one.state, one.next_attempt_at) for one in transfers} == {(TransferState.WAITING, hour_ends)}
        assert gateway.system.calls == []
        queued(gateway, an_invoice(number="single"), bulk=False)
        gateway.turn()
        assert gateway.transfer("single").state is TransferState.TRANSFERRED
        gateway.system.call_budget = CallBudget(limit=100, used=0, resets_at=hour_ends)
        later(gateway)
        assert set(states(gateway).values()) == {"transferred"}

    def test_a_quota_that_is_used_up_midway_makes_the_rest_wait_for_the_hour(self, gateway: Gateway) -> None:
        hour_ends = gateway.clock.now() + timedelta(minutes=30)
        used_up = TryAgain("Used up.", code="quota_exceeded", not_before=hour_ends, for_everyone=True)
        create = gateway.system.orders.create

        def once(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            gateway.system.down = used_up
            return answer

        answer: list[Receipt | KvittError] = []

        def first(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            answer.extend(create(drafts))
            return once(drafts)

        gateway.system.orders.create = first  # type: ignore[method-assign]
        moved(gateway, *(person(nth) for nth in range(8)))
        gateway.system.orders.create = create  # type: ignore[method-assign]
        assert sorted(states(gateway).values()) == [*["transferred"] * 4, *["waiting"] * 4]
        gateway.system.down = None
        later(gateway)
        assert gateway.clock.now() == hour_ends
        assert set(states(gateway).values()) == {"transferred"}
        assert len(gateway.books.orders) == 8


def test_an_answer_that_is_lost_for_some_is_looked_for_for_those_alone(gateway: Gateway) -> None:
    gateway.system.orders.fail_item("002", OutcomeUnknown("It can't be told."))
    moved(gateway, *(person(nth) for nth in range(4)))
    assert states(gateway) == {"001": "transferred", "002": "waiting", "003": "transferred", "004": "transferred"}
    gateway.system.orders.heal()
    later(gateway)
    later(gateway)
    assert set(states(gateway).values()) == {"transferred"}
    assert references(gateway) == ["001", "002", "003", "004"]


def test_orders_that_are_written_stay_marked_where_the_database_is_busy_before_they_are_read_back(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps Kvitt from the next call is not the accounting system's word that nothing was written."""
    create, transaction = gateway.system.orders.create, gateway.storage.transaction

    def busy() -> None:
        raise TryAgain("The database is busy.", code="storage_busy")

    def written_and_read_back(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        keep_fence()
        receipts = create(drafts)
        gateway.clock.advance(seconds=1)
        monkeypatch.setattr(gateway.storage, "transaction", busy)
        try:
            keep_fence()
        finally:
            monkeypatch.setattr(gateway.storage, "transaction", transaction)
        return receipts

    monkeypatch.setattr(gateway.system.orders, "create", written_and_read_back)
    moved(gateway, person(1), person(2))
    assert len(gateway.books.orders) == 2
    with pytest.raises(Conflict) as refusal:
        gateway.add(an_invoice(number="001", customer=person(1), rows=(a_row(unit_price="1300.00"),)))
    assert refusal.value.code == "invoice_locked"
    monkeypatch.setattr(gateway.system.orders, "create", create)
    later(gateway)
    assert [gateway.transfer(number).state for number in ("001", "002")] == [TransferState.TRANSFERRED] * 2
    assert len(gateway.books.orders) == 2
