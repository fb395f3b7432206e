"""Hostile XML is refused at once, within limits, and nothing outside is looked at."""

import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ubl import invoice_from_ubl
from core.errors import InvalidInput
from entrypoints.parsing import stated_invoice_from
from tests.adapters.ubl.files import Line, Ubl, change

SECONDS, MEGABYTES = 10, 400
BILLION = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%s">' % (nth, (b"&a%d;" % (nth - 1) if nth else b"&a;") * 10) for nth in range(12)
)
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a billion laughs": (lambda: BILLION + b"]><l>&a11;</l>", "DOCTYPE"),
    "one long entity, often": (
        lambda: b'<!DOCTYPE l [<!ENTITY a "' + b"a" * 100_000 + b'">]><l>' + b"&a;" * 100_000 + b"</l>",
        "DOCTYPE",
    ),
    "entities in an attribute": (lambda: BILLION + b']><l a="&a11;"/>', "DOCTYPE"),
    "parameter entities": (lambda: b'<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]><l/>', "DOCTYPE"),
    "an external DTD": (lambda: b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/l.dtd"><l/>', "DOCTYPE"),
    "in UTF-16": (lambda: '<!DOCTYPE l [<!ENTITY a "a">]><l>&a;</l>'.encode("utf-16"), "DOCTYPE"),
    "an unknown entity": (lambda: b"<l>&a;</l>", "not well-formed"),
    "deep": (lambda: b"<l>" * 5_000_000, "nested"),
    "many elements": (lambda: b"<l>" + b"<a/>" * 4_900_000, "elements"),
    "many attributes": (
        lambda: b"<l " + b" ".join(b'a%d=""' % nth for nth in range(1_000_000)) + b"/>",
        "not well-formed",
    ),
    "100 MB": (lambda: b"<l>" + b"x" * 100_000_000 + b"</l>", "20 MB"),
    "a long text": (lambda: b"<l>" + b"x" * 19_000_000, "not well-formed"),
    "nothing": (lambda: b"", "not well-formed"),
    "no end": (lambda: b"<l><a>", "not well-formed"),
    "bad UTF-8": (lambda: b"<l>\xff</l>", "not well-formed"),
    "an encoding nobody knows": (lambda: b'<?xml version="1.0" encoding="nix"?><l/>', "not well-formed"),
}


@pytest.mark.parametrize(("made", "said"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.sampled(3)
def test_it_is_refused_within_limits(made: Callable[[], bytes], said: str) -> None:
    content = made()
    before, began = _peak_megabytes(), time.process_time()

    with pytest.raises(InvalidInput, match=said) as caught:
        invoice_from_ubl(content)

    assert caught.value.code == "bad_xml"
    assert time.process_time() - began < SECONDS
    assert _peak_megabytes() - before < MEGABYTES


def test_no_file_is_read(tmp_path: Path) -> None:
    """A pipe that nobody writes to would hang whoever opens it."""
    os.mkfifo(tmp_path / "pipe")
    for text in (
        f'<!DOCTYPE l [<!ENTITY a SYSTEM "{(tmp_path / "pipe").as_uri()}">]><l>&a;</l>',
        f'<!DOCTYPE l SYSTEM "{(tmp_path / "pipe").as_uri()}"><l/>',
    ):
        with pytest.raises(InvalidInput):
            invoice_from_ubl(text.encode())


EMPTY = (
    "<AllowanceCharge/>",
    "<InvoiceLine/>",
    "<InvoiceLine><AllowanceCharge/></InvoiceLine>",
    "<TaxTotal/>",
    "<Delivery/>",
    "<Note>a</Note>",
    "<AccountingCustomerParty><Party/></AccountingCustomerParty>",
)


@pytest.mark.parametrize("element", EMPTY)
@pytest.mark.sampled(4)
def test_faults_by_the_thousand_cost_no_more_than_what_they_are_in(element: str) -> None:
    root = '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">'
    began = time.process_time()

    invoice_from_ubl(f"{root}{element * 50_000}</Invoice>".encode())

    assert time.process_time() - began < SECONDS


WHOLE = Ubl(
    [Line("1000.00", more=change("40.00", charge=True, vat=None))],
    "1000.00",
    "250.00",
    "1250.00",
    changes=change("100.00", charge=False),
    kind="CreditNote",
).bytes()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_damaged_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 200)))
    put = data.draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"", b"-", b"0", b"NaN", b"\xc3\xb8", WHOLE[:500]]))
    )
    with suppress(InvalidInput):
        stated_invoice_from(invoice_from_ubl(WHOLE[:start] + put + WHOLE[end:]))


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
