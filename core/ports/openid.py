"""An OpenID Connect provider, who says for us who somebody is."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class OpenIdAttempt:
    """What the browser that began to sign in keeps until it comes back: nobody else's answer fits it.

    `state` ties the answer to the browser, `nonce` the provider's statement to the attempt, and `verifier` proves that
    whoever exchanges the code is who asked for it (PKCE, RFC 7636).
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class OpenIdProvider(Protocol):
    """One provider. Errors of both: TryAgain, code `openid_unreachable`."""

    def address_for(self, attempt: OpenIdAttempt, *, back: str) -> str:
        """Return where the browser is sent; from there it comes to the address `back`, with a code."""

    def email_of(self, attempt: OpenIdAttempt, *, code: str, back: str) -> str:
        """Exchange the code, and return the e-mail address that the provider has verified, in lower case.

        Errors: NotAuthenticated, code `wrong_openid_answer`, when what the provider states is not what was asked for:
        not signed by it, for another client or attempt, too old, or with no verified address.
        """
