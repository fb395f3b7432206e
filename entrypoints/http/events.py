"""Events over HTTP: what happened to a business and its invoices; and what webhooks are posted of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, get_args

from litestar import get
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, OpenAPIType, Operation, Parameter, PathItem
from litestar.openapi.spec import RequestBody as Body
from litestar.openapi.spec import Schema as Form
from litestar.params import QueryParameter

from core.event import EventType
from core.rights import Need
from core.use_cases.look_up import LookUp
from entrypoints.documents import Answer
from entrypoints.event_documents import (
    AccessEvent,
    BatchEvent,
    CreditEvent,
    EventDocument,
    EventPage,
    PaymentEvent,
    RecoveryEvent,
    TransferEvent,
)
from entrypoints.http.audit import Since, instant_from
from entrypoints.http.bodies import JsonOf
from entrypoints.http.examples import EVENTS
from entrypoints.http.openapi import described
from entrypoints.http.paths import USUAL_PAGE, After, BusinessInPath, Limit, choice, page
from entrypoints.http.schemas import Model, as_it_is

_TAGS = ["events"]

OfTypes = Annotated[
    list[str] | None,
    QueryParameter(
        name="type",
        description="Only what is of this type; give it several times for several types.",
        schema_extra={"items": {"type": "string", "enum": [type_.value for type_ in EventType]}},
    ),
]
"""The query parameter `type`."""


@get(
    "/businesses/{business:str}/events",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def list_events(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    of_types: OfTypes = None,
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[EventPage]:
    """List what happened to a business and its invoices, the oldest first.

    Whoever goes on after the id of the last event that it has seen, which a page's `next` is unless it is null, misses
    none: what is written later comes later.
    """
    types = [choice("type", text, EventType) for text in of_types or ()]
    begin: datetime | None = instant_from(since) if since is not None else None
    events, then = page(
        lambda most, start: look_up.events(business, types=types, since=begin, limit=most, after=start),
        limit=limit,
        after=after,
        key=lambda event: event.id,
    )
    return JsonOf(EventPage(items=[EventDocument.of(event) for event in events], next=then))


HANDLERS = [list_events]


_FORMS: Sequence[type[Answer]] = (TransferEvent, CreditEvent, PaymentEvent, AccessEvent, BatchEvent, RecoveryEvent)
_HEADERS = {
    "webhook-id": "The event's id: the same however often it is posted.",
    "webhook-timestamp": "When it is posted, in whole seconds since 1970.",
    "webhook-signature": "What proves who posts it, as Standard Webhooks says: `v1,` and a signature in Base64, "
    "several of them parted by spaces while a secret is replaced.",
}
_TOLD = {
    EventType.TRANSFER_TRANSFERRED: "An invoice arrived in the accounting system.",
    EventType.TRANSFER_REJECTED: "An invoice was rejected: a person must mend something.",
    EventType.TRANSFER_NEEDS_CHOICE: "Several customers may be the invoice's: a person must choose.",
    EventType.ACCESS_REFUSED: "There is no way into the business's account.",
    EventType.ACCESS_RESTORED: "There is a way into the business's account again.",
    EventType.INVOICE_PUBLISHED: "The order was published as an invoice.",
    EventType.INVOICE_PARTLY_PAID: "Part of the invoice was paid.",
    EventType.INVOICE_PAID: "The invoice was paid.",
    EventType.INVOICE_REOPENED: "The invoice was paid, and is not any more.",
    EventType.INVOICE_CREDITED: "A credit of the invoice arrived in the accounting system.",
    EventType.INVOICE_DELETED: "The invoice's order was deleted in the accounting system.",
    EventType.BATCH_FINISHED: "All invoices of a batch have ended.",
    EventType.RECOVERY_NEEDED: "The database was put back: recover before anything is sent.",
}


def webhooks() -> Mapping[str, PathItem]:
    """Describe what is posted to webhooks, by the types of events."""
    return {type_.value: PathItem(post=_posted(type_)) for type_ in EventType}


def _posted(type_: EventType) -> Operation:
    (form,) = [one for one in _FORMS if type_.value in get_args(one.model_fields["type"].annotation)]
    body = OpenAPIMediaType(schema=Model(form, "serialization"), example=as_it_is(EVENTS[type_]))
    return Operation(
        tags=_TAGS,
        operation_id=f"on_{type_.value.replace('.', '_')}",
        summary=_TOLD[type_].removesuffix("."),
        description=_TOLD[type_],
        parameters=[
            Parameter(
                name=name,
                param_in="header",
                required=True,
                description=told,
                schema=Form(type=OpenAPIType.STRING),
            )
            for name, told in _HEADERS.items()
        ],
        request_body=Body(content={"application/json": body}, required=True),
        responses={"2XX": OpenAPIResponse(description="The event was received, and is not posted again.")},
        security=[],
    )
