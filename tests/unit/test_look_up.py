import pytest

from core.errors import NotFound
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def test_listings_are_read_page_by_page(gateway: Gateway) -> None:
    for number in ("3", "1", "2"):
        gateway.add(an_invoice(number=number))
        gateway.send(number)
    assert [one.number for one in gateway.look_up.invoices("fjell", limit=2)] == ["1", "2"]
    assert [one.number for one in gateway.look_up.invoices("fjell", limit=2, after="2")] == ["3"]
    first, second = gateway.look_up.transfers("fjell", limit=2)
    assert [one.invoice for one in (first, second)] == ["3", "1"]
    assert [one.invoice for one in gateway.look_up.transfers(None, limit=2, after=second.id)] == ["2"]
    assert gateway.look_up.transfers("fjell", state=TransferState.REJECTED, limit=9) == []


def test_what_is_not_there_is_said_not_to_be_there(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    transfer = gateway.send("2001-1")
    look = gateway.look_up
    assert look.transfer_of("fjell", "1") is None
    assert look.transfer(transfer.id, business="fjell") == transfer
    with pytest.raises(NotFound, match="vidde"):
        look.business("vidde")
    with pytest.raises(NotFound, match="vidde"):
        look.invoice("vidde", "2001-1")
    with pytest.raises(NotFound, match='"1"'):
        look.invoice("fjell", "1")
    with pytest.raises(NotFound):
        look.invoices("vidde", limit=9)
    with pytest.raises(NotFound):
        look.transfers("vidde", limit=9)
    with pytest.raises(NotFound):
        look.transfer("nope")
