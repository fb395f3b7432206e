import pytest

from core.api_key import ApiKey, digest_of, is_digest_of, prefix_in
from core.errors import NotAllowed
from core.rights import Need, Role
from tests.fakes.clock import FakeClock

TEXT = f"kvitt_{'0a' * 6}_{'5f' * 32}"


def a_key(role: Role, business: str | None) -> ApiKey:
    return ApiKey(prefix="0a", name="shop", role=role, business=business, created_at=FakeClock().now())


@pytest.mark.parametrize(
    ("role", "business", "may"),
    [
        (Role.READ, "fjell", {Need.READ}),
        (Role.SEND, "fjell", {Need.READ, Need.SEND}),
        (Role.READ, None, {Need.READ, Need.OVERSEE}),
        (Role.SEND, None, set(Need)),
    ],
)
def test_a_key_may_do_what_its_role_and_scope_are_for(role: Role, business: str | None, may: set[Need]) -> None:
    key = a_key(role, business)
    for need in may:
        key.require(need)
    for need in set(Need) - may:
        with pytest.raises(NotAllowed, match="it needs a"):
            key.require(need)


def test_a_key_is_for_its_own_business_and_an_administrator_s_for_all() -> None:
    assert a_key(Role.READ, "fjell").is_for("fjell")
    assert not a_key(Role.SEND, "fjell").is_for("Fjell")
    assert a_key(Role.READ, None).is_for("anything")


def test_a_text_tells_its_prefix_and_what_is_no_key_tells_none() -> None:
    assert prefix_in(TEXT) == "0a" * 6
    for text in ("", "kvitt_", TEXT.upper(), f"{TEXT}0", f"{TEXT}\n", f" {TEXT}", TEXT.replace("5", "é")):
        assert prefix_in(text) is None


def test_a_digest_is_of_one_text_and_does_not_show_it() -> None:
    digest = digest_of(TEXT)
    assert is_digest_of(digest, TEXT)
    assert not is_digest_of(digest, TEXT.replace("f", "e", 1))
    assert "5f5f" not in digest
