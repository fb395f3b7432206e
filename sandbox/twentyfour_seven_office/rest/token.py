"""POST /oauth/token: a token for a company, against a client's credentials.

It costs no quota. Assumed: refusals as RFC 6749 has them; too many requests are a 429.
"""

from typing import Any

from sandbox.twentyfour_seven_office.rest.refusals import RestRefusedError, throttled
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice
from sandbox.twentyfour_seven_office.users import Token

PATH = "/oauth/token"
OPERATION = f"POST {PATH}"
GRANT = "client_credentials"
AUDIENCE = "https://api.24sevenoffice.com"
ASKED = ("grant_type", "client_id", "client_secret", "audience", "login_organization")
THROTTLED_FOR = 60  # seconds


def issue_token(system: TwentyFourSevenOffice, asked: Any) -> tuple[Token, dict[str, Any]]:
    """The token, and what is answered. Errors: RestRefusedError."""
    if not isinstance(asked, dict) or not all(isinstance(asked.get(name), str) for name in ASKED):
        raise _refused(400, "invalid_request", f"All of {', '.join(ASKED)} are required")
    if asked["grant_type"] != GRANT:
        raise _refused(400, "unsupported_grant_type", "The grant type is not supported")
    client = system.clients.authenticated(asked["client_id"], asked["client_secret"])
    if client is None:
        raise _refused(401, "invalid_client", "The client is unknown, or its secret is wrong")
    if asked["audience"] != AUDIENCE:
        raise _refused(403, "access_denied", "The audience is not known")
    account = client.account(asked["login_organization"])
    if account is None:
        raise _refused(403, "access_denied", "The client has no access to the organization")
    token = system.clients.issue(client, account)
    if token is None:
        raise throttled(THROTTLED_FOR)
    lifetime = int(system.clients.token_lifetime)
    return token, {"access_token": token.text, "token_type": "Bearer", "expires_in": lifetime}


def _refused(status: int, error: str, description: str) -> RestRefusedError:
    refusal = RestRefusedError(status, None)
    refusal.body = {"error": error, "error_description": description}
    return refusal
