"""What goes out names all that it shows: what the core's models are given one day stays inside."""

from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import NamedThing, Verification
from entrypoints import preview_documents
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


class _LaterPreview(InvoicePreview):
    margin: str = "41.5"


class _LaterThing(NamedThing):
    margin: str = "41.5"


class _LaterVerification(Verification):
    token: str = "open sesame"


def test_a_preview_shows_the_same_whatever_else_the_core_knows() -> None:
    gateway = Gateway()
    gateway.add(an_invoice())
    preview = gateway.preview_invoice.preview(gateway.business, an_invoice().number)
    shown = preview_documents.InvoicePreview.of(preview).document()
    assert shown == preview.model_dump(mode="json")
    product = _LaterThing(**dict(preview.product))
    later = _LaterPreview(**{**dict(preview), "product": product})
    assert preview_documents.InvoicePreview.of(later).document() == shown


def test_a_verification_shows_the_same_whatever_else_the_core_knows() -> None:
    gateway = Gateway()
    found = gateway.verify_business.verify(gateway.business)
    shown = preview_documents.Verification.of(found).document()
    assert shown == found.model_dump(mode="json")
    assert preview_documents.Verification.of(_LaterVerification(**dict(found))).document() == shown
