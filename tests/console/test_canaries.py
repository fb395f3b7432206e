"""Nothing that signs somebody in is in a log, in the audit trail, or on a page that is answered."""

from collections.abc import Iterator

import pytest
from dependency_injector import providers

from adapters.openid import HttpOpenIdProvider
from entrypoints.container import Container
from tests import canaries
from tests.console.people import link_for, password_for
from tests.console.reader import Reader, Shown
from tests.openid_provider import CLIENT, SECRET, Provider, openid_provider, with_query


@pytest.fixture
def provider(container: Container) -> Iterator[Provider]:
    with openid_provider() as provider:
        known = HttpOpenIdProvider(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)
        with container.openid.override(providers.Object(known)), container.sign_in.reset():
            yield provider
        container.sign_in.reset()


def test_what_signs_in_is_told_nowhere(
    stranger: Reader, container: Container, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    canaries.listen_to_everything(caplog)
    secrets = {
        "password": password_for(container, "ola"),
        "wrong password": canaries.WRONG_PASSWORD,
        "link": link_for(container, "ola"),
        "link of nobody": "canary-link-of-nobody-".ljust(43, "x"),
        "OpenID secret": SECRET,
    }
    pages: list[Shown] = []

    def sent(path: str, **fields: str) -> Shown:
        pages.append(Shown(stranger.client.post(path, data=fields)))
        return pages[-1]

    def signed_out() -> None:
        for name, value in stranger.client.cookies.items():
            secrets[f"cookie {name} {len(secrets)}"] = value
        stranger.client.cookies.clear()

    for name, password in (
        ("ola", secrets["wrong password"]),
        (secrets["wrong password"], secrets["password"]),
        ("ola", secrets["password"]),
    ):
        sent("/sign-in", name=name, password=password, next="/account")
        if name != "ola":
            pages.pop()  # it shows again what was typed as a name
    sent("/account/password", password=secrets["wrong password"], new_password="x", repeated="x")
    signed_out()
    for text in (secrets["link"], secrets["link"], secrets["link of nobody"]):
        sent("/sign-in/link", token=text)
        signed_out()
    container.manage_users().set_email("ola", "kari@fjell.example")
    for email in ("kari@fjell.example", None):
        container.manage_users().set_email("ola", email)
        asked = stranger.client.get("/sign-in/openid", follow_redirects=False)
        brought = provider.log_in(asked.headers["location"])
        secrets[f"OpenID code {email}"] = brought["code"]
        for _ in range(2):
            pages.append(stranger.read(with_query("/sign-in/openid/back", brought)))
        signed_out()
    assert sum(name.startswith("cookie kvitt_session") for name in secrets) == 3

    logged = canaries.heard(caplog)
    with container.storage().transaction() as work:
        trail = "".join(entry.model_dump_json() for entry in work.audit.list(limit=1_000))
    assert "wrong_password" in trail
    assert canaries.found_in(logged, secrets) == []
    assert canaries.found_in(trail, secrets) == []
    for page in pages:
        assert canaries.found_in(page.response.text, secrets) == [], page.address
