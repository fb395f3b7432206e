"""What people, accountants and operators do, and the sweeping of workers."""

from collections.abc import Callable, Collection
from datetime import date
from functools import partial

from core.customer import CustomerKind
from core.errors import Conflict, KvittError, OrderOpen
from core.payment import PaymentReport, PaymentStatusValue
from core.recovery import FindingKind
from core.transfer import Transfer, TransferState
from tests.simulation.faults import Fault
from tests.simulation.life import Life
from tests.simulation.plan import Act, Kind
from tests.simulation.world import Worker

_TODAY = date(2026, 10, 2)


def perform(life: Life, act: Act) -> None:
    """Have an act begin; what is done through Kvitt goes on in a process of its own."""
    life.world.saw[f"act: {act.kind}"] += 1
    if directly := _DIRECTLY.get(act.kind):
        life.world.tell(str(act))
        directly(life, act)
    else:
        _spawn(life, str(act.kind), act.nth, lambda: _ASKED[act.kind](life, act))


def sweep(life: Life) -> None:
    """Have a worker sweep."""
    life.world.saw["sweeps"] += 1
    _spawn(life, "sweeper", life.world.saw["sweeps"], lambda: _sweep(life))


def _spawn(life: Life, name: str, nth: int, work: Callable[[], None]) -> None:
    world = life.world
    chance = world.chance.stream(name, nth)

    def asked() -> None:
        world.tell("begins")
        try:
            work()
        except KvittError as error:
            world.tell(f"is refused: {error.message} [{error.code}]")

    process = Worker(f"{name} {nth}", asked, machine=chance.pick(world.machines), chance=chance)
    process.takes_turns_itself = chance.happens(0.3)
    world.scheduler.spawn(process)


# Through Kvitt


def _sweep(life: Life, _: Act | None = None) -> None:
    life.stage.container.sweep().run()


def _change(life: Life, act: Act) -> None:
    life.state_anew(act.numbers[0])


def _add(life: Life, act: Act) -> None:
    life.add(act.numbers[0], life.source[act.numbers[0]])


def _send(life: Life, act: Act) -> None:
    (number,) = act.numbers
    life.stage.container.send_invoice().send(act.business, number)
    life.promised.add(number)


def _send_many(life: Life, act: Act) -> None:
    batch = life.stage.container.send_many().send(act.business, act.numbers)
    for item in life.stage.container.look_up().batch_items(batch.id, limit=100):
        if item.transfer:
            life.promised.add(item.invoice)


def _send_all(life: Life, act: Act) -> None:
    life.stage.container.send_many().send_all(act.business)


def _retry(life: Life, act: Act) -> None:
    if transfer := transfer_of(life, act.business, act.numbers[0]):
        life.stage.container.manage_transfers().retry(transfer.id)


def _cancel(life: Life, act: Act) -> None:
    if transfer := transfer_of(life, act.business, act.numbers[0]):
        life.stage.container.manage_transfers().cancel(transfer.id)


def _send_again(life: Life, act: Act) -> None:
    life.stage.container.send_again().send(act.business, act.numbers[0])
    life.promised.add(act.numbers[0])


def _withdraw(life: Life, act: Act) -> None:
    (number,) = act.numbers
    _publish_meanwhile(life, act)
    life.to_withdraw.add(number)
    life.stage.container.withdraw_invoice().withdraw(act.business, number)


def _replace(life: Life, act: Act) -> None:
    (number,) = act.numbers
    _publish_meanwhile(life, act)
    life.to_replace.add(number)
    life.replace(number)
    life.promised.add(number)


def _publish_meanwhile(life: Life, act: Act) -> None:
    """Now and then an accountant publishes the order at the moment at which it is to be withdrawn, or soon after."""
    chance, world = life.world.chance.stream("published", act.nth), life.world
    if chance.happens(0.3):
        soon = chance.pick([(0.0, 3.0), (1.0, 5.0), (5.0, 150.0)])
        world.scheduler.at(world.scheduler.now + chance.time(*soon), partial(_publish, life, act))


def check_status(life: Life, act: Act) -> None:
    """Ask whether invoices are paid, and compare the answers with the books."""
    before = _paid_orders(life, act.business)
    answers = life.stage.container.check_status().check(act.business, act.numbers)
    known = before | _paid_orders(life, act.business)
    for answer in answers:
        if isinstance(answer, PaymentReport):
            life.world.tell(f"{answer.invoice}: {answer.status}, {answer.reason}")
            if answer.status is PaymentStatusValue.PAID and answer.invoice not in known:
                life.world.breaks(f"invoice {answer.invoice} is reported paid and is not")


