"""Credentials that are for one address alone, such as the sandbox's, go nowhere else."""

import pytest

from adapters.http_api.settings import require_only_at
from core.business import Business, Connection
from core.errors import AccessRefused, InvalidInput
from core.ports.surroundings import Surroundings
from plugins.manager import find_plugins
from plugins.registry import AccountingRegistry
from tests.fakes.clock import FakeClock
from tests.fakes.keeping import FakeCallCounter, FakeSessionStore

HERE = "http://127.0.0.1:8247"
SOAP = {
    "account_name": "Fjellutleie AS",
    "application_id": "5a0b3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
    "username": "integration@kvitt.example",
    "password": "correct-horse",
}
REST = {"client_id": "kvitt-demo", "client_secret": "battery-staple", "organization_id": "1"}
TRIPLETEX = {"account_name": "Fjellutleie AS", "employee_token": "ansatt-42", "consumer_token": "integrasjon-42"}
THERE = {
    "KVITT_TRIPLETEX_URL": f"{HERE}/tripletex/v2",
    "KVITT_TFSO_API_URL": HERE,
    "KVITT_TFSO_REST_URL": f"{HERE}/v1",
    "KVITT_TFSO_LOGIN_URL": HERE,
}


def opened(system: str, settings: dict[str, str], environment: dict[str, str]) -> None:
    surroundings = Surroundings(
        sessions=FakeSessionStore(), calls=FakeCallCounter(), clock=FakeClock(), environment=environment
    )
    connection = Connection.of(system, {**settings, "only_at": HERE})
    AccountingRegistry(surroundings, find_plugins()).open(Business(name="fjell", accounting=connection))


@pytest.mark.parametrize(
    ("system", "settings"), [("24sevenoffice", SOAP), ("24sevenoffice-rest", REST), ("tripletex", TRIPLETEX)]
)
def test_credentials_of_the_sandbox_are_refused_once_the_addresses_are_the_vendors(
    system: str, settings: dict[str, str]
) -> None:
    opened(system, settings, THERE)
    with pytest.raises(AccessRefused) as refusal:
        opened(system, settings, {})
    assert refusal.value.code == "credentials_elsewhere"
    assert HERE in refusal.value.message
    assert not any(
        secret in refusal.value.message
        for secret in (*SOAP.values(), *REST.values(), *TRIPLETEX.values())
        if len(secret) > 1
    )


def test_each_of_several_addresses_counts() -> None:
    with pytest.raises(AccessRefused):
        opened("24sevenoffice-rest", REST, {**THERE, "KVITT_TFSO_REST_URL": ""})
    with pytest.raises(AccessRefused):
        opened("24sevenoffice-rest", REST, {**THERE, "KVITT_TFSO_LOGIN_URL": ""})


@pytest.mark.parametrize("address", ["http://127.0.0.1:82470", "https://127.0.0.1:8247", f"{HERE}.evil.example"])
def test_an_address_that_only_begins_alike_is_another(address: str) -> None:
    require_only_at(HERE, f"{HERE}/v1", HERE, vendor="The vendor")
    require_only_at(None, address, vendor="The vendor")
    with pytest.raises(InvalidInput):
        require_only_at(HERE, address, vendor="The vendor")


@pytest.mark.parametrize("only_at", ["", "sandbox", "http://example.com"])
def test_what_is_no_address_is_refused(only_at: str) -> None:
    surroundings = Surroundings(sessions=FakeSessionStore(), calls=FakeCallCounter(), clock=FakeClock(), environment={})
    with pytest.raises(InvalidInput) as refusal:
        AccountingRegistry(surroundings, find_plugins()).checked(
            Connection.of("24sevenoffice", {**SOAP, "only_at": only_at})
        )
    assert [fault.field for fault in refusal.value.faults] == ["accounting.only_at"]
