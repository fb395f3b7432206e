"""What a provider states is taken for no more than it is."""

import time
from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey

from adapters.openid import HttpOpenIdProvider
from core.errors import NotAuthenticated, TryAgain
from core.ports.openid import OpenIdAttempt
from tests.openid_provider import CLIENT, SECRET, Provider, openid_provider

ATTEMPT = OpenIdAttempt(state="s" * 43, nonce="n" * 43, verifier="v" * 43)
BACK = "http://127.0.0.1:8000/sign-in/openid/back"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider() as provider:
        yield provider


def of(provider: Provider) -> HttpOpenIdProvider:
    return HttpOpenIdProvider(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)


def email(provider: Provider, attempt: OpenIdAttempt = ATTEMPT) -> str:
    code = provider.log_in(of(provider).address_for(ATTEMPT, back=BACK))["code"]
    return of(provider).email_of(attempt, code=code, back=BACK)


def test_a_verified_address_is_told(provider: Provider) -> None:
    assert email(provider) == "kari@fjell.example"
    provider.claims = {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert email(provider) == "kari@fjell.example"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": [CLIENT, "other"]},
        {"azp": "other"},
        {"nonce": "x" * 43},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": ["kari@fjell.example"]},
    ],
)
def test_what_is_not_stated_for_this_attempt_is_refused(provider: Provider, claims: dict[str, object]) -> None:
    provider.claims = claims
    with pytest.raises(NotAuthenticated) as refusal:
        email(provider)
    assert refusal.value.code == "wrong_openid_answer"


def test_what_is_not_signed_by_the_provider_is_refused(provider: Provider) -> None:
    provider.unsigned = True
    with pytest.raises(NotAuthenticated):
        email(provider)
    provider.unsigned = False
    provider.key = ECKey.generate_key("P-256", {"kid": "k1"})
    with pytest.raises(NotAuthenticated):
        email(provider)


def test_a_code_is_good_once_and_for_whoever_asked_for_it(provider: Provider) -> None:
    code = provider.log_in(of(provider).address_for(ATTEMPT, back=BACK))["code"]
    assert of(provider).email_of(ATTEMPT, code=code, back=BACK)
    with pytest.raises(NotAuthenticated):
        of(provider).email_of(ATTEMPT, code=code, back=BACK)
    with pytest.raises(NotAuthenticated):
        email(provider, OpenIdAttempt(state=ATTEMPT.state, nonce=ATTEMPT.nonce, verifier="w" * 43))


def test_a_provider_that_calls_itself_otherwise_or_is_gone_is_not_used(provider: Provider) -> None:
    provider.stated_issuer = "https://other.example"
    with pytest.raises(TryAgain):
        email(provider)
    with pytest.raises(TryAgain) as trouble:
        HttpOpenIdProvider(issuer="http://127.0.0.1:1", client_id=CLIENT, client_secret=SECRET).address_for(
            ATTEMPT, back=BACK
        )
    assert trouble.value.code == "openid_unreachable"
