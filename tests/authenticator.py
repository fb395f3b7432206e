"""An authenticator in software: it makes passkeys and signs with them, as browsers hand it on."""

import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url, encode_cbor

_PRESENT, _VERIFIED, _MADE = 0x01, 0x04, 0x40


class Authenticator:
    """Holds one passkey. What it states may be bent: who is there, how often it signed, from which origin."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.flags = _PRESENT | _VERIFIED

    def make(self, asked: str, *, origin: str) -> str:
        """Answer what navigator.credentials.create was asked."""
        wanted = json.loads(asked)
        data = self._data(wanted["rp"]["id"], _MADE)
        data += bytes(16) + struct.pack(">H", len(self.id)) + self.id + self._public_key()
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", wanted["challenge"], origin)
        return self._answer(
            {"clientDataJSON": said, "attestationObject": bytes_to_base64url(attested), "transports": ["internal"]}
        )

    def sign(self, asked: str, *, origin: str) -> str:
        """Answer what navigator.credentials.get was asked."""
        wanted = json.loads(asked)
        self.count += 1
        data = self._data(wanted["rpId"])
        said = self._said("webauthn.get", wanted["challenge"], origin)
        signed = data + hashlib.sha256(base64url_to_bytes(said)).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": said,
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": None,
            }
        )

    def _data(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", self.flags | more, self.count)

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _said(self, kind: str, challenge: str, origin: str) -> str:
        return bytes_to_base64url(json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode())

    def _answer(self, response: dict[str, Any]) -> str:
        own = bytes_to_base64url(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})
