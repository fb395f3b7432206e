import pytest

from core.errors import InvalidInput, NotAllowed
from core.password import LONGEST, SHORTEST, accepted_password, normal_form
from core.rights import Need, Role
from core.user import Grant, User
from tests.fakes.clock import FakeClock


def a_user(*grants: Grant) -> User:
    return User(name="kari", grants=grants, created_at=FakeClock().now())


FJELL, ALL = "fjell", None


@pytest.mark.parametrize(
    ("grants", "on_fjell", "on_vidde", "on_all"),
    [
        ([], set(), set(), set()),
        ([(FJELL, Role.READ)], {Need.READ}, set(), set()),
        ([(FJELL, Role.SEND)], {Need.READ, Need.SEND}, set(), set()),
        ([(ALL, Role.READ)], {Need.READ, Need.OVERSEE}, {Need.READ, Need.OVERSEE}, {Need.READ, Need.OVERSEE}),
        ([(ALL, Role.SEND)], set(Need), set(Need), set(Need)),
        (
            [(ALL, Role.READ), (FJELL, Role.SEND)],
            {Need.READ, Need.SEND, Need.OVERSEE},
            {Need.READ, Need.OVERSEE},
            {Need.READ, Need.OVERSEE},
        ),
    ],
)
def test_a_user_may_do_what_the_grants_are_for(
    grants: list[tuple[str | None, Role]], on_fjell: set[Need], on_vidde: set[Need], on_all: set[Need]
) -> None:
    user = a_user(*(Grant(business=business, role=role) for business, role in grants))
    for business, may in (("fjell", on_fjell), ("vidde", on_vidde), (None, on_all)):
        for need in may:
            user.require(need, business)
        for need in set(Need) - may:
            with pytest.raises(NotAllowed, match="it needs"):
                user.require(need, business)
    assert user.is_for("fjell") == bool(on_fjell)
    assert user.is_administrator == bool(on_all)


def test_a_refusal_says_for_which_business_and_what_is_needed() -> None:
    with pytest.raises(NotAllowed, match="it needs the role send for the business fjell"):
        a_user(Grant(business="fjell", role=Role.READ)).require(Need.SEND, "fjell")
    with pytest.raises(NotAllowed, match="it needs a role as an administrator"):
        a_user().require(Need.OVERSEE, "fjell")


@pytest.mark.parametrize(
    "password",
    [
        "a" * (SHORTEST - 1),
        "a" * (LONGEST + 1),
        "A\u030a" * (LONGEST // 2 + 1),  # shorter in its normal form
        "x Kari 12345678",
        "open\ud800sesame123",
    ],
)
def test_a_password_that_is_too_short_too_long_or_holds_the_name_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        accepted_password(password, user="kari")
    assert refusal.value.code == "bad_password"
    assert password not in f"{refusal.value.message} {refusal.value.hint}"


@pytest.mark.parametrize("password", ["a" * SHORTEST, "a" * LONGEST, "hest sykkel måne"])
def test_any_other_password_is_taken_as_it_is(password: str) -> None:
    assert accepted_password(password, user="kari") == password


def test_a_short_name_may_be_part_of_a_password() -> None:
    assert accepted_password("bokhylle i stua", user="bo") == "bokhylle i stua"


def test_the_same_signs_from_another_keyboard_are_the_same_password() -> None:
    assert normal_form("A\u030ase ﬁnner fram") == normal_form("\u00c5se finner fram")
