"""In which books a business works now, and whether what is asked about lies in them."""

from collections.abc import Iterable, Mapping

from core.books import Books, intent_elsewhere, known_as, order_elsewhere
from core.business import Business
from core.errors import OtherBooks
from core.intent import Intent, IntentKind
from core.ports.storage import UnitOfWork
from core.transfer import Transfer, order_may_be_elsewhere


def note_books(work: UnitOfWork, business: Business, books: Books) -> None:
    """Remember that the business's login has led to these books.

    The first ever noted claim what was kept before it was kept in which books anything is.
    """
    known = work.books.of(business.name)
    if known.get(books.key) == books:
        return
    if not known:
        work.books.claim(business.name, books, settings=list(business.accounting.settings.values()))
    work.books.put(business.name, books)


def invoices_elsewhere(
    work: UnitOfWork, business: str, transfers: Iterable[Transfer], *, here: Books
) -> Mapping[str, OtherBooks]:
    """Return the errors for those of these transferred invoices whose orders lie in other books, by number."""
    gone = [transfer for transfer in transfers if transfer.is_elsewhere(here.key)]
    known = work.books.of(business) if gone else {}
    return {
        transfer.invoice: order_elsewhere(transfer.invoice, there=known_as(transfer.books or "", known), here=here)
        for transfer in gone
    }


def orders_begun_elsewhere(
    work: UnitOfWork,
    business: str,
    intents: Iterable[Intent],
    transfers: Mapping[str, Transfer],
    *,
    here: Books,
) -> Mapping[str, OtherBooks]:
    """Return the errors for those of these intents whose orders may lie in other books, by invoice number."""
    open_ones = [intent for intent in intents if order_may_be_elsewhere(transfers.get(intent.key), intent, here.key)]
    known = work.books.of(business) if open_ones else {}
    return {
        intent.key: intent_elsewhere(intent.key, there=known_as(intent.books or "", known), here=here)
        for intent in open_ones
    }


def require_here(work: UnitOfWork, business: str, number: str, *, here: Books) -> None:
    """Raise OtherBooks when the invoice's order lies, or may lie, in other books than these."""
    transfers = work.transfers.of_invoices(business, [number])
    intent = work.intents.get(business, IntentKind.ORDER, number)
    elsewhere = {
        **orders_begun_elsewhere(work, business, [intent] if intent else [], transfers, here=here),
        **invoices_elsewhere(work, business, transfers.values(), here=here),
    }
    if number in elsewhere:
        raise elsewhere[number]
