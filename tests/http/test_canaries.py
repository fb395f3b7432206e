"""No secret is in anything that the HTTP API or its worker says, and nobody's data in what is logged."""

import re
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from adapters.secrets import KeyFile
from adapters.twentyfour_seven_office.soap.session import KeptSession
from core.transfer import TransferState
from core.use_cases.look_up import LookUp
from entrypoints.container import DURABLE, Container
from entrypoints.http.app import create_app, routes
from entrypoints.settings import Settings
from entrypoints.worker import Worker
from sandbox import Sandbox
from tests import canaries
from tests.homes import furnished
from tests.http.clients import bearing, key_for
from tests.http.documents import Api
from tests.receiver import receiver

_PATIENCE_SECONDS = 30.0
_SHOWS_PEOPLE = re.compile(r"/invoices(/[^/]+(/preview|/customer|/credit)?)?$")
"""Routes whose very purpose is to show invoices and their customers."""
_PARAMETER = re.compile(r"\{(\w+)[^}]*\}")


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with canaries.planted_office() as office:
        yield office


@pytest.fixture
def container(office: Sandbox, tmp_path: Path) -> Iterator[Container]:
    settings = Settings(
        home=tmp_path,
        webhook_allowed_networks="127.0.0.0/8",
        sweep_seconds=0.1,
        retry_first_seconds=0.05,
        settling_seconds=0.2,
        stop_seconds=20,
    )
    container = furnished(settings, queue=DURABLE)
    container.environment.override(providers.Object({"KVITT_TFSO_API_URL": office.url}))
    storage = container.storage()
    yield container
    storage.close()


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    """What must not be found; a session's id is added when there is one."""
    return {**canaries.SECRETS, "secret key": KeyFile(tmp_path).keys()[0]}


class Searched:
    """A client of the API; every answer is searched."""

    def __init__(self, api: Api, secrets: dict[str, str], *, key: str) -> None:
        self._api = api
        self._secrets = secrets
        self._key = key

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {**bearing(self._key), "X-Api-Key": canaries.API_KEY, **given.pop("headers", {})}
        answer = self._api.request(method, path, headers=headers, **given)
        said = f"{answer.headers}\n{answer.text}"
        assert not canaries.found_in(said, self._secrets), (method, path, said)
        if answer.is_error or not _SHOWS_PEOPLE.search(path.split("?")[0]):
            assert not canaries.found_in(said, canaries.PEOPLE), (method, path, said)
        return answer


