"""The ports themselves, asked directly: what core/ports promises and a send does not always show."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.business import Connection
from core.customer import Address, CustomerKind
from core.customer_changes import CustomerChanges
from core.errors import AccessRefused, InvalidInput, KvittError
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting_system import AccountingSystem
from core.ports.customer_repo import CustomerUpdate
from core.transfer import Receipt
from core.use_cases.array_write import written
from core.vat_code import vat_code_for
from plugins.conformance.bench import Bench, NotPossible
from plugins.conformance.drafts import drafts_for, nothing
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import BUSINESS, CATEGORY, PRODUCT, Installation
from plugins.conformance.samples import ADDRESS, COMPANY, PERSON, a_row, an_invoice
from plugins.settings import settings_of

_NUMBER = "2001-1"
_A_DAY = timedelta(days=1)


class PortContracts(Setup):
    """What each port promises."""

    # Opening, and the connection

    def test_opening_books_calls_nobody(self, bench: Bench, kvitt: Installation) -> None:
        """Opening them, their name and their limits take no call: both are needed where no call may be made."""
        try:
            before = bench.calls_made()
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        system = kvitt.opened_anew()
        _ = system.books_id, system.limits, system.customers.can_search
        assert bench.calls_made() == before, "opening books, books_id and limits call nobody"

    def test_books_have_a_name_that_tells_them_from_others(self, bench: Bench, kvitt: Installation) -> None:
        """What is remembered of customers counts for these books only."""
        try:
            other = bench.other_books()
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        kvitt.connect(other, name="other")
        assert kvitt.system("other").books_id != kvitt.system(BUSINESS).books_id, "other books, another books_id"
        kvitt.connect(bench.connection(), name="same")
        assert kvitt.system("same").books_id == kvitt.system(BUSINESS).books_id, "the same books, the same books_id"

    def test_secrets_are_never_shown(self, bench: Bench, kvitt: Installation) -> None:
        """A setting of type SecretStr is write-only."""
        connection = bench.connection()
        secrets = _secrets(bench, kvitt)
        if not secrets:
            pytest.skip("this plugin's settings have no secret (SecretStr)")
        given = Connection.of(connection["system"], _settings(connection))
        shown = kvitt.systems.shown(kvitt.systems.checked(given))
        system = kvitt.system()
        told = f"{dict(shown)} {given!r} {system!r} {system.books_id} {system.orders!r} {system.customers!r}"
        assert not any(secret in told for secret in secrets), "secrets are in nothing that is shown, repr included"

    def test_a_connection_that_is_not_accepted_is_access_refused_and_tells_no_secret(
        self, bench: Bench, kvitt: Installation, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nothing is retried until it is mended."""
        try:
            connection = bench.refused_connection()
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        kvitt.connect(connection, name="refused")
        kvitt.add(an_invoice(), business="refused")
        with caplog.at_level(logging.DEBUG):
            with pytest.raises(AccessRefused) as error:
                kvitt.verify("refused")
            transfer = kvitt.send(_NUMBER, business="refused")
        assert transfer.is_parked, f"a transfer waits until the connection is mended; it is {transfer}"
        told = f"{error.value} {error.value.hint} {error.value.faults} {transfer} {kvitt.story(transfer)} {caplog.text}"
        secrets = {*_secrets(bench, kvitt), *_secrets(bench, kvitt, connection)}
        assert not any(secret in told for secret in secrets), "no message, story or log line holds a secret"

    def test_settings_are_checked_by_the_plugins_model(self, bench: Bench, kvitt: Installation) -> None:
        """What is missing is named, what is unknown is refused, and no message holds a value."""
        connection = bench.connection()
        system, settings = connection["system"], _settings(connection)
        with pytest.raises(InvalidInput) as error:
            kvitt.systems.checked(Connection.of(system, {**settings, "no_such_setting": "hunter22"}))
        assert [fault.field for fault in error.value.faults] == ["accounting.no_such_setting"], (
            'An unknown setting is refused: give the model ConfigDict(extra="forbid").'
        )
        for name in [one.name for one in settings_of(kvitt.systems.model(system)) if one.required]:
            with pytest.raises(InvalidInput) as error:
                kvitt.systems.checked(Connection.of(system, {k: v for k, v in settings.items() if k != name}))
            assert f"accounting.{name}" in [fault.field for fault in error.value.faults]
            told = f"{error.value.message} {error.value.faults}"
            assert not any(secret in told for secret in _secrets(bench, kvitt)), "no message holds a value"

    def test_what_is_checked_stays_as_it_is_when_checked_again(self, bench: Bench, kvitt: Installation) -> None:
        """A connection that was stored can be read again."""
        connection = bench.connection()
        checked = kvitt.systems.checked(Connection.of(connection["system"], _settings(connection)))
        assert kvitt.systems.checked(checked) == checked

    # Customers

    def test_reading_leaves_out_what_is_gone(self, bench: Bench, kvitt: Installation) -> None:
        """An id that is gone is no error."""
        here = bench.add_customer("Moe Prøve AS", is_company=True, email="post@moe.example", address=ADDRESS)
        gone = bench.add_customer("Borte Prøve AS", is_company=True, email="post@borte.example")
        try:
            bench.delete_customer(gone)
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        records = kvitt.system().customers.read([gone, here])
        assert set(records) == {here}, "read answers what is there and leaves out what is gone"
        assert (records[here].name, records[here].kind) == ("Moe Prøve AS", CustomerKind.BUSINESS)
        assert records[here].addresses, "a record has the addresses that a change must reach, blank ones included"
        assert records[here].addresses[0] == ADDRESS

    def test_every_customer_is_in_the_directory(self, bench: Bench, kvitt: Installation) -> None:
        """All of them, page by page, and each once."""
        ids = [
            bench.add_customer(f"Prøve {number} AS", is_company=True, email=f"post{number}@prove.example")
            for number in range(7)
        ]
        entries = [entry for page in kvitt.system().customers.entries() for entry in page]
        assert sorted(entry.id for entry in entries) == sorted(ids), "entries yields every customer, each once"
        assert {email for entry in entries for email in entry.emails} == {f"post{n}@prove.example" for n in range(7)}

    def test_what_changed_since_is_in_the_directory_of_changes(self, bench: Bench, kvitt: Installation) -> None:
        """Whoever was registered after that instant is among them."""
        since = datetime.now(UTC) - _A_DAY
        new = bench.add_customer("Ny Prøve AS", is_company=True, organization_number="911000008")
        entries = [entry for page in kvitt.system().customers.entries(changed_since=since) for entry in page]
        assert new in {entry.id for entry in entries}, "a customer registered since then is among the changed ones"
        assert entries[0].organization_number, "an entry has the organization number"

    def test_searching_finds_by_email_and_by_number(self, bench: Bench, kvitt: Installation) -> None:
        """Searches may answer more than was asked for, and never less."""
        known = bench.add_customer(
            "Moe Prøve AS", is_company=True, organization_number="911000008", email="post@moe.example"
        )
        customers = kvitt.system().customers
        assert known in [record.id for record in customers.find_by_email("post@moe.example")]
        assert known in [record.id for record in customers.find_by_organization_number("911000008")]
        nobody = customers.find_by_email("nobody@prove.example")
        assert not [one for one in nobody if "nobody@prove.example" in one.emails]

    def test_several_customers_are_created_and_answered_in_order(self, bench: Bench, kvitt: Installation) -> None:
        """An answer for each, in the order in which they were given."""
        customers = kvitt.system().customers
        most = kvitt.system().limits.items_per_write
        wanted = [PERSON, COMPANY][:most]
        answers = customers.create(wanted)
        assert all(isinstance(answer, str) for answer in answers), answers
        names = {one.id: one.name for one in bench.customers()}
        assert [names[str(answer)] for answer in answers] == [one.booked_name for one in wanted]

    def test_an_update_writes_the_changed_fields_and_nothing_else(self, bench: Bench, kvitt: Installation) -> None:
        """What is not named in the changes stays as it is."""
        known = bench.add_customer(
            "Moe Gammel AS", is_company=True, organization_number="911000008", email="post@moe.example",
            phone="40000009", address=ADDRESS,
        )  # fmt: skip
        customers = kvitt.system().customers
        record = customers.read([known])[known]
        assert customers.update([CustomerUpdate(record, CustomerChanges(name="Moe Prøve AS"))]) == [None]
        (held,) = bench.customers()
        assert (held.name, held.emails, held.address) == ("Moe Prøve AS", ("post@moe.example",), ADDRESS)
        assert held.organization_number, "the organization number stays"
        moved = Address(street="Flyttegata 9", postal_code="5003", city="Bergen", country="NO")
        addresses = tuple(moved for _ in record.addresses)
        record = customers.read([known])[known]
        assert customers.update([CustomerUpdate(record, CustomerChanges(addresses=addresses))]) == [None]
        (held,) = bench.customers()
        assert (held.name, held.emails, held.address) == ("Moe Prøve AS", ("post@moe.example",), moved)
        assert len(held.phones) == 1, "the phone number stays"

    # Products and VAT

    def test_products_and_categories_are_found_once_they_are_created(self, bench: Bench, kvitt: Installation) -> None:
        """By the id that creating them answered."""
        products = kvitt.system().products
        category = products.create_category(CATEGORY)
        product = products.create_product(PRODUCT, category_id=category)
        assert [one.id for one in products.find_categories(CATEGORY) if one.name == CATEGORY] == [category]
        assert [one.id for one in products.find_products(PRODUCT) if one.name == PRODUCT] == [product]
        assert [(one.name, one.category) for one in bench.products()] == [(PRODUCT, CATEGORY)]

    def test_the_vat_codes_have_their_rates_in_percent(self, kvitt: Installation) -> None:
        """25, not 0.25."""
        codes = kvitt.system().vat.codes()
        for percent in (25, 15, 0):
            assert vat_code_for(Decimal(percent), account=codes, overrides={}).code.percent == percent

    # Orders

    def test_references_are_compared_exactly(self, kvitt: Installation) -> None:
        """An order whose number only looks alike is another."""
        system = kvitt.system()
        references = ["2001-1", "2001-10", "A-1", "a-1"]
        drafts = drafts_for(system, references)
        receipts = _created(system, drafts)
        customer_ids = [drafts[0].customer_id or ""]
        found = system.orders.find(["2001-1", "A-1", "none"], customer_ids=customer_ids, since=_yesterday())
        ids = {reference: [one.order_id for one in receipts] for reference, receipts in found.items()}
        assert ids == {"2001-1": [receipts[0].order_id], "A-1": [receipts[2].order_id]}, (
            "find answers the orders that carry exactly one of the references, and leaves out those that none carries"
        )
        assert all(one.is_whole for some in found.values() for one in some), "an order that is finished is whole"
        assert all(one.customer_id == customer_ids[0] for some in found.values() for one in some)

    def test_the_oldest_of_several_orders_with_one_reference_comes_first(self, kvitt: Installation) -> None:
        """Two orders with one number are both answered; which counts is decided in the core."""
        system = kvitt.system()
        drafts = [*drafts_for(system, ["2001-1"])] * 2
        receipts = [*_created(system, drafts[:1]), *_created(system, drafts[1:])]
        found = system.orders.find(["2001-1"], customer_ids=[drafts[0].customer_id or ""], since=_yesterday())
        assert [one.order_id for one in found["2001-1"]] == [one.order_id for one in receipts]

    def test_orders_of_other_customers_are_not_found(self, kvitt: Installation) -> None:
        """An order is looked for among those of the given customers."""
        system = kvitt.system()
        other = str(system.customers.create([PERSON])[0])
        _created(system, drafts_for(system, ["2001-1"]))
        assert system.orders.find(["2001-1"], customer_ids=[other], since=_yesterday()) == {}

    def test_one_order_that_can_not_be_created_hides_no_other(self, bench: Bench, kvitt: Installation) -> None:
        """Each draft gets its own answer, in order."""
        system = kvitt.system()
        drafts = drafts_for(system, ["2001-1", "2001-2", "2001-3"])
        drafts[1] = drafts[1].model_copy(update={"customer_id": _unknown_id(drafts[1].customer_id or "")})
        answers: list[Receipt | KvittError] = []
        most = system.limits.items_per_write
        for start in range(0, len(drafts), most):
            answers += written(
                drafts[start : start + most], lambda some: system.orders.create(some, before_next_call=nothing)
            )
        kinds = [isinstance(answer, Receipt) for answer in answers]
        assert kinds == [True, False, True], f"each draft gets its own answer, in order: {answers}"
        bench.settle()
        assert len(bench.orders()) == 2, "what can't be created leaves nothing behind"

    def test_the_hold_is_kept_between_calls(self, bench: Bench, kvitt: Installation) -> None:
        """`before_next_call` comes before each call but the first, and what it raises ends the writing."""
        if not bench.writes_orders_in_steps:
            pytest.skip("this plugin writes an order with one call")

        class HoldLost(Exception):  # noqa: N818
            """Like LeaseLost: nothing that the plugin knows."""

        def lost() -> None:
            raise HoldLost

        system = kvitt.system()
        drafts = drafts_for(system, ["2001-1"])
        with pytest.raises(HoldLost):
            system.orders.create(drafts, before_next_call=lost)
        (begun,) = bench.orders()
        customer_ids = [drafts[0].customer_id or ""]
        (receipt,) = system.orders.find(["2001-1"], customer_ids=customer_ids, since=_yesterday())["2001-1"]
        assert (receipt.order_id, receipt.is_whole) == (begun.id, False), "an order that was begun is found, not whole"
        (completed,) = _created(system, [drafts[0].model_copy(update={"begun_as": begun.id})])
        assert completed.order_id == begun.id, "a draft that was begun is completed, not created"
        (held,) = bench.orders()
        assert len(held.rows) == 1
        (receipt,) = system.orders.find(["2001-1"], customer_ids=customer_ids, since=_yesterday())["2001-1"]
        assert receipt.is_whole

    # Payment

    def test_states_are_answered_order_by_order(self, bench: Bench, kvitt: Installation) -> None:
        """An order that is gone is left out; the others are told."""
        system = kvitt.system()
        gone, here = (one.order_id for one in _created(system, drafts_for(system, ["2001-1", "2001-2"])))
        bench.delete_order(gone)
        states = system.payments.states([gone, here])
        assert set(states) == {here}, "an order that is gone is left out"
        state = states[here]
        assert isinstance(state, OrderState)
        assert state.invoice_number is None, "an order that is not published has no invoice number"
        assert state.reference in (None, "2001-2"), "the reference is ours, or is not told"
        assert state.totals is None or state.totals.gross == 1500, "totals include VAT"

    # Limits

    def test_texts_as_long_as_the_limits_fit(self, bench: Bench, kvitt: Installation) -> None:
        """What the plugin says that its system holds, it holds: nothing is cut, nothing is refused."""
        limits = kvitt.system().limits
        name, product, text = (_long(length) for length in (limits.customer_name, limits.product_name, limits.row_text))
        kvitt.connect(bench.connection(), product_name=product)
        customer = COMPANY.model_copy(update={"organization_name": name})
        kvitt.add(an_invoice(customer=customer, rows=(a_row(product=text, period=None),)))
        self.arrived(kvitt.send(_NUMBER))
        assert bench.customers()[0].name == name, f"a customer's name of {limits.customer_name} characters fits"
        assert bench.products()[0].name == product, f"a product's name of {limits.product_name} characters fits"
        assert self.the_order(bench).rows[0].text == text, f"a row's text of {limits.row_text} characters fits"

    def test_amounts_as_fine_and_large_as_the_limits_fit(self, bench: Bench, kvitt: Installation) -> None:
        """Nothing is rounded that the limits let pass."""
        limits = kvitt.system().limits
        fine = Decimal(10) ** -limits.decimals
        rows = (
            a_row(quantity=1 + fine, unit_price=100 + fine, discount_percent=10 + fine),
            a_row(unit_price=limits.largest_amount),
        )
        kvitt.add(an_invoice(rows=rows))
        self.arrived(kvitt.send(_NUMBER))
        held, large = self.the_order(bench).rows
        assert (held.quantity, held.unit_price, held.discount_percent) == (1 + fine, 100 + fine, 10 + fine)
        assert large.unit_price == limits.largest_amount


def _settings(connection: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in connection.items() if name != "system"}


def _secrets(bench: Bench, kvitt: Installation, connection: Mapping[str, str] | None = None) -> list[str]:
    given = connection or bench.connection()
    return [given[name] for name in kvitt.systems.secrets(given["system"]) if given.get(name)]


def _yesterday() -> datetime:
    return datetime.now(UTC) - _A_DAY


def _created(system: AccountingSystem, drafts: list[OrderDraft]) -> list[Receipt]:
    receipts = []
    most = system.limits.items_per_write
    for start in range(0, len(drafts), most):
        for answer in system.orders.create(drafts[start : start + most], before_next_call=nothing):
            assert isinstance(answer, Receipt), f"the order should have been created: {answer!r}"
            receipts.append(answer)
    return receipts


def _unknown_id(known: str) -> str:
    """An id like the known one that nothing has."""
    return str(int(known) + 7777) if known.isdigit() else f"{known}-none"


def _long(length: int) -> str:
    """A text of so many characters, beyond ASCII, that says where it ends."""
    return ("Prøve åæø " * (length // 10 + 1))[: length - 1] + "."
