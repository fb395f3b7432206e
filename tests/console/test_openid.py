"""Signing in by OpenID Connect: a real provider over a socket, and a browser that comes back."""

from collections.abc import Iterator

import pytest
from dependency_injector import providers

from adapters.openid import HttpOpenIdProvider
from entrypoints.container import Container
from tests.console.reader import Reader
from tests.openid_provider import CLIENT, SECRET, Provider, openid_provider, with_query


@pytest.fixture
def provider(container: Container) -> Iterator[Provider]:
    with openid_provider() as provider:
        known = HttpOpenIdProvider(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)
        with container.openid.override(providers.Object(known)), container.sign_in.reset():
            yield provider
        container.sign_in.reset()


def came_back(stranger: Reader, provider: Provider) -> dict[str, str]:
    answer = stranger.client.get("/sign-in/openid?next=%2Faccount", follow_redirects=False)
    assert answer.status_code == 303
    return provider.log_in(answer.headers["location"])


def test_the_user_of_a_verified_address_is_let_in_once(
    stranger: Reader, container: Container, provider: Provider
) -> None:
    container.manage_users().add("kari", email="kari@fjell.example")
    assert "Sign in with OpenID Connect" in stranger.read("/sign-in").text("//main")
    back = with_query("/sign-in/openid/back", came_back(stranger, provider))

    inside = stranger.read(back)

    assert (inside.heading, inside.address) == ("Account", "/account")
    stranger.client.cookies.clear()
    again = stranger.read(back)
    assert (again.status, again.text("//code[1]")) == (401, "wrong_openid_answer")


def test_nobody_becomes_a_user_by_it(stranger: Reader, container: Container, provider: Provider) -> None:
    refused = stranger.read(with_query("/sign-in/openid/back", came_back(stranger, provider)))
    assert (refused.status, refused.text("//code[1]")) == (401, "unknown_email")
    container.manage_users().add("kari", email="kari@fjell.example")
    container.manage_users().disable("kari")
    disabled = stranger.read(with_query("/sign-in/openid/back", came_back(stranger, provider)))
    assert disabled.text("//code[1]") == "unknown_email"


def test_another_browser_s_answer_is_refused(stranger: Reader, container: Container, provider: Provider) -> None:
    container.manage_users().add("kari", email="kari@fjell.example")
    brought = came_back(stranger, provider)
    came_back(stranger, provider)
    refused = stranger.read(with_query("/sign-in/openid/back", brought))
    assert (refused.status, refused.text("//code[1]")) == (401, "wrong_openid_answer")


def test_where_none_is_set_up_it_is_not_offered(stranger: Reader) -> None:
    assert "OpenID" not in stranger.read("/sign-in").text("//main")
    assert stranger.read("/sign-in/openid").status == 404
