"""An OpenID Connect provider on this machine, with one person in it; what it states can be made wrong."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "kvitt", "canary-openid-secret"


class Provider:
    """`claims` changes what is stated, `key` by what it is signed; `codes` are those that were not used yet."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.stated_issuer = self.issuer
        self.known = ECKey.generate_key("P-256", {"kid": "k1"})
        self.key = self.known
        self.unsigned = False
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def log_in(self, address: str) -> dict[str, str]:
        """Be the person who logs in at that address; return what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or form["client_secret"] != SECRET:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        stated = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims = {**stated, "email": "Kari@fjell.example", "email_verified": True, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            parts = [json.dumps(one).encode() for one in ({"alg": "none"}, claims)]
            token = ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."
        else:
            token = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)
        return {"token_type": "Bearer", "access_token": "x", "id_token": token}


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """Run one for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/keys":
                self._answer({"keys": [provider.known.as_dict(private=False)]})
            else:
                own = provider.issuer
                said = {"authorization_endpoint": f"{own}/authorize", "token_endpoint": f"{own}/token"}
                self._answer({"issuer": provider.stated_issuer, "jwks_uri": f"{own}/keys", **said})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(provider.token({name: values[0] for name, values in sent.items()}))

        def _answer(self, document: object) -> None:
            body = json.dumps(document or {"error": "invalid_grant"}).encode()
            self.send_response(200 if document else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


def with_query(path: str, brought: dict[str, str]) -> str:
    """Return an address with what the browser brings back."""
    return f"{path}?{urlencode(brought)}"
