"""The PasskeyCeremony port with Web Authentication: nothing is asked of who made an authenticator (no attestation)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import webauthn
from typing_extensions import override
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.errors import NotAuthenticated
from core.passkey import CHALLENGE_HOLDS, Credential, Passkey, Site, user_handle, wrong_passkey
from core.ports.passkeys import Claim, PasskeyCeremony
from core.user import User

_PATIENCE_MS = int(CHALLENGE_HOLDS.total_seconds() * 1000)


class WebAuthnCeremony(PasskeyCeremony):
    """What browsers are asked, and what their answers prove."""

    @override
    def ask_new(self, user: User, site: Site, *, challenge: str, known: Sequence[Passkey]) -> str:
        asked = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="Kvitt",
            user_id=user_handle(user),
            user_name=user.name,
            challenge=webauthn.base64url_to_bytes(challenge),
            timeout=_PATIENCE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[_descriptor(passkey) for passkey in known],
        )
        return webauthn.options_to_json(asked)

    @override
    def ask(self, site: Site, *, challenge: str) -> str:
        asked = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=webauthn.base64url_to_bytes(challenge),
            timeout=_PATIENCE_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(asked)

    @override
    def claim_of(self, answer: str) -> Claim:
        with _answers_of_strangers():
            whole: dict[str, Any] = json.loads(answer)
            stated = json.loads(webauthn.base64url_to_bytes(whole["response"]["clientDataJSON"]))
            challenge = webauthn.base64url_to_bytes(stated["challenge"])
            return Claim(_base64url(webauthn.base64url_to_bytes(whole["id"])), _base64url(challenge))

    @override
    def made(self, answer: str, site: Site, *, challenge: str) -> Credential:
        with _answers_of_strangers():
            given = parse_registration_credential_json(answer)
            made = webauthn.verify_registration_response(
                credential=given,
                expected_challenge=webauthn.base64url_to_bytes(challenge),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
            return Credential(
                credential=_base64url(made.credential_id),
                public_key=_base64url(made.credential_public_key),
                sign_count=made.sign_count,
                transports=tuple(transport.value for transport in given.response.transports or ()),
            )

    @override
    def verified(self, answer: str, passkey: Passkey, site: Site, *, challenge: str) -> int:
        with _answers_of_strangers():
            proved = webauthn.verify_authentication_response(
                credential=parse_authentication_credential_json(answer),
                expected_challenge=webauthn.base64url_to_bytes(challenge),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=0,  # judged in the core, of what is proved to come from the passkey
                require_user_verification=True,
            )
            if _base64url(proved.credential_id) != passkey.credential:
                raise wrong_passkey()
            return proved.new_sign_count


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=webauthn.base64url_to_bytes(passkey.credential),
        transports=[AuthenticatorTransport(one) for one in passkey.transports] or None,
    )


def _base64url(plain: bytes) -> str:
    return webauthn.helpers.bytes_to_base64url(plain)


@contextmanager
def _answers_of_strangers() -> Iterator[None]:
    """Refuse an answer that the library can make nothing of: it may be anything, and so may what the library raises."""
    try:
        yield
    except NotAuthenticated:
        raise
    except Exception as error:
        raise wrong_passkey() from error
