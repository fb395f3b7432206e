"""By what invoices are found, and what a person may type or copy to find them."""

import pytest

from core.customer import Customer
from core.invoice import Invoice
from core.search_words import searched_words, words_of

INVOICE = Invoice(
    number="F-1",
    order_number="PO 7",
    customer=Customer(
        name="Kari Nordmann",
        email="Kari.Nordmann@Fjell.No",
        organization_name="Fjell-Utleie AS",
        organization_number="NO 923 609 016 MVA",
    ),
)


def is_found_by(text: str) -> bool:
    searched = searched_words(text)
    own = {word for _, word in words_of(INVOICE)}
    return bool(searched) and all(any(word.startswith(one) for word in own) for one in searched)


@pytest.mark.parametrize(
    "text",
    [
        "NO 923 609 016 MVA",
        "no923609016mva",
        "923 609 016",
        "923609016",
        "923 609",
        "NO 923 609",
        "923609016 MVA",
        "org.nr 923 609 016",
        "fjell 923 609 016",
        "923 609 016 MVA fjell",
        "utleie NO 923609016 MVA",
        "kari.nordmann@fjell.no",
        "KARI.nord",
        "@fjell.no",
        "mailto:kari.nordmann@fjell.no",
        "Kari <kari.nordmann@fjell.no>",
        "fjell.no",
        "f-1",
    ],
)
def test_an_invoice_is_found_by_what_a_person_types_or_copies(text: str) -> None:
    assert is_found_by(text)


@pytest.mark.parametrize("text", ["923 609 017", "fjell 923 609 017", "ola@fjell.no", "SE fjell", "<>", "7 8"])
def test_and_not_by_what_is_not_on_it(text: str) -> None:
    assert not is_found_by(text)
