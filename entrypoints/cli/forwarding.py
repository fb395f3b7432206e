"""Posting events as webhooks are posted, to a program that somebody is writing on this machine."""

import os
from typing import Self

from pydantic import SecretStr

from adapters.identifiers import new_webhook_secret
from adapters.webhooks.courier import Courier
from adapters.webhooks.poster import CourierPoster
from core.endpoint_address import Reach, endpoint_address, networks_in
from core.errors import InvalidInput
from core.event import Event
from core.ports.clock import Clock
from core.webhook import Attempt, Endpoint, EndpointSecrets, is_secret

SECRET = "KVITT_FORWARD_SECRET"  # noqa: S105 - the name of a variable

_THIS_MACHINE = Reach(allowed=networks_in("127.0.0.0/8, ::1/128"))
"""Besides what is public. Whoever gives the address is the one whose machine this is."""


class Forwarding:
    """Posts events to one address. `new_secret` is what they are signed with, where nobody chose that."""

    def __init__(self, poster: CourierPoster, endpoint: Endpoint, secrets: EndpointSecrets, *, is_chosen: bool) -> None:
        self._poster = poster
        self._endpoint = endpoint
        self._secrets = secrets
        self.new_secret = None if is_chosen else secrets.current.get_secret_value()

    @classmethod
    def to(cls, url: str, *, clock: Clock, wall: Clock) -> Self:
        """Post to this address. Errors: InvalidInput, codes `bad_webhook_address` and `bad_settings`."""
        address = endpoint_address(url, reach=_THIS_MACHINE).url
        chosen = os.environ.get(SECRET)
        if chosen and not is_secret(chosen):
            raise InvalidInput(
                f"{SECRET} is not a secret as Standard Webhooks writes them.",
                code="bad_settings",
                hint=f"Write whsec_ and 24 to 64 bytes in Base64 behind it, or leave {SECRET} out for a new one.",
            )
        poster = CourierPoster(lambda: Courier(_THIS_MACHINE), reach=_THIS_MACHINE, clock=clock, wall=wall)
        endpoint = Endpoint(id="forwarding", url=address, created_at=clock.now())
        secrets = EndpointSecrets(url=SecretStr(address), current=SecretStr(chosen or new_webhook_secret()))
        return cls(poster, endpoint, secrets, is_chosen=bool(chosen))

    def post(self, event: Event) -> Attempt:
        """Post an event, once, and return how that ended."""
        return self._poster.post(self._endpoint, self._secrets, event)
