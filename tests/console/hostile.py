"""Data that would like to be more than text: in every field of an invoice, in its number, and in what is asked for."""

from tests.http.documents import Api, Json, invoice_document, path_of

TAG = "x-evil"
"""An element, or an attribute, that no template has."""
PRODUCT = str(7919 * 104729)
"""What a template would make of what it was not to fill in; long enough to be in no id by chance."""

SCRIPT = f"<{TAG}></{TAG}><script>window.ran=1</script><img src=x onerror=window.ran=1>"
TEXTS = (
    f'"><{TAG} {TAG}="">',
    f"'><{TAG} {TAG}=''>",
    f"</title></textarea></select></script><{TAG}>",
    f'x" {TAG}="1" onfocus="window.ran=1" autofocus="',
    f"--><{TAG}><!--",
    "javascript:window.ran=1",
    "{{ 7919*104729 }}{% raw %}${7919*104729}",
    "%(nothing)s %s {0} {visit.session.csrf}",
    "\u202egnp.exe \u200b ﷽ 🧾",
    "a\r\nX-Injected: 1\r\n\r\n" + SCRIPT,
    SCRIPT,
    "&lt;b&gt; &amp;amp; &#x3c;script&#x3e;",
    "W" * 2_000,
)
"""What is tried in a query, and stored one after another in the fields of an invoice."""

NUMBERS = (
    f'"><{TAG}>',
    f"' {TAG}='1",
    "<script>window.ran=1</script>",
    "javascript:window.ran=1",
    "../../businesses",
    "..",
    "new",
    "upload",
    "//evil.example/x",
    "\\evil.example",
    "a/b?c=d#e%2Ff;g",
    "{{ 7919*104729 }}",
    "%(number)s %s",
)
"""Numbers of invoices."""


def store_hostile(api: Api) -> None:
    """Store an invoice of each number in "fjell", with hostile text in every field that takes text."""
    for turn, number in enumerate(NUMBERS):
        answer = api.put(path_of(number), json=_document(number, turn))
        assert answer.status_code in (200, 201), answer.text


def _document(number: str, turn: int) -> Json:
    storable = [text for text in TEXTS if text.isprintable()]
    texts = iter(storable[(turn + place) % len(storable)] for place in range(100))
    address = {part: next(texts) for part in ("street", "postal_code", "city")}
    row = {name: next(texts) for name in ("product", "product_code", "department", "project")}
    customer = {name: next(texts) for name in ("name", "email", "phone", "organization_name", "organization_number")}
    stated = ("order_number", "your_reference", "our_reference", "buyer_reference", "order_reference", "comment")
    document = invoice_document(number, **{name: next(texts) for name in stated})
    document["customer"] = {**customer, "address": address}
    document["rows"] = [{**document["rows"][0], **row}]
    document["delivery"] = {"date": "2021-01-12", "name": next(texts), "address": address}
    if turn % 2:
        document["currency"] = next(texts)
    return document
