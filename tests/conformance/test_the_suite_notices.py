"""The suite can fail: plugins that are wrong in the ways plugins are wrong, each caught by the test meant for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.books import Books
from core.customer import Address
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting import CustomerUpdate
from plugins.conformance import AccountingSystemConformance, Call, Trouble
from plugins.conformance.deaths import When, Write
from plugins.conformance.installation import Installation, make_template
from tests.conformance.fake_bench import PASSWORD, FakeBench, Flaw
from tests.fakes.accounting_system import FakeAccountingSystem

SUITE = AccountingSystemConformance()


class Case(NamedTuple):
    """A flaw, and the test of the suite that has to notice it."""

    flaw: Flaw
    test: Callable[..., None]
    given: dict[str, Any] = {}  # noqa: RUF012 - never changed
    in_steps: bool = False


def swallowing(port: str, method: str, instead: Callable[[KvittError], KvittError]) -> Flaw:
    """Raise another error than what happened means."""

    def flaw(system: FakeAccountingSystem) -> None:
        call = getattr(getattr(system, port), method)

        def wrong(*arguments: Any, **named: Any) -> Any:
            try:
                return call(*arguments, **named)
            except KvittError as error:
                raise instead(error) from None

        setattr(getattr(system, port), method, wrong)

    return flaw


def answering(port: str, method: str, change: Callable[[Any], Any]) -> Flaw:
    """Answer something else than what is there."""

    def flaw(system: FakeAccountingSystem) -> None:
        call = getattr(getattr(system, port), method)
        setattr(getattr(system, port), method, lambda *given, **named: change(call(*given, **named)))

    return flaw


def empties(system: FakeAccountingSystem) -> None:
    update = system.customers.update

    def wrong(updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        for one in updates:
            held = system.books.customers[one.record.id]
            emptied = {"phones": (), "addresses": (Address(), Address())}
            system.books.customers[one.record.id] = held.model_copy(update=emptied)
        return update(updates)

    system.customers.update = wrong  # type: ignore[method-assign]


def claims_too_much(system: FakeAccountingSystem) -> None:
    system.orders._system = FakeAccountingSystem(system.clock)  # it takes as much as it did
    system.orders._system.books = system.books
    system.limits = type(system.limits)(row_text=301, customer_name=200, product_name=125, decimals=4)


def forgets_what_it_places(system: FakeAccountingSystem) -> None:
    create = system.orders.create

    def wrong(drafts: Any, **named: Any) -> Any:
        return create([draft.model_copy(update={"delivery": None}) for draft in drafts], **named)

    system.orders.create = wrong  # type: ignore[method-assign]


def claims_text_rows(system: FakeAccountingSystem) -> None:
    system.limits = replace(system.limits, text_rows=True)
    create = system.orders.create

    def wrong(drafts: Any, **named: Any) -> Any:
        plainly = [
            draft.model_copy(update={"rows": tuple(row.model_copy(update={"is_text": False}) for row in draft.rows)})
            for draft in drafts
        ]
        return create(plainly, **named)

    system.orders.create = wrong  # type: ignore[method-assign]


def creates_anew(system: FakeAccountingSystem) -> None:
    create = system.orders.create

    def wrong(drafts: Any, **named: Any) -> Any:
        return create([draft.model_copy(update={"begun_as": None}) for draft in drafts], **named)

    system.orders.create = wrong  # type: ignore[method-assign]


def loosely(system: FakeAccountingSystem) -> None:
    find = system.orders.find

    def wrong(references: Any, **named: Any) -> Any:
        there = [order.draft.reference for order in system.books.orders.values()]
        return find([one for one in there if one.casefold() in {two.casefold() for two in references}], **named)

    system.orders.find = wrong  # type: ignore[method-assign]


def remembers_orders(system: FakeAccountingSystem) -> None:
    system.payments.states = lambda ids: {one: OrderState(order_id=one) for one in ids}  # type: ignore[method-assign,assignment]


def deletes_invoices(system: FakeAccountingSystem) -> None:
    delete = system.orders.delete

    def wrong(order_id: str) -> bool:
        if order := system.books.orders.get(order_id):
            system.books.orders[order_id] = replace(order, invoice_number=None)
        return delete(order_id)

    system.orders.delete = wrong  # type: ignore[method-assign]


def calls_when_opened(system: FakeAccountingSystem) -> None:
    system.calls.append("account")


def names_all_books_alike(system: FakeAccountingSystem) -> None:
    system.books_id = "fake"


def asks_for_the_identity(system: FakeAccountingSystem) -> None:
    identity = system.identity

    def asked() -> Books:
        system.calls.append("account")
        return identity()

    system.identity = asked  # type: ignore[method-assign]


def tells_the_password(system: FakeAccountingSystem) -> None:
    if system.down:
        system.down = AccessRefused("The password wrong-horse is not accepted.")


def shows_the_password(system: FakeAccountingSystem) -> None:
    system.books_id = PASSWORD


def all_but_the_first(pages: Iterator[Any]) -> Iterator[Any]:
    next(pages, None)
    return pages


def writes(change: Callable[[OrderDraft], OrderDraft]) -> Flaw:
    """Write another order than was asked for."""

    def flaw(system: FakeAccountingSystem) -> None:
        create = system.orders.create
        system.orders.create = lambda drafts: create([change(one) for one in drafts])  # type: ignore[method-assign]

    return flaw


def in_kroner(draft: OrderDraft) -> OrderDraft:
    return draft.model_copy(update={"currency": None})


def net(draft: OrderDraft) -> OrderDraft:
    rows = tuple(one.model_copy(update={"unit_price": one.unit_price / Decimal("1.25")}) for one in draft.rows)
    return draft.model_copy(update={"prices_include_vat": False, "rows": rows})


def asks_too_often(system: FakeAccountingSystem) -> None:
    def ask() -> None:
        for _ in range(20):
            system.vat.codes()

    system.before("orders.create", ask)


def searches_nobody(system: FakeAccountingSystem) -> None:
    system.customers.can_search = False


def holds_less(system: FakeAccountingSystem) -> None:
    system.limits = replace(system.limits, row_text=100)


def looks_at_recent_dates(system: FakeAccountingSystem) -> None:
    find = system.orders.find

    def wrong(references: Any, **named: Any) -> Any:
        held = {one.draft.reference: one.draft.issue_date for one in system.books.orders.values()}
        year = system.clock.now().year
        return find([one for one in references if one not in held or held[one].year == year], **named)

    system.orders.find = wrong  # type: ignore[method-assign]


def without_what_is_open(states: dict[str, Any]) -> dict[str, Any]:
    return {one: state.model_copy(update={"open_amount": None}) for one, state in states.items()}


def as_temporary(error: KvittError) -> KvittError:
    return TryAgain(error.message)


def as_refused(error: KvittError) -> KvittError:
    return Rejected(error.message) if isinstance(error, OutcomeUnknown) else error


SEND, LOST = SUITE.test_one_of_each_comes_of_a_send_that_meets_trouble, Trouble.LOST_BUT_DONE
ERRORS = SUITE.test_each_trouble_is_the_error_that_it_is
CASES = {
    "a lost answer taken for nothing written": Case(
        swallowing("orders", "create", as_temporary), ERRORS, {"call": Call.CREATE_ORDER}
    ),
    "a lost customer taken for refused": Case(
        swallowing("customers", "create", as_refused), SEND, {"call": Call.CREATE_CUSTOMER, "trouble": LOST}
    ),
    "a refusal tried again for ever": Case(
        swallowing("vat", "codes", as_temporary), SEND, {"call": Call.READ_VAT, "trouble": Trouble.REFUSED}
    ),
    "a barred way in taken for a refusal": Case(
        swallowing("products", "find_products", lambda error: Rejected(error.message)),
        SEND,
        {"call": Call.FIND_PRODUCT, "trouble": Trouble.NO_ACCESS},
    ),
    "orders that are never found again": Case(
        answering("orders", "find", lambda _found: {}), SEND, {"call": Call.CREATE_ORDER, "trouble": LOST}
    ),
    "an order that was begun, and doubled": Case(
        creates_anew,
        SUITE.test_an_order_that_was_begun_is_completed,
        {"step": Call.ADD_ROW, "lost": LOST},
        in_steps=True,
    ),
    "a field declared and not written": Case(
        forgets_what_it_places, SUITE.test_what_an_invoice_says_besides_is_written_or_told_not_to_be
    ),
    "text rows declared and not written": Case(claims_text_rows, SUITE.test_a_text_is_a_row_that_costs_nothing),
    "references compared loosely": Case(loosely, SUITE.test_references_are_compared_exactly),
    "fields emptied": Case(empties, SUITE.test_nothing_is_emptied),
    "a directory without its first page": Case(
        answering("customers", "entries", all_but_the_first), SUITE.test_every_customer_is_in_the_directory
    ),
    "a limit that does not hold": Case(claims_too_much, SUITE.test_texts_as_long_as_the_limits_fit),
    "calls made when opened": Case(calls_when_opened, SUITE.test_opening_books_calls_nobody),
    "an identity that is asked for": Case(asks_for_the_identity, SUITE.test_asking_for_the_identity_again_calls_nobody),
    "books named alike": Case(names_all_books_alike, SUITE.test_books_have_an_identity_that_tells_them_from_others),
    "a secret in a message": Case(
        tells_the_password, SUITE.test_a_connection_that_is_not_accepted_is_access_refused_and_tells_no_secret
    ),
    "a secret in the books' name": Case(shows_the_password, SUITE.test_secrets_are_never_shown),
    "an order that is gone, told as there": Case(remembers_orders, SUITE.test_an_order_that_was_deleted_is_told),
    "an invoice that is deleted": Case(deletes_invoices, SUITE.test_a_published_order_is_refused),
    "a deletion of what is gone, told as done": Case(
        answering("orders", "delete", lambda _was_there: True), SUITE.test_an_order_is_deleted_and_no_other
    ),
    "a currency declared and not written": Case(
        writes(in_kroner), SUITE.test_an_invoice_in_another_currency_is_booked_in_it
    ),
    "prices with VAT declared and booked net": Case(writes(net), SUITE.test_prices_include_vat_where_they_can),
    "an open amount declared and not told": Case(
        answering("payments", "states", without_what_is_open),
        SUITE.test_what_is_left_to_pay_is_told_where_that_is_declared,
    ),
    "a search declared that there is not": Case(searches_nobody, SUITE.test_customers_are_searched_as_declared),
    "limits that are not those declared": Case(holds_less, SUITE.test_opened_books_have_the_limits_that_are_declared),
    "a budget that is exceeded": Case(asks_too_often, SUITE.test_a_send_takes_no_more_calls_than_are_declared),
    "a look-up within too few dates": Case(
        looks_at_recent_dates,
        SUITE.test_a_lost_order_is_found_whatever_date_it_has,
        {"lost": LOST, "issued": date(2025, 1, 31)},
    ),
    "answers in another order": Case(
        answering("orders", "create", lambda answers: answers[::-1]),
        SUITE.test_each_has_its_own_outcome_and_customers_are_made_once,
    ),
    "orders that a killed worker made, never found again": Case(
        answering("orders", "find", lambda _found: {}),
        SUITE.test_one_of_each_comes_of_a_send_whose_worker_dies,
        {"write": Write.CREATE_ORDER, "when": When.AFTER},
    ),
    "orders doubled when a worker dies in bulk": Case(
        answering("orders", "find", lambda _found: {}),
        SUITE.test_a_worker_that_dies_leaves_nothing_twice,
        {"write": Write.CREATE_ORDER, "when": When.AFTER},
    ),
    "a lost deletion taken for nothing done": Case(
        swallowing("orders", "delete", as_temporary), ERRORS, {"call": Call.DELETE_ORDER}
    ),
}


@pytest.fixture
def kvitt_for(tmp_path: Path) -> Iterator[Callable[[FakeBench], Installation]]:
    opened: list[Installation] = []

    def installed(bench: FakeBench) -> Installation:
        template = make_template(tmp_path / "template.db")
        installation = Installation(tmp_path, template=template, environment={})
        opened.append(installation)
        installation.connect(bench.connection())
        return installation

    yield installed
    for one in opened:
        one.close()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_flawed", [True, False], ids=["flawed", "sound"])
@pytest.mark.sampled(3)
def test_a_flaw_is_noticed_and_nothing_else_is(
    name: str,
    is_flawed: bool,
    kvitt_for: Callable[[FakeBench], Installation],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    case = CASES[name]
    bench = FakeBench(monkeypatch, in_steps=case.in_steps, flaw=case.flaw if is_flawed else None)
    given = {**case.given, "bench": bench, "kvitt": kvitt_for(bench), "caplog": caplog}
    code = case.test.__func__.__code__  # type: ignore[attr-defined]
    run = {argument: given[argument] for argument in code.co_varnames[1 : code.co_argcount]}
    if is_flawed:
        with pytest.raises(AssertionError):
            case.test(**run)
    else:
        case.test(**run)
