import pytest
from dependency_injector import providers
from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.telemetry import DELIVERY_RESULTS
from core.errors import TryAgain
from entrypoints.container import Container
from sandbox import Sandbox
from tests.http.clients import client_of
from tests.http.documents import Api, add_invoice, business_document, problem_of

KVITTS = {
    "kvitt_vendor_calls_limit",
    "kvitt_vendor_calls_used",
    "kvitt_vendor_calls_left",
    "kvitt_transfers",
    "kvitt_transfers_parked",
    "kvitt_queue_age_seconds",
    "kvitt_ready",
    "kvitt_vendor_calls",
    "kvitt_vendor_call_seconds",
    "kvitt_attempts",
    "kvitt_lease_takeovers",
    "kvitt_webhook_deliveries",
    "kvitt_webhook_deliveries_pending",
    "kvitt_webhook_oldest_pending_seconds",
    "kvitt_webhooks_disabled",
    "kvitt_worker_last_sweep_timestamp_seconds",
    "kvitt_http_request_seconds",
}
OF_THE_PROCESS = (
    "kvitt_http_request_seconds",
    "kvitt_lease_takeovers",
    "kvitt_ready",
    "kvitt_webhook_deliveries_pending",
    "kvitt_webhook_oldest_pending_seconds",
    "kvitt_webhooks_disabled",
    "kvitt_worker",
)
OFFICE = ("24sevenoffice",)


def figures(api: Api) -> dict[tuple[str, ...], float]:
    """Return each figure under its name and the values of its labels (in the order of their names)."""
    answer = api.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.text))
    assert {family.name for family in families} == KVITTS
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_where_there_is_no_business_the_figures_are_named_and_empty(api: Api) -> None:
    found = {key: value for key, value in figures(api).items() if not key[0].startswith(OF_THE_PROCESS)}

    assert found == {("kvitt_webhook_deliveries_total", result): 0 for result in DELIVERY_RESULTS}


def test_calls_are_shown_as_the_vendor_counts_them(fjell: Api, office: Sandbox) -> None:
    assert figures(fjell)["kvitt_vendor_calls_left", *OFFICE] == 7200

    fjell.post(f"{add_invoice(fjell)}/send")

    found = figures(fjell)
    assert office.quota.used > 0
    assert found["kvitt_vendor_calls_limit", *OFFICE] == 7200
    assert found["kvitt_vendor_calls_used", *OFFICE] == office.quota.used
    assert found["kvitt_vendor_calls_left", *OFFICE] == office.quota.left


def test_transfers_that_have_not_arrived_are_shown_by_state(api: Api) -> None:
    api.put("/v1/businesses/fjell", json=business_document(password="wrong"))
    for number in ("1", "2"):
        api.post(f"{add_invoice(api, number)}/send")

    found = {key[1]: value for key, value in figures(api).items() if key[0] == "kvitt_transfers"}

    assert found == {
        "queued": 0, "running": 0, "waiting": 2, "rejected": 0, "cancelled": 0, "withdrawing": 0, "withdrawn": 0,
    }  # fmt: skip
    assert figures(api)["kvitt_transfers_parked", *OFFICE] == 2
    assert figures(api)["kvitt_queue_age_seconds", *OFFICE] == 0


def test_calls_and_attempts_are_counted_by_what_they_came_to(fjell: Api, office: Sandbox) -> None:
    fjell.post(f"{add_invoice(fjell)}/send")

    found = figures(fjell)
    made = {key[1]: value for key, value in found.items() if key[0] == "kvitt_vendor_calls_total" and key[2] == "ok"}
    assert sum(made.values()) == len(office.journal.calls())
    assert made["SaveInvoices"] == found["kvitt_vendor_call_seconds_count", "SaveInvoices", *OFFICE] == 1
    assert found["kvitt_attempts_total", "transferred", *OFFICE] == 1


def test_trouble_is_counted_under_its_code(fjell: Api, office: Sandbox) -> None:
    office.inject("GetIdentitiesWithCredential", "http_502", times=1)

    fjell.post(f"{add_invoice(fjell)}/send", headers={"Prefer": "wait=0"})

    found = figures(fjell)
    assert found["kvitt_vendor_calls_total", "GetIdentitiesWithCredential", "bad_gateway", *OFFICE] == 1
    assert found["kvitt_attempts_total", "waiting", *OFFICE] == 1


def test_what_keeps_the_process_from_working_is_a_figure_too(
    container: Container, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert figures(api)["kvitt_ready", "migrations"] == 1

    monkeypatch.setattr(container.storage(), "revision", lambda: "0000")

    assert figures(api)["kvitt_ready", "migrations"] == 0
    problem_of(api.get("/health/ready"), 503, "not_ready")


def test_asking_for_figures_calls_nobody(fjell: Api, office: Sandbox) -> None:
    figures(fjell)

    assert office.journal.calls() == []


def test_an_hour_that_is_used_up_is_a_waiting_transfer_and_no_call(container: Container, office: Sandbox) -> None:
    container.environment.override(
        providers.Object({"KVITT_TFSO_API_URL": office.url, "KVITT_TFSO_CALLS_PER_HOUR": "1"})
    )
    with client_of(container) as api:
        api.put("/v1/businesses/fjell", json=business_document())
        sent = api.post(f"{add_invoice(api)}/send").json()
        verified = api.post("/v1/businesses/fjell/verify")
        found = figures(api)

    assert (sent["state"], sent["error"]["code"]) == ("waiting", "quota_exceeded")
    assert sent["next_attempt_at"].endswith(":00:00.000Z")
    problem_of(verified, 503, "quota_exceeded")
    assert found["kvitt_vendor_calls_left", *OFFICE] == 0
    assert len(office.journal.calls()) == 1


@pytest.mark.parametrize("host", ["evil.example"])
def test_figures_are_for_callers_on_this_machine(shared_fjell: Api, host: str) -> None:
    problem_of(shared_fjell.get("/metrics", headers={"Host": host}), 400, "unknown_host")


def test_a_storage_that_can_not_be_read_is_a_problem(container: Container) -> None:
    class Busy:
        def by_system(self) -> None:
            raise TryAgain("The database is locked.", code="storage_busy")

    container.figures.override(providers.Object(Busy()))
    with client_of(container) as api:
        problem_of(api.get("/metrics"), 503, "storage_busy")