def test_every_route_well_and_badly(
    container: Container,
    office: Sandbox,
    secrets: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    canaries.listen_to_everything(caplog)
    app = create_app(container)
    with Worker(container), TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as api:
        key = key_for(container)
        secrets["real API key"] = key
        ask = Searched(api, secrets, key=key)
        assert api.get("/v1/businesses", headers=bearing(canaries.API_KEY)).status_code == 401
        assert ask("PUT", "/v1/businesses/fjell", json=canaries.business()).status_code == 201
        ask("PUT", "/v1/businesses/fjell", json=canaries.business(colour=canaries.PASSWORD))
        ask("POST", "/v1/api-keys", json={"name": canaries.API_KEY})
        ask("DELETE", f"/v1/api-keys/{key.split('_')[1]}")
        for setting in ("password", "colour"):
            ask("PATCH", "/v1/businesses/fjell", json={"accounting": {setting: canaries.PASSWORD}})
        ask("PATCH", "/v1/businesses/fjell", json={"order_status": canaries.PASSWORD})
        ask("PUT", "/v1/businesses/fjell", json={**canaries.business(), "accounting": canaries.PASSWORD})
        webhook = _webhook_tried_out(ask, api, secrets, bearing(key))
        for number in ("1", "2"):
            assert (
                ask("PUT", f"/v1/businesses/fjell/invoices/{number}", json=canaries.invoice(number)).status_code == 201
            )
        ask("PUT", "/v1/businesses/fjell/invoices/3", json=canaries.invoice("3", rows=canaries.PEOPLE["name"]))
        ask(
            "PUT",
            "/v1/businesses/fjell/invoices/3",
            content=b'{"number": "3", "comment": "' + canaries.PASSWORD.encode(),
        )
        for operation, kind, options in canaries.TROUBLES[:2] + canaries.TROUBLES[4:]:
            office.inject(operation, kind, **options)
            ask("POST", "/v1/businesses/fjell/verify")
        transfer = ask("POST", "/v1/businesses/fjell/invoices/1/send", headers={"Prefer": "wait=0"}).json()
        _wait_until_over(container, transfer["id"])
        batch = ask("POST", "/v1/businesses/fjell/transfers", json={"all": True}).json()
        for place in _places(transfer=transfer["id"], batch=batch["id"], webhook=webhook):
            for method, path in place:
                ask(
                    method,
                    path,
                    json={"customer_id": "999"},
                    headers={"Idempotency-Key": f"{canaries.API_KEY}{path}"[:255]},
                )
        secrets.update(_session(container))
        ask("PUT", "/v1/businesses/fjell", json=canaries.business(password=canaries.WRONG_PASSWORD))
        ask("POST", "/v1/businesses/fjell/verify")
        ask("POST", "/v1/businesses/fjell/invoices/1/status")
        api.get(f"/v1/businesses/{canaries.PEOPLE['e-mail']}")  # who asks is told, and the log is not
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(LookUp, "businesses", _failing)
            assert ask("GET", "/v1/businesses").status_code == 500
    logged = canaries.heard(caplog)
    assert "failed: ValueError" in logged
    assert not canaries.found_in(logged, secrets)
    assert not canaries.found_in(logged, canaries.PEOPLE)
    _assert_the_store_keeps_no_secret(tmp_path, secrets)
    assert not canaries.found_in(httpx.get(f"{office.url}/control").content, {"password": canaries.PASSWORD})


def _webhook_tried_out(ask: Searched, api: Api, secrets: dict[str, str], key: Mapping[str, str]) -> str:
    """Add a webhook whose receiver answers with a page that repeats the address, and look at it from every side."""
    where = "/v1/businesses/fjell/webhooks"
    with receiver() as shop:
        shop.status = 404
        url = f"{shop.url}?token={canaries.WEBHOOK_TOKEN}"
        for bad in (f"{url}#", url.replace("127.0.0.1", "10.0.0.1"), f"http://{canaries.WEBHOOK_TOKEN}@h/", [url]):
            assert ask("POST", where, json={"url": bad}).status_code == 400
        made = api.post(where, json={"url": url}, headers=key).json()
        secrets["webhook secret"] = made["secret"]
        webhook: str = made["id"]
        for method, path, body in (
            ("POST", "/test", {}),
            ("PATCH", "", {"url": url}),
            ("GET", "", None),
            ("GET", "/deliveries", None),
            ("POST", "/rotate-secret", {}),
            ("POST", "/test", {"type": "recovery.needed"}),
            ("POST", "/rotate-secret", {"at_once": canaries.WEBHOOK_TOKEN}),
        ):
            ask(method, f"{where}/{webhook}{path}", json=body)
        assert len(shop.received) == 2
    return webhook


def _failing(*_: Any, **__: Any) -> None:
    raise ValueError(f"{canaries.PASSWORD} {canaries.PEOPLE}")


def _places(*, transfer: str, batch: str, webhook: str) -> Iterator[list[tuple[str, str]]]:
    """Every route there is, with what is there and with what is not in its parameters' places."""
    known = {"business": "fjell", "number": "1", "transfer_id": transfer, "batch_id": batch, "webhook": webhook}
    for route in routes().routes:
        if isinstance(route, HTTPRoute):
            for values in (known, {}):
                path = _PARAMETER.sub(partial(_put_in, values), route.path)
                yield [(method, path) for method in sorted(route.methods - {"OPTIONS", "HEAD"})]


def _put_in(values: Mapping[str, str], parameter: re.Match[str]) -> str:
    return values.get(parameter[1], "nope")


def _wait_until_over(container: Container, transfer_id: str) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while (transfer := container.look_up().transfer(transfer_id)).state is not TransferState.TRANSFERRED:
        if transfer.is_parked or transfer.state.is_final:
            container.manage_transfers().retry(transfer_id)
        assert time.monotonic() < give_up_at, transfer
        time.sleep(0.05)


def _session(container: Container) -> dict[str, str]:
    kept = KeptSession.from_text(container.sessions().load("fjell"))
    assert kept is not None
    return {"session id": kept.session_id}


def _assert_the_store_keeps_no_secret(home: Path, secrets: dict[str, str]) -> None:
    """An idempotency key is kept as it is, to tell requests apart: here it is an API key only to be seen in logs."""
    of_ours = {name: word for name, word in secrets.items() if name != "API key"}
    for file in home.iterdir():
        if file.name != "secret.key" and file.is_file():
            assert not canaries.found_in(file.read_bytes(), of_ours), file
