"""The ceremonies of Web Authentication, with an authenticator in software."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.passkeys import WebAuthnCeremony
from core.errors import NotAuthenticated
from core.passkey import Passkey, Site
from core.user import User
from tests.authenticator import Authenticator

HERE = Site("https://kvitt.example:8443", "kvitt.example")
CHALLENGE, OTHER = "c" * 42 + "A", "d" * 42 + "A"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
KARI = User(name="Kari Ås", created_at=NOW)


@pytest.fixture
def ceremony() -> WebAuthnCeremony:
    return WebAuthnCeremony()


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator()


@pytest.fixture
def passkey(ceremony: WebAuthnCeremony, phone: Authenticator) -> Passkey:
    asked = ceremony.ask_new(KARI, HERE, challenge=CHALLENGE, known=[])
    made = ceremony.made(phone.make(asked, origin=HERE.origin), HERE, challenge=CHALLENGE)
    return Passkey(**made.model_dump(), id="p1", user=KARI.name, name="phone", created_at=NOW)


def test_a_passkey_is_asked_for_that_is_found_by_itself_and_verifies_who_uses_it(
    ceremony: WebAuthnCeremony, passkey: Passkey
) -> None:
    asked = json.loads(ceremony.ask_new(KARI, HERE, challenge=CHALLENGE, known=[passkey]))

    assert (asked["rp"]["id"], asked["user"]["name"], asked["challenge"]) == (HERE.host, KARI.name, CHALLENGE)
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["requireResidentKey"], wanted["userVerification"]) == (
        "required",
        True,
        "required",
    )
    [known] = asked["excludeCredentials"]
    assert (known["id"], known["transports"]) == (passkey.credential, ["internal"])
    assert asked["attestation"] == "none"


def test_what_is_signed_is_proved(ceremony: WebAuthnCeremony, phone: Authenticator, passkey: Passkey) -> None:
    asked = ceremony.ask(HERE, challenge=OTHER)
    assert json.loads(asked)["userVerification"] == "required"
    answer = phone.sign(asked, origin=HERE.origin)

    assert ceremony.claim_of(answer) == (passkey.credential, OTHER)
    assert ceremony.verified(answer, passkey, HERE, challenge=OTHER) == 1


def test_going_back_is_no_matter_here(ceremony: WebAuthnCeremony, phone: Authenticator, passkey: Passkey) -> None:
    used = passkey.model_copy(update={"sign_count": 9})
    answer = phone.sign(ceremony.ask(HERE, challenge=OTHER), origin=HERE.origin)
    assert ceremony.verified(answer, used, HERE, challenge=OTHER) == 1


@pytest.mark.parametrize("bent", ["origin", "port", "host", "challenge", "unverified", "absent", "key", "credential"])
def test_what_was_not_asked_for_proves_nothing(
    ceremony: WebAuthnCeremony, phone: Authenticator, passkey: Passkey, bent: str
) -> None:
    site = Site(HERE.origin, "evil.example") if bent == "host" else HERE
    origin = {"origin": "https://evil.example:8443", "port": "https://kvitt.example"}.get(bent, HERE.origin)
    phone.flags = {"unverified": 0x01, "absent": 0x04}.get(bent, phone.flags)
    if bent == "key":
        phone.key = Authenticator().key
    if bent == "credential":
        phone.id = b"another"
    challenge = CHALLENGE if bent == "challenge" else OTHER
    made = phone.make(ceremony.ask_new(KARI, site, challenge=challenge, known=[]), origin=origin)
    signed = phone.sign(ceremony.ask(site, challenge=challenge), origin=origin)

    with pytest.raises(NotAuthenticated):
        ceremony.verified(signed, passkey, HERE, challenge=OTHER)
    if bent not in ("key", "credential"):
        with pytest.raises(NotAuthenticated):
            ceremony.made(made, HERE, challenge=OTHER)


def test_one_answer_is_no_other_s(ceremony: WebAuthnCeremony, phone: Authenticator, passkey: Passkey) -> None:
    made = phone.make(ceremony.ask_new(KARI, HERE, challenge=OTHER, known=[]), origin=HERE.origin)
    signed = phone.sign(ceremony.ask(HERE, challenge=OTHER), origin=HERE.origin)
    with pytest.raises(NotAuthenticated):
        ceremony.verified(made, passkey, HERE, challenge=OTHER)
    with pytest.raises(NotAuthenticated):
        ceremony.made(signed, HERE, challenge=OTHER)


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=9) | st.binary(max_size=9).map(lambda some: some.hex()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "challenge"]), inner)
    ),
    max_leaves=9,
)


@given(answer=_JSON.map(json.dumps) | st.text(max_size=20), cut=st.integers(0, 900))
def test_whatever_else_an_answer_is_proves_nothing(answer: str, cut: int) -> None:
    ceremony, phone = WebAuthnCeremony(), Authenticator()
    made = phone.make(ceremony.ask_new(KARI, HERE, challenge=OTHER, known=[]), origin=HERE.origin)
    passkey = Passkey(credential="x", public_key="x", sign_count=0, id="p", user="k", name="n", created_at=NOW)
    for odd in (answer, made[:cut], made[:cut] + made[cut + 1 :].replace("A", "B")):
        with pytest.raises(NotAuthenticated):
            ceremony.verified(odd, passkey, HERE, challenge=OTHER)
        with pytest.raises(NotAuthenticated):
            ceremony.made(odd, HERE, challenge=CHALLENGE)
        with suppress(NotAuthenticated):
            assert len(ceremony.claim_of(odd)) == 2
