"""The OpenIdProvider port over HTTP: OpenID Connect Core 1.0, the code flow, with PKCE (RFC 7636).

Everything about the provider comes from its discovery document, which is read anew for each attempt: people sign in
seldom, and so a changed key needs no care.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from typing_extensions import override

from core.errors import NotAuthenticated, TryAgain
from core.ports.openid import OpenIdAttempt, OpenIdProvider

_SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key of the provider's; none at all, and one by the secret that we share, are not among them."""

_PATIENCE_SECONDS = 10
_CLOCKS_DIFFER_SECONDS = 60
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class HttpOpenIdProvider(OpenIdProvider):
    """The provider of this issuer, to which we are known by an id and a secret."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret

    @override
    def address_for(self, attempt: OpenIdAttempt, *, back: str) -> str:
        with self._client() as client:
            where = self._discovered(client)["authorization_endpoint"]
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": " ".join(("openid", "email")),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    @override
    def email_of(self, attempt: OpenIdAttempt, *, code: str, back: str) -> str:
        with self._client() as client:
            known = self._discovered(client)
            sent = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "code_verifier": attempt.verifier,
                "client_id": self._client_id,
                "client_secret": self._client_secret,
            }
            answer = self._read(client, "POST", known["token_endpoint"], data=sent)
            keys = self._read(client, "GET", known["jwks_uri"])
        return self._verified_email(answer.get("id_token"), keys, nonce=attempt.nonce)

    def _verified_email(self, token: object, keys: Mapping[str, Any], *, nonce: str) -> str:
        wanted = JWTClaimsRegistry(
            leeway=_CLOCKS_DIFFER_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(str(token), KeySet.import_key_set(dict(keys)), algorithms=_SIGNED_WITH).claims  # type: ignore[arg-type]
            wanted.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _wrong() from error
        is_for_others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        email = claims.get("email")
        if (is_for_others or "azp" in claims) and claims.get("azp") != self._client_id:
            raise _wrong()
        if claims.get("email_verified") is not True or not isinstance(email, str):
            raise _wrong()
        return email.strip().lower()

    def _discovered(self, client: httpx.Client) -> Mapping[str, str]:
        """Read what the provider says of itself; its own name must be in it, and its addresses must be safe."""
        known = self._read(client, "GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        addresses = [known.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if known.get("issuer") != self._issuer or not all(_is_safe(address) for address in addresses):
            raise _unreachable()
        return known

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=_PATIENCE_SECONDS, follow_redirects=False)

    def _read(
        self, client: httpx.Client, method: str, address: str, *, data: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        try:
            answer = client.request(method, address, data=data, headers={"Accept": "application/json"})
            document = answer.json() if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _unreachable() from error
        if answer.is_client_error and data is not None:  # a code that is wrong, was used, or is another's
            raise _wrong()
        if not isinstance(document, dict):
            raise _unreachable()
        return document


def _is_safe(address: object) -> bool:
    """Whether what goes there is encrypted, or stays on this machine."""
    parts = urlsplit(address if isinstance(address, str) else "")
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _wrong() -> NotAuthenticated:
    return NotAuthenticated(
        "The OpenID Connect provider did not confirm who you are.",
        code="wrong_openid_answer",
        hint="Try again. The provider has to state a verified e-mail address.",
    )


def _unreachable() -> TryAgain:
    return TryAgain(
        "The OpenID Connect provider can't be used right now.",
        code="openid_unreachable",
        hint="Try again, or sign in in another way. If it lasts, the operator checks KVITT_OIDC_ISSUER.",
    )
