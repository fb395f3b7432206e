from collections.abc import Callable
from decimal import Decimal

import pytest
from pydantic import SecretStr

from core.business import Business, Connection
from core.business_changes import StoredBusiness
from core.errors import AccessRefused, Conflict, InvalidInput, NotFound, Rejected, TryAgain
from core.transfer import TransferState
from entrypoints.parsing import business_from
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def business(name: str = "fjell", *, system: str = "fake", **settings: str) -> Business:
    return Business(name=name, accounting=Connection.of(system, {"account_name": "Fjellutleie AS", **settings}))


def test_connecting_calls_nobody(gateway: Gateway) -> None:
    gateway.connect_business.store(business("vidde", password="new"))
    assert gateway.systems.of("vidde").calls == []
    assert gateway.look_up.business("vidde").accounting.settings["password"] == "new"


def test_a_secret_that_is_left_out_is_kept_and_another_setting_is_not(gateway: Gateway) -> None:
    gateway.connect_business.store(business(username="kari@fjell.example"))
    assert gateway.look_up.business("fjell").accounting.settings == {
        "account_name": "Fjellutleie AS",
        "password": "open sesame",
        "username": "kari@fjell.example",
    }
    gateway.connect_business.store(business())
    assert "username" not in gateway.look_up.business("fjell").accounting.settings


def test_a_new_business_must_bring_its_secrets(gateway: Gateway) -> None:
    with pytest.raises(InvalidInput, match="password is missing"):
        gateway.connect_business.store(business("vidde"))
    assert [one.name for one in gateway.look_up.businesses(limit=9)] == ["fjell"]


def test_a_secret_is_not_carried_over_to_another_accounting_system(gateway: Gateway) -> None:
    with pytest.raises(InvalidInput, match="password is missing"):
        gateway.connect_business.store(business(system="another"))


def test_an_unknown_setting_or_system_is_refused_and_nothing_is_stored(gateway: Gateway) -> None:
    before = gateway.look_up.business("fjell")
    for wrong in (business(colour="red"), business(system="unheard-of", password="x")):
        with pytest.raises(InvalidInput):
            gateway.connect_business.store(wrong)
    assert gateway.look_up.business("fjell") == before


@pytest.mark.parametrize("field", ["product_name", "category_name"])
def test_a_name_that_the_system_cannot_hold_is_refused(gateway: Gateway, field: str) -> None:
    with pytest.raises(InvalidInput, match=f"{field} is longer than the 125 characters"):
        gateway.connect_business.store(business().model_copy(update={field: "x" * 126}))
    gateway.connect_business.store(business().model_copy(update={field: "x" * 125}))


