"""However many passwords are tried at once, no more are judged than one after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from dependency_injector import providers

from core.errors import NotAuthenticated, TooManyRequests
from core.sign_in_limit import MOST_FOR_NAME, MOST_FROM_ADDRESS
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from tests.fakes.users import FakePasswordHasher

AT_ONCE = 40
PASSWORD = "hest sykkel måne"


@pytest.fixture(params=["sqlite", "postgresql"])
def container(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Container]:
    url = request.getfixturevalue(request.param)
    container = make_container(Settings(home=tmp_path, database_url=url))
    container.password_hasher.override(providers.Object(FakePasswordHasher()))
    with closing(container.storage()):
        container.manage_users().add("kari")
        container.manage_users().set_password("kari", PASSWORD)
        yield container


@pytest.mark.parametrize(
    ("addresses", "most"),
    [(["192.0.2.1"] * AT_ONCE, MOST_FROM_ADDRESS), ([f"192.0.2.{nth}" for nth in range(AT_ONCE)], MOST_FOR_NAME)],
    ids=["address", "name"],
)
def test_of_forty_at_once_no_more_are_judged_than_may_be(container: Container, addresses: list[str], most: int) -> None:
    sign_in = container.sign_in()

    def tried(address: str) -> str:
        try:
            sign_in.by_password("kari", "hest sykkel sol!", address=address)
        except (NotAuthenticated, TooManyRequests) as refusal:
            return refusal.code
        return "let in"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = sorted(threads.map(tried, addresses))

    assert told == ["too_many_attempts"] * (AT_ONCE - most) + ["wrong_password"] * most