def _paid_orders(life: Life, business: str) -> set[str]:
    return {
        order.draft.reference
        for company in life.companies_of(business)
        for order in company.system.books.orders.values()
        if order.paid_at
    }


def _link(life: Life, act: Act) -> None:
    chance = life.world.chance.stream("linked", act.nth)
    if records := list(life.companies_of(act.business)[0].system.books.customers):
        life.stage.container.link_customer().link(act.business, act.numbers[0], chance.pick(records))


def _preview(life: Life, act: Act) -> None:
    life.stage.container.preview_invoice().preview(act.business, act.numbers[0])


def _verify(life: Life, act: Act) -> None:
    life.stage.container.verify_business().verify(act.business)


def _follow_up(life: Life, act: Act) -> None:
    life.stage.container.follow_up().run()


def _change_account(life: Life, act: Act) -> None:
    if Fault.RESTORES in life.world.weather.kinds:
        return  # recovery reads the books that a business is connected to: docs/operations.md has people see to that
    company = life.world.chance.stream("account", act.nth).pick(life.companies_of(act.business))
    life.connect(act.business, company)
    life.world.saw["account changes"] += 1
    life.world.tell(f"{act.business} is connected to {company.name}")


# Directly


def _publish(life: Life, act: Act) -> None:
    for company in life.companies_of(act.business):
        for order_id, reference in company.orders.items():
            if reference in act.numbers and company.system.books.orders[order_id].is_whole:
                company.publish(order_id, on=_TODAY)


def _pay(life: Life, act: Act) -> None:
    for company in life.companies_of(act.business):
        for order_id, order in list(company.system.books.orders.items()):
            if order.draft.reference in act.numbers and order.invoice_number:
                company.system.books.pay(order_id, on=_TODAY)


def _delete(life: Life, act: Act) -> None:
    for company in life.companies_of(act.business):
        for order_id, reference in company.orders.items():
            if reference in act.numbers and company.system.books.orders[order_id].invoice_number is None:
                company.delete(order_id)
                life.world.saw["orders deleted"] += 1
                life.world.tell(f"an accountant deletes order {order_id} of {reference} in {company.name}")


def _book_customer(life: Life, act: Act) -> None:
    """An accountant makes a record that may be this customer's by its e-mail address."""
    customer = life.plan.customers[act.numbers[0]]
    books = life.companies_of(act.business)[0].system.books
    books.add_customer(f"Booked {act.nth}", kind=CustomerKind.CONSUMER, emails=(customer.email,))


def _restart(life: Life, act: Act) -> None:
    stop_everything(life)


def stop_everything(life: Life) -> None:
    """Kill every process of the installation: the power is cut, say."""
    for process in life.world.scheduler.processes:
        life.world.kill(process, "from outside")


def _kill(life: Life, act: Act) -> None:
    if processes := life.world.scheduler.processes:
        life.world.kill(life.world.chance.stream("killed", act.nth).pick(processes), "from outside")


def _step_clock(life: Life, act: Act) -> None:
    life.world.step_clocks(life.world.chance.stream("stepped", act.nth))


def _back_up(life: Life, act: Act) -> None:
    life.backups.append(life.stage.database.copy())
    life.world.saw["backups"] += 1


def _restore(life: Life, act: Act) -> None:
    """The database is put back to an earlier day; then whoever sent invoices sends them again: nobody knows which."""
    backup = life.world.chance.stream("restored", act.nth).pick(life.backups)
    stop_everything(life)
    life.world.scheduler.sleep(0)
    life.stage.database.put_back(backup)
    life.stage.queue.forget()
    life.was_restored = True
    life.world.saw["restores"] += 1
    if life.world.chance.stream("recovered", act.nth).happens(0.5):
        life.stage.recover()
    wanted, life.promised = sorted(life.promised), set()
    for number in wanted:
        _spawn(life, f"resend {number}", act.nth, partial(_resend, life, number))


def _resend(life: Life, number: str) -> None:
    try:
        life.add(number, life.source[number])
    except Conflict as error:
        life.world.tell(f"is refused: {error.message} [{error.code}]")
    life.stage.container.send_invoice().send(life.business_of(number), number)
    life.promised.add(number)


# When nothing goes wrong any more


