"""Requests that a receiver can verify, and one event sent at once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.identifiers import new_webhook_secret
from adapters.webhooks.signing import attempt_of, posting_of
from core.endpoint_address import Reach
from core.errors import InvalidInput
from core.event import EventType
from core.example_event import example_event
from core.posting import Posted, PostTrouble
from core.webhook import Endpoint, EndpointSecrets, is_secret

NOW = datetime(2026, 6, 2, 8, tzinfo=UTC)
ENDPOINT = Endpoint(id="e1", url="https://shop.example/hooks?...", created_at=NOW, old_secret_until=NOW)
URL = "https://shop.example/hooks?token=4711"


def secrets(*, url: str = URL) -> EndpointSecrets:
    return EndpointSecrets(
        url=SecretStr(url), current=SecretStr(new_webhook_secret()), previous=SecretStr(new_webhook_secret())
    )


@pytest.mark.parametrize("type_", list(EventType))
def test_a_receiver_verifies_an_event_with_each_secret_that_signs(type_: EventType) -> None:
    keys, wall = secrets(), datetime.now(UTC)
    event = example_event(type_, event_id="1", business="fjell", now=NOW)
    before_its_end = NOW - timedelta(seconds=1)
    posting = posting_of(ENDPOINT, keys, event, reach=Reach(), now=before_its_end, wall=wall)

    for key in (keys.current, keys.previous):
        assert key is not None
        assert Webhook(key.get_secret_value()).verify(posting.body, dict(posting.headers)) == json.loads(
            event.model_dump_json()
        )
    assert posting.headers["webhook-id"] == event.id
    assert (posting.endpoint, posting.address.url) == ("e1", URL)


def test_the_secret_before_signs_no_longer_than_it_may() -> None:
    keys, wall = secrets(), datetime.now(UTC)
    event = example_event(EventType.INVOICE_PAID, event_id="1", business=None, now=NOW)
    posting = posting_of(ENDPOINT, keys, event, reach=Reach(), now=NOW, wall=wall)

    assert keys.previous is not None
    Webhook(keys.current.get_secret_value()).verify(posting.body, dict(posting.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(keys.previous.get_secret_value()).verify(posting.body, dict(posting.headers))


def test_an_address_that_may_not_be_reached_any_more_is_refused() -> None:
    event = example_event(EventType.INVOICE_PAID, event_id="1", business=None, now=NOW)
    with pytest.raises(InvalidInput):
        posting_of(ENDPOINT, secrets(url="http://10.0.0.1/"), event, reach=Reach(), now=NOW, wall=NOW)


def test_nothing_secret_of_the_address_is_kept_of_an_answer() -> None:
    posted = Posted(status=404, duration_ms=7, answer="Cannot POST /hooks?token=4711")
    assert attempt_of(posted, secrets(), at=NOW).answer == "Cannot POST /hooks?..."
    lost = attempt_of(Posted(trouble=PostTrouble.TIMEOUT, duration_ms=7), secrets(), at=NOW)
    assert (lost.status, lost.trouble, lost.duration_ms) == (None, "timeout", 7)


def test_secrets_are_as_the_specification_says_and_no_two_alike() -> None:
    drawn = {new_webhook_secret() for _ in range(50)}
    assert len(drawn) == 50
    assert all(map(is_secret, drawn))
