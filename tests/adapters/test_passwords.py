import argon2
import pytest

from adapters.passwords import Argon2PasswordHasher
from adapters.passwords.argon2_hasher import LANES, MEMORY_KIB, ROUNDS

PASSWORD = "hest sykkel måne"
CHEAP = Argon2PasswordHasher(memory_kib=8, rounds=1)


def test_a_password_is_known_again_and_another_is_not() -> None:
    kept = CHEAP.hash(PASSWORD)
    assert CHEAP.verify(kept, PASSWORD)
    assert not CHEAP.verify(kept, PASSWORD + "!")
    assert PASSWORD not in kept
    assert kept != CHEAP.hash(PASSWORD)


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_no_password_is_that_of_nothing(kept: str | None) -> None:
    assert not CHEAP.verify(kept, PASSWORD)
    assert not CHEAP.verify(kept, "")


def test_what_was_made_with_less_is_outdated_and_still_known() -> None:
    stronger = Argon2PasswordHasher(memory_kib=16, rounds=1)
    kept = CHEAP.hash(PASSWORD)
    assert not CHEAP.is_outdated(kept)
    assert stronger.is_outdated(kept)
    assert stronger.verify(kept, PASSWORD)


def test_the_strength_is_what_owasp_asks_for() -> None:
    kept = argon2.extract_parameters(Argon2PasswordHasher().hash(PASSWORD))
    assert (kept.type, kept.memory_cost, kept.time_cost, kept.parallelism) == (
        argon2.Type.ID,
        MEMORY_KIB,
        ROUNDS,
        LANES,
    )
    assert MEMORY_KIB >= 19 * 1024
    assert ROUNDS >= 2