def mend(life: Life) -> bool:
    """Do what people are asked to do; whether all has come to an end. In nobody's process, so that nothing fails."""
    all_ended = True
    if life.was_restored:
        life.stage.recover()
    for business in life.businesses:
        if Fault.ACCOUNT_CHANGES in life.world.weather.kinds:
            _connect_where_it_waits(life, business)
        transfers = transfers_of(life, business)
        if any(one.is_parked for one in transfers):
            life.stage.container.verify_business().verify(business)
        if life.was_restored and not _adopt_what_was_found(life, business, transfers):
            all_ended = False
        for transfer in transfers:
            if transfer.state is TransferState.TRANSFERRED or transfer.state.is_taken_back:
                continue
            all_ended = False
            if transfer.state is TransferState.REJECTED:
                _mend_rejected(life, transfer)
            elif transfer.state is TransferState.WITHDRAWING and transfer.is_parked:
                life.stage.container.withdraw_invoice().withdraw(business, transfer.invoice)
    return all_ended


def _connect_where_it_waits(life: Life, business: str) -> None:
    """Connect the business to the account that it is; or to the other, where invoices wait for those books."""
    home, other = life.companies_of(business)
    waits = [
        transfer.error.message
        for transfer in transfers_of(life, business)
        if transfer.error and transfer.error.code == "other_books" and not transfer.state.is_final
    ]
    try:
        life.connect(business, other if any(f'in the books of "{other.name}"' in said for said in waits) else home)
    except KvittError as error:
        life.world.tell(f"{business} stays where it is: {error.message} [{error.code}]")


def _adopt_what_was_found(life: Life, business: str, transfers: Collection[Transfer]) -> bool:
    """Adopt the order that recovery found beside one that is gone, as it asks for; whether there was nothing to adopt.

    That is what comes of an order that was replaced after the backup.
    """
    in_books = {order_id for company in life.companies_of(business) for order_id in company.orders}
    gone = {one.invoice for one in transfers if one.state.has_order and one.order_id not in in_books}
    found = [
        finding
        for recovery in life.stage.container.recover().all()
        if recovery.business == business
        for finding in recovery.findings
        if finding.kind is FindingKind.OTHER_ORDER and finding.invoice in gone and in_books & {*finding.order_ids}
    ]
    for finding in found:
        try:
            life.stage.container.adopt_order().adopt(
                business, finding.invoice, finding.order_ids[0], accept_differences=True
            )
            life.world.saw["orders adopted"] += 1
        except OrderOpen:
            life.stage.container.send_again().send(business, finding.invoice)
            life.world.saw["orders completed by a send"] += 1
        except KvittError as error:
            life.world.tell(f"{finding.invoice} can't be mended yet: {error.message} [{error.code}]")
    return not found


def _mend_rejected(life: Life, transfer: Transfer) -> None:
    code = transfer.error.code if transfer.error else ""
    try:
        if code == "unknown_vat_rate":
            life.state_anew(transfer.invoice)
        elif code == "ambiguous_customer":
            customer = life.plan.customers[transfer.invoice]
            records = life.companies_of(transfer.business)[0].system.books.customers.values()
            (first, *_) = [one.id for one in records if customer.email in one.emails]
            life.stage.container.link_customer().link(transfer.business, transfer.invoice, first)
        life.stage.container.manage_transfers().retry(transfer.id)
    except KvittError as error:
        life.world.tell(f"{transfer.invoice} can't be mended yet: {error.message} [{error.code}]")


def transfer_of(life: Life, business: str, number: str) -> Transfer | None:
    """Return an invoice's transfer, or None."""
    return life.stage.container.look_up().transfer_of(business, number)


def transfers_of(life: Life, business: str) -> list[Transfer]:
    """Return a business's transfers that count."""
    listed = life.stage.container.look_up().transfers(business, limit=1000)
    return [one for one in listed if not one.superseded]


_ASKED: dict[Kind, Callable[[Life, Act], None]] = {
    Kind.ADD: _add,
    Kind.CHANGE: _change,
    Kind.SEND: _send,
    Kind.SEND_MANY: _send_many,
    Kind.SEND_ALL: _send_all,
    Kind.RETRY: _retry,
    Kind.CANCEL: _cancel,
    Kind.SEND_AGAIN: _send_again,
    Kind.WITHDRAW: _withdraw,
    Kind.REPLACE: _replace,
    Kind.STATUS: check_status,
    Kind.LINK: _link,
    Kind.PREVIEW: _preview,
    Kind.VERIFY: _verify,
    Kind.FOLLOW_UP: _follow_up,
    Kind.SWEEP: _sweep,
    Kind.CHANGE_ACCOUNT: _change_account,
}

_DIRECTLY: dict[Kind, Callable[[Life, Act], None]] = {
    Kind.PUBLISH: _publish,
    Kind.PAY: _pay,
    Kind.DELETE: _delete,
    Kind.BOOK_CUSTOMER: _book_customer,
    Kind.RESTART: _restart,
    Kind.KILL: _kill,
    Kind.STEP_CLOCK: _step_clock,
    Kind.BACK_UP: _back_up,
    Kind.RESTORE: _restore,
}
