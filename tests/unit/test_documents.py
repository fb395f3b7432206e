"""What goes out names what it shows: a field that the core's model has besides stays inside."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.api_key import ApiKey
from core.audit import COMMAND_LINE, Action, KeptEntry
from core.business import Business, Connection
from core.customer import CustomerRecord
from core.fields import Document
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.invoice_stores import Step
from core.recovery import Recovery
from core.rights import Role
from core.transfer import Transfer
from entrypoints import documents

NOW = datetime(2026, 10, 1, tzinfo=UTC)
NEW = "of-our-own-7731"


def grown(model: type[Document], **values: Any) -> Document:
    """A model of the core with a field that it is given one day."""
    fields: dict[str, Any] = {"__annotations__": {"new": str}, "__module__": __name__, "new": NEW}
    later: type[Document] = type(model.__name__, (model,), fields)
    return later(**values)


TRANSFER = {"id": "t", "business": "fjell", "invoice": "1", "created_at": NOW, "trying_since": NOW, "books": "b"}
CASES = [
    (documents.TransferDocument, grown(Transfer, **TRANSFER)),
    (documents.Step, grown(Step, at=NOW, text="Looked.")),
    (documents.CustomerDocument, grown(CustomerRecord, id="7", name="Signe", carried={"x": NEW})),
    (
        documents.PaymentReport,
        grown(
            PaymentReport,
            invoice="1",
            status=PaymentStatusValue.PAID,
            reason=PaymentReason.PAID,
            order_id="o",
            checked_at=NOW,
            books=NEW,
        ),
    ),
    (documents.ApiKeyDocument, grown(ApiKey, prefix="0123456789ab", name="shop", role=Role.SEND, created_at=NOW)),
    (documents.AuditDocument, grown(KeptEntry, id=1, at=NOW, actor=COMMAND_LINE, action=next(iter(Action)))),
    (documents.Recovery, grown(Recovery, business="fjell")),
]


@pytest.mark.parametrize(("shown", "kept"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_what_the_core_s_model_has_besides_is_not_shown(shown: type[documents.Shown], kept: Document) -> None:
    document = shown.of(kept).document()

    assert set(document) == set(shown.model_fields)
    assert NEW not in str(document)


def test_what_a_business_has_besides_is_not_shown() -> None:
    connection = Connection.of("ledger", {"password": NEW})
    business = grown(Business, name="fjell", accounting=connection)
    assert isinstance(business, Business)

    document = documents.BusinessDocument.of_business(business, _Systems()).document()  # type: ignore[arg-type]

    assert set(document) == set(documents.BusinessDocument.model_fields)
    assert NEW not in str(document)


class _Systems:
    """Accounting systems that show nothing of a connection but where it leads."""

    def shown(self, connection: Connection) -> dict[str, str]:
        return {"system": connection.system}
