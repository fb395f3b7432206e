"""The sandbox whose accountant and customers act by themselves."""

from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.lively import Act, Happening, Line, script_from
from sandbox.refused import NotPossibleError
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row

PACE = 0.001


def ordered(books: Books, reference: str = "", *, memo: str = "", price: str = "100", quantity: int = 1) -> Order:
    row = Row(id=0, name="Tractor", quantity=Decimal(quantity), price=Decimal(price), vat_rate=Decimal(25))
    return books.keep_order(Order(id=0, customer_id=1, reference=reference, internal_memo=memo, rows=[row]))


def played(sandbox: Sandbox, acts: int, *, seed: int = 0, script: list[Line] | None = None) -> list[Happening]:
    return list(islice(sandbox.lively(pace=PACE, seed=seed, script=script), acts))


def played_until_seen(sandbox: Sandbox, orders: int, *, seed: int) -> list[Happening]:
    """Play until something was done with so many orders."""
    happenings: list[Happening] = []
    for happening in sandbox.lively(pace=PACE, seed=seed):
        happenings.append(happening)
        if len({happening.reference for happening in happenings}) == orders:
            break
    return happenings


def told(happenings: list[Happening]) -> list[tuple[str, str, bool]]:
    return [(happening.act.value, happening.reference, happening.done) for happening in happenings]


def test_everything_that_may_become_of_an_invoice_becomes_of_some(sandbox: Sandbox, books: Books) -> None:
    for number in range(200):
        ordered(books, f"{number}")
    happenings = played_until_seen(sandbox, 200, seed=7)
    assert {happening.act for happening in happenings} == {*Act}
    assert all(happening.done for happening in happenings)


def test_one_seed_does_the_same_again_and_another_something_else(sandbox: Sandbox, books: Books) -> None:
    def a_day(seed: int) -> list[tuple[str, str, bool]]:
        books.clear()
        for number in range(40):
            ordered(books, f"{number}")
        return told(played(sandbox, 60, seed=seed))

    assert a_day(7) == a_day(7)
    assert a_day(7) != a_day(8)


def test_what_an_invoice_is_in_for_does_not_hang_on_when_it_comes(sandbox: Sandbox, books: Books) -> None:
    numbers = [f"{number}" for number in range(30)]
    for number in numbers:
        ordered(books, number)
    together: dict[str, Act] = {}
    for happening in played_until_seen(sandbox, len(numbers), seed=7):
        together.setdefault(happening.reference, happening.act)
    alone = {}
    for number in reversed(numbers):
        books.clear()
        ordered(books, number)
        alone[number] = played(sandbox, 1, seed=7)[0].act
    assert alone == together
    assert {*alone.values()} == {Act.PUBLISH, Act.DELETE}


def test_a_persons_acts_are_no_obstacle(sandbox: Sandbox, books: Books) -> None:
    for number in range(20):
        order = ordered(books, f"{number}")
        books.publish(order.id)
        if number % 2:
            books.pay(order.id)
    happenings = played(sandbox, 10, seed=7)
    assert all(happening.done and happening.act is not Act.PUBLISH for happening in happenings)


def test_an_order_that_is_still_written_is_left_alone(sandbox: Sandbox, books: Books) -> None:
    books.keep_order(Order(id=0, customer_id=1, reference="without rows"))
    ordered(books, memo="1 (not complete yet: do not publish it)")
    whole = ordered(books, memo="2")
    happenings = sandbox.lively(pace=PACE, seed=1, script=script_from("publish next\npublish 1"))
    happening = next(happenings)
    assert (happening.order_id, happening.invoice_id) == (whole.id, whole.invoice_id)
    assert played(sandbox, 1, seed=1)[0].order_id == whole.id


def test_a_credit_is_published_and_paid_out(sandbox: Sandbox, books: Books) -> None:
    credit = ordered(books, "1-K1", quantity=-1)
    assert told(played(sandbox, 2)) == [("publish", "1-K1", True), ("pay", "1-K1", True)]
    assert credit.paid is not None
    assert credit.paid_amount == Decimal(-125)


def test_a_script_is_played_line_by_line(sandbox: Sandbox, books: Books) -> None:
    for number in ("1", "2", "3"):
        ordered(books, number)
    script = script_from(
        """
        publish 2      # by its number
        publish next   # the oldest that is none yet
        part 2
        pay 2
        pay 2          # paid already
        pay next
        take_back 1
        credit next
        delete next
        """
    )
    assert told(played(sandbox, 9, script=script)) == [
        ("publish", "2", True),
        ("publish", "1", True),
        ("part", "2", True),
        ("pay", "2", True),
        ("pay", "2", False),
        ("pay", "1", True),
        ("take_back", "1", True),
        ("credit", "1", True),
        ("delete", "3", True),
    ]


def test_a_script_waits_for_its_orders(sandbox: Sandbox, books: Books) -> None:
    happenings = sandbox.lively(pace=PACE, script=script_from("publish 1\npay 2"))
    ordered(books, "2")
    ordered(books, "1")
    assert next(happenings).reference == "1"


@pytest.mark.parametrize("line", ["publish", "sell 1", "1 publish", "Publish 1"])
def test_what_is_no_line_of_a_script_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"^3$"):
        script_from(f"publish 1\n# nothing\n{line}\n")


def test_what_is_done_is_kept(sandbox: Sandbox, books: Books, tmp_path: Path) -> None:
    sandbox.keep_in(tmp_path / "books.json")
    ordered(books, "1")
    played(sandbox, 1, script=script_from("publish 1"))
    assert '"Invoiced"' in (tmp_path / "books.json").read_text(encoding="utf-8")


def test_it_ends_when_the_sandbox_does(sandbox: Sandbox) -> None:
    happenings = sandbox.lively(pace=60)
    sandbox.stop()
    assert list(happenings) == []


def test_a_credit_settles_what_is_open_of_the_invoice(books: Books) -> None:
    order = ordered(books, "1")
    with pytest.raises(NotPossibleError, match="not an invoice yet"):
        books.credit(order.id)
    number = books.publish(order.id)
    books.pay(number, amount=Decimal(25))
    credited_with = books.credit(number)
    credit = next(one for one in books.orders.values() if one.invoice_id == credited_with)
    assert (order.paid_amount, order.total_inc_vat) == (Decimal(125), Decimal(125))
    assert (credit.total_inc_vat, credit.paid_amount, credit.paid) == (Decimal(-125), Decimal(-100), None)
    assert books.ledger.open_amount(order) == 0
    assert books.ledger.open_amount(credit) == Decimal(-25)
    for again in (order, credit):
        with pytest.raises(NotPossibleError, match="a credit, or was credited"):
            books.credit(again.id)


def test_a_payment_that_is_taken_back_leaves_the_invoice_open(books: Books) -> None:
    order = ordered(books, "1")
    number = books.publish(order.id)
    with pytest.raises(NotPossibleError, match="Nothing was paid"):
        books.take_back(number)
    books.pay(number)
    books.take_back(number)
    assert order.paid is None
    assert (order.paid_amount, books.ledger.open_amount(order)) == (Decimal(0), Decimal(125))
