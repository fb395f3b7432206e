"""Events as they are posted: signed as Standard Webhooks says, by each of an endpoint's secrets that signs now."""

from datetime import datetime

from standardwebhooks import Webhook

from core.endpoint_address import Reach, endpoint_address
from core.event import Event
from core.posting import Posted, Posting
from core.webhook import Attempt, Endpoint, EndpointSecrets, without_query_of


def posting_of(
    endpoint: Endpoint, secrets: EndpointSecrets, event: Event, *, reach: Reach, now: datetime, wall: datetime
) -> Posting:
    """Return an event ready to be posted.

    Which secrets sign goes by the installation's time, `now`; the request is dated by the `wall` clock, because
    receivers compare that with theirs.
    Errors: InvalidInput, code `bad_webhook_address`, where it may not be reached any more.
    """
    body = event.model_dump_json()
    signatures = [Webhook(secret).sign(event.id, wall, body) for secret in secrets.signing(endpoint, now=now)]
    return Posting(
        endpoint=endpoint.id,
        address=endpoint_address(secrets.url.get_secret_value(), reach=reach),
        headers={
            "Content-Type": "application/json",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(wall.timestamp())),
            "webhook-signature": " ".join(signatures),
        },
        body=body.encode(),
    )


def attempt_of(posted: Posted, secrets: EndpointSecrets, *, at: datetime) -> Attempt:
    """Return what is kept of how posting ended: nothing that is secret of the address."""
    return Attempt(
        at=at,
        status=posted.status,
        trouble=posted.trouble,
        duration_ms=posted.duration_ms,
        answer=without_query_of(secrets.url.get_secret_value(), posted.answer),
    )
