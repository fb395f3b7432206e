"""Stored and reflected injection, in every field and column of the pages about many invoices."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest

from tests.cli.test_injection import HOSTILE
from tests.console.reader import Reader, Shown
from tests.console.test_upload import upload
from tests.http.documents import Api, add_invoice, invoice_document, path_of
from tests.http.test_injection import SQL, STRANGE

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><b hx-get=/sign-out>",
)
WORDS = [text[:200] for text in (*MARKUP, *SQL, *STRANGE, *HOSTILE)]
PAGES = {
    "/": ("business", "after"),
    "/businesses/fjell/invoices": ("q", "state", "paid", "from", "to", "min_total", "max_total", "limit", "after"),
    "/businesses/fjell/batches": ("limit", "after"),
    "/businesses/fjell/batches/new": ("q", "state", "from", "to", "min_total", "max_total"),
    "/businesses/fjell/payments": ("age", "limit", "after"),
    "/businesses/fjell/invoices/upload/template": ("format",),
}
STANDING = 50
"""The longest number that an invoice may have."""


def is_clean(page: Shown) -> bool:
    """Whether nothing of what was sent has become a part of the page, or of an address that runs."""
    wild = "//script[not(@src)] | //style | //@style | //img | //svg | //b | //@*[starts-with(name(), 'on')]"
    addresses: Sequence[str] = page.tree.xpath("//@href | //@action | //@hx-post | //@sse-connect")
    return page.tree.xpath(wild) == [] and all(_is_ours(one) for one in addresses)


def _is_ours(address: str) -> bool:
    return address == "#main" or (address.startswith("/") and not address.startswith(("//", "/\\")))


@pytest.mark.parametrize("path", PAGES)
def test_whatever_an_address_asks_for_it_is_answered_as_text(reader: Reader, fjell: Api, path: str) -> None:
    add_invoice(fjell, "1")
    for name in PAGES[path]:
        for word in WORDS:
            sent = urlencode({name: word}, errors="surrogatepass")
            page = reader.read(f"{path}?{sent}")
            assert page.status in (200, 400, 404, 422), (name, word, page.status)
            assert is_clean(page) or "csv" in page.response.headers["content-type"], (name, word)


def test_whatever_a_form_brings_it_is_answered_as_text(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    batch = fjell.post("/v1/businesses/fjell/transfers", json={"invoices": ["1"]}).json()["id"]
    csrf = reader.read("/").text("//input[@name='csrf']/@value")
    forms = {
        "/businesses/fjell/batches": ("number", "all", "q", "state", "from", "min_total"),
        f"/businesses/fjell/batches/{batch}/retry": ("verdict", "code"),
        "/businesses/fjell/rejected": ("code",),
        "/businesses/fjell/payments/check": ("asked", "after", "paid"),
    }
    for path, names in forms.items():
        for word in [one for one in WORDS if one.isprintable() and one.isascii()]:
            sent = {"csrf": csrf, **dict.fromkeys(names, word)}
            for confirmed in ({}, {"confirmed": "yes"}):
                page = Shown(reader.client.post(path, data={**sent, **confirmed}))
                assert page.status in (200, 400, 404, 422), (path, word, page.status)
                assert is_clean(page), (path, word)


def test_whatever_is_stored_it_is_shown_as_text_in_every_column(reader: Reader, fjell: Api) -> None:
    bad = [{"product": "T", "quantity": "1", "unit_price": "1.00", "vat_percent": "17"}]
    numbers = []
    for nth, word in enumerate(WORDS):
        if not word.isprintable() or not word.strip() or len(word) > STANDING:
            continue
        rows = bad if nth % 2 else invoice_document()["rows"]
        customer = {"name": word, "email": f"a{nth}@b.no", "organization_name": word}
        answer = fjell.put(path_of(word), json=invoice_document(word, customer=customer, rows=rows))
        if answer.status_code in (200, 201):
            numbers.append(word)
    assert len(numbers) > 10
    batch = fjell.post("/v1/businesses/fjell/transfers", json={"invoices": [*numbers, MARKUP[1]]}).json()["id"]
    paths = ["/", "/businesses/fjell/payments", f"/businesses/fjell/batches/{batch}", "/businesses/fjell/invoices"]

    for path in paths:
        page = reader.read(path)
        assert page.status == 200
        assert is_clean(page), path
    assert MARKUP[0] in [row[1] for row in reader.read("/businesses/fjell/invoices").rows]
    progress = reader.client.get(f"/businesses/fjell/batches/{batch}/progress").text
    assert "<script" not in progress
    assert "<img" not in progress


def test_whatever_a_file_holds_or_is_called_it_is_shown_as_text(reader: Reader) -> None:
    files = [
        (f"{word}.json".replace("\n", "").replace("\r", ""), json.dumps({"number": word, word: word}).encode())
        for word in WORDS
        if word.isprintable()
    ]

    page = upload(reader, *files)

    assert page.status == 200
    assert is_clean(page)
    assert len(page.rows) == len(files)