def parked(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.down = AccessRefused("Wrong password.")
    assert gateway.send("2001-1").is_parked
    gateway.system.down = None
    gateway.system.calls.clear()


def test_a_changed_connection_releases_what_was_parked(gateway: Gateway) -> None:
    parked(gateway)
    gateway.connect_business.store(business(password="right"))
    transfer = gateway.transfer("2001-1")
    assert (transfer.state, transfer.next_attempt_at) == (TransferState.QUEUED, gateway.clock.now())
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_an_unchanged_connection_releases_nothing(gateway: Gateway) -> None:
    parked(gateway)
    gateway.connect_business.store(business())
    assert gateway.transfer("2001-1").is_parked


def test_a_changed_connection_forgets_what_was_read_through_the_old_one(gateway: Gateway) -> None:
    gateway.add(an_invoice(), an_invoice(number="2"), an_invoice(number="3"))
    gateway.send("2001-1")
    gateway.connect_business.store(business())
    gateway.system.calls.clear()
    gateway.send("2")
    assert "vat.codes" not in gateway.system.calls
    gateway.connect_business.store(business(password="right"))
    gateway.send("3")
    assert "vat.codes" in gateway.system.calls


class TestAnotherAccountingSystem:
    """The vendor's next API, say: the business moves, and its transfers stay."""

    @staticmethod
    def move(gateway: Gateway) -> None:
        gateway.connect_business.store(business(system="another", password="open sesame"))

    def test_transfers_keep_their_order_ids(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        before = gateway.send("2001-1")
        self.move(gateway)
        assert gateway.transfer("2001-1") == before
        assert gateway.send("2001-1") == before
        assert len(gateway.books.orders) == 1

    def test_an_order_that_may_be_there_has_to_be_found_first(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        gateway.system.orders.lose_next_answer = True
        gateway.send("2001-1")
        with pytest.raises(Conflict, match="2001-1") as refused:
            self.move(gateway)
        assert refused.value.code == "orders_open"
        gateway.send("2001-1")
        self.move(gateway)
        assert gateway.look_up.business("fjell").accounting.system == "another"

    def test_a_refused_move_leaves_the_business_to_its_workers(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        gateway.system.orders.lose_next_answer = True
        gateway.send("2001-1")
        with pytest.raises(Conflict):
            self.move(gateway)
        assert gateway.send("2001-1").state is TransferState.TRANSFERRED

    def test_an_order_that_was_refused_is_in_nobodys_way(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        gateway.system.orders.fail_next(Rejected("No."), call="create")
        gateway.send("2001-1")
        self.move(gateway)
        assert gateway.send("2001-1").state is TransferState.TRANSFERRED

    def test_nobody_moves_it_while_a_worker_writes(self, gateway: Gateway) -> None:
        refused: list[TryAgain] = []

        def try_to_move() -> None:
            with pytest.raises(TryAgain) as busy:
                self.move(gateway)
            refused.append(busy.value)

        gateway.add(an_invoice())
        gateway.system.before("orders.create", try_to_move)
        gateway.send("2001-1")
        assert [one.code for one in refused] == ["business_busy"]
        self.move(gateway)

    def test_other_settings_of_the_same_system_can_be_changed_meanwhile(self, gateway: Gateway) -> None:
        gateway.add(an_invoice())
        gateway.system.orders.lose_next_answer = True
        gateway.send("2001-1")
        gateway.connect_business.store(business(password="new"))


class TestChangingInPart:
    """Just what a merge patch names is changed."""

    @staticmethod
    def change(gateway: Gateway, **patch: object) -> StoredBusiness:
        return gateway.connect_business.change("fjell", patch, read=business_from)

    def test_only_the_password(self, gateway: Gateway) -> None:
        before = gateway.look_up.business("fjell")
        changed = self.change(gateway, accounting={"password": "new"})
        assert [(change.setting, change.secret) for change in changed.changes] == [("accounting.password", True)]
        now = gateway.look_up.business("fjell")
        assert now == changed.business
        assert now.accounting.settings == {**before.accounting.settings, "password": "new"}
        assert now.model_copy(update={"accounting": before.accounting}) == before

    def test_a_patch_of_nothing_changes_nothing_and_leaves_no_entry(self, gateway: Gateway) -> None:
        before = gateway.look_up.business("fjell"), len(gateway.look_up.audit(limit=99))
        assert self.change(gateway).changes == ()
        assert self.change(gateway, order_status="draft", vat_codes={"25": None}).changes == ()
        assert (gateway.look_up.business("fjell"), len(gateway.look_up.audit(limit=99))) == before

    def test_what_is_null_is_as_by_default_again(self, gateway: Gateway) -> None:
        self.change(gateway, order_status="confirmed", vat_codes={"25": "3", "0": "52"}, department="Oslo")
        assert len(self.change(gateway, order_status=None, vat_codes={"25": None}, department=None).changes) == 3
        now = gateway.look_up.business("fjell")
        assert (now.order_status, dict(now.vat_codes), now.department) == ("draft", {Decimal(0): "52"}, None)

    def test_a_secret_is_never_taken_away_by_leaving_it_out_and_may_not_be_by_null(self, gateway: Gateway) -> None:
        with pytest.raises(InvalidInput, match="password is missing"):
            self.change(gateway, accounting={"password": None})
        with pytest.raises(InvalidInput, match="password is missing"):
            self.change(gateway, accounting={"system": "another", "account_name": "Fjellutleie AS"})

    def test_what_can_not_be_read_is_refused_and_nothing_is_changed(self, gateway: Gateway) -> None:
        before = gateway.look_up.business("fjell")
        for patch in ({"colour": "red"}, {"order_status": "paid"}, {"accounting": None}, {"accounting": {"x": "y"}}):
            with pytest.raises(InvalidInput):
                self.change(gateway, **patch)
        assert gateway.look_up.business("fjell") == before
        assert gateway.look_up.audit(limit=99)[-1].result == "refused"

    def test_an_unknown_business_is_not_made(self, gateway: Gateway) -> None:
        with pytest.raises(NotFound):
            gateway.connect_business.change("vidde", {}, read=business_from)

    def test_it_releases_what_was_parked(self, gateway: Gateway) -> None:
        parked(gateway)
        self.change(gateway, order_status="confirmed")
        assert gateway.transfer("2001-1").is_parked
        self.change(gateway, accounting={"password": "right"})
        assert gateway.transfer("2001-1").state is TransferState.QUEUED


class TestStoringOverABusiness:
    def test_what_changes_is_told(self, gateway: Gateway) -> None:
        stored = gateway.connect_business.store(business(password="new").model_copy(update={"product_name": "Leie"}))
        assert not stored.is_new
        assert [(one.setting, one.before, one.after) for one in stored.changes] == [
            ("accounting.password", None, None),
            ("product_name", "Sharefox rental", "Leie"),
        ]

    def test_of_a_new_one_nothing_has_changed(self, gateway: Gateway) -> None:
        stored = gateway.connect_business.store(business("vidde", password="x"))
        assert (stored.is_new, stored.changes) == (True, ())

    def test_what_would_be_reset_is_named_and_nothing_is_stored_unless_that_is_meant(self, gateway: Gateway) -> None:
        gateway.connect_business.store(business().model_copy(update={"vat_codes": {Decimal(25): "3"}}))
        before = gateway.look_up.business("fjell")
        with pytest.raises(Conflict, match=r"vat_codes\.25 is 3 and would be not set") as refused:
            gateway.connect_business.store(business(password="new"), may_reset=False)
        assert (refused.value.code, [fault.field for fault in refused.value.faults]) == (
            "would_reset",
            ["vat_codes.25"],
        )
        assert gateway.look_up.business("fjell") == before
        assert len(gateway.connect_business.store(business(password="new")).changes) == 2

    def test_a_business_whose_plugin_is_gone_tells_nothing_of_its_old_settings(self, gateway: Gateway) -> None:
        gateway.systems.uninstall("fake")
        stored = gateway.connect_business.store(business(system="another", password="open sesame"))
        told = [(one.setting, one.before, one.after) for one in stored.changes]
        assert told == [("accounting.system", "fake", "another")]


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
OTHER = "slack://T1JJ3T3L2/A1BRTD4JD/another"


def notified(*addresses: str, **settings: str) -> Business:
    return Business.model_validate({**dict(business(**settings)), "notify": addresses})


def notify_of(gateway: Gateway) -> tuple[str, ...]:
    return gateway.look_up.business("fjell").notify_addresses


def test_where_people_are_told_is_kept_when_it_is_left_out_or_given_back_as_shown(gateway: Gateway) -> None:
    gateway.connect_business.store(notified(SLACK))
    gateway.connect_business.store(business())
    assert notify_of(gateway) == (SLACK,)

    stored = gateway.connect_business.store(notified("Slack"))
    assert notify_of(gateway) == (SLACK,)
    assert stored.changes == ()
    gateway.connect_business.change("fjell", {"notify": ["Slack"]}, read=business_from)
    assert notify_of(gateway) == (SLACK,)


def test_where_people_are_told_is_changed_and_removed_and_shown_by_nobody(gateway: Gateway) -> None:
    gateway.connect_business.store(notified(SLACK))

    changed = gateway.connect_business.change("fjell", {"notify": [OTHER, SLACK]}, read=business_from)
    assert notify_of(gateway) == (OTHER, SLACK)
    (change,) = changed.changes
    assert (change.setting, change.before, change.after, change.secret) == ("notify", None, None, True)

    gateway.connect_business.change("fjell", {"order_status": "confirmed"}, read=business_from)
    assert notify_of(gateway) == (OTHER, SLACK)
    removed = gateway.connect_business.change("fjell", {"notify": None}, read=business_from)
    assert [one.setting for one in removed.changes] == ["notify"]
    assert notify_of(gateway) == ()
    gateway.connect_business.store(notified(SLACK))
    gateway.connect_business.store(notified(), may_reset=False)
    assert notify_of(gateway) == ()


def test_an_address_that_reaches_inside_is_refused_and_nothing_is_stored(gateway: Gateway) -> None:
    gateway.connect_business.store(notified(SLACK))

    for wrong in (notified("json://10.0.0.1/hunter2"), notified(SLACK, "E-mail"), notified("Slack", "Slack")):
        with pytest.raises(InvalidInput, match="People can't be told") as refusal:
            gateway.connect_business.store(wrong)
        assert "hunter2" not in refusal.value.message
    assert notify_of(gateway) == (SLACK,)


def test_an_address_that_reaches_nobody_is_refused_by_its_place_and_nothing_is_stored(gateway: Gateway) -> None:
    gateway.connect_business.store(notified(SLACK))
    wrong = "slack://hunter2"

    connect = gateway.connect_business
    refusals: list[Callable[[], StoredBusiness]] = [
        lambda: connect.store(notified(SLACK, wrong)),
        lambda: connect.change("fjell", {"notify": [SLACK, wrong]}, read=business_from),
    ]
    for refused in refusals:
        with pytest.raises(InvalidInput, match="notify 2") as refusal:
            refused()
        assert [fault.field for fault in refusal.value.faults] == ["notify[1]"]
        assert "hunter2" not in str(refusal.value)
    assert notify_of(gateway) == (SLACK,)


def test_an_address_that_is_kept_is_not_judged_again(gateway: Gateway) -> None:
    stored = gateway.look_up.business("fjell")
    with gateway.storage.transaction() as work:
        work.businesses.put(stored.model_copy(update={"notify": (SecretStr("slack://of-old"),)}))
    gateway.connect_business.store(business(password="another"))
    gateway.connect_business.change("fjell", {"order_status": "confirmed"}, read=business_from)
    assert notify_of(gateway) == ("slack://of-old",)
