"""The console's list pages with 200,000 invoices stored, beside the same query through the API: CPU of an answer.

The audit trail is as long. There are as many webhooks of the business as there may be, with what they were sent, and
hundreds of users and API keys.

The application is called as a server calls it, without a socket. Alone: `python -m tests.benchmarks.pages`.
"""

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from dependency_injector import providers
from pydantic import SecretStr
from sqlalchemy import Connection, insert

from adapters.identifiers import new_webhook_secret
from adapters.storage import SqlStorage
from adapters.storage.schema import audit
from core.audit import Action, ActorKind, AuditResult
from core.business import Business
from core.event import EventType, Happening
from core.example_event import example_event
from core.rights import Role
from core.user import Grant
from core.webhook import Endpoint, EndpointSecrets
from entrypoints.container import Container, make_container
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from tests.benchmarks.figures import Figures
from tests.benchmarks.listing import BUSINESS, LARGE, TODAY, Store, fill, servers_of, sqlite_file
from tests.fakes import FakeClock
from tests.postgres import server, temporary_database

_ROUNDS = 15
_MOST_MS, _MOST_TIMES = 50, 3
_USER = "bench"
_WEBHOOK = "webhook-00"
_WEBHOOKS, _EVENTS, _USERS, _KEYS = 20, 20_000, 500, 500
_PIECE, _EVENTS_AT_ONCE = 10_000, 500

_INVOICES = f"/businesses/{BUSINESS}/invoices"
_NEWEST = "newest=true&limit=50"
_FILTERS = {
    "invoices": "",
    "state=transferred": "state=transferred",
    "state=rejected, which few are": "state=rejected",
    "paid=false": "paid=false",
    "from and to, two months": "from=2026-01-01&to=2026-03-01",
    "min_total, half of them": "min_total=1500",
    "q, half of them": "q=nordmann",
    "q, few": "q=sjelden",
    "q, an order number": "q=po-00000500",
    "q, an e-mail address": f"q={quote('00000500@a.no')}",
    "q, half of them, and state=rejected": "q=nordmann&state=rejected",
}
_PAGES: dict[str, tuple[str, str | None]] = {
    **{
        what: (f"{_INVOICES}?{query}", f"/v1{_INVOICES}?{'&'.join(part for part in (query, _NEWEST) if part)}")
        for what, query in _FILTERS.items()
    },
    "payments": (f"/businesses/{BUSINESS}/payments", None),
    "payments, over 90 days": (f"/businesses/{BUSINESS}/payments?age=over_90", None),
    "month-ends": (f"/businesses/{BUSINESS}/batches", None),
    "overview": ("/", None),
    "audit": ("/audit", "/v1/audit?limit=50"),
    "audit, of a business": (f"/businesses/{BUSINESS}/audit", f"/v1/businesses/{BUSINESS}/audit?limit=50"),
    "audit, of an invoice": (f"/businesses/{BUSINESS}/audit?invoice=F-00000500", None),
    "events": (f"/businesses/{BUSINESS}/events", f"/v1/businesses/{BUSINESS}/events?limit=50"),
    "webhooks": (f"/businesses/{BUSINESS}/webhooks", f"/v1/businesses/{BUSINESS}/webhooks?limit=50"),
    "a webhook and its deliveries": (f"/businesses/{BUSINESS}/webhooks/{_WEBHOOK}", None),
    "API keys": ("/api-keys", "/v1/api-keys?limit=50"),
    "users": ("/users", None),
    "a user": (f"/users/{_USER}", None),
}
"""Of each page its address, and the API's for the same query; None where the API has none."""


def report(figures: Figures) -> None:
    """Measure on SQLite and, where a server is reachable, on PostgreSQL."""
    figures.title(f"The console's lists with {LARGE:,} invoices, beside the API")
    figures.say(
        f"CPU of an answer, of Kvitt and of the database's server together; medians of {_ROUNDS} rounds, in turns.\n"
        "Alone: `.venv/bin/python -m tests.benchmarks.pages`."
    )
    for name, database in (("SQLite", sqlite_file), ("PostgreSQL", temporary_database)):
        if name == "PostgreSQL" and not server():
            figures.say("\nPostgreSQL: no server is reachable, so it was not measured.\n")
            continue
        with database() as url, _installed(url) as container:
            _measure(figures, name, url, container)


@contextmanager
def _installed(url: str) -> Iterator[Container]:
    with tempfile.TemporaryDirectory() as home:
        container = make_container(Settings(home=Path(home), database_url=url, requests_per_minute=1_000_000))
        container.clock.override(providers.Object(FakeClock(TODAY)))  # the store goes on for as long as this day
        with closing(container.sql_storage()) as storage:
            with storage.transaction() as work:
                connection = {"system": "24sevenoffice"}
                work.businesses.put(Business.model_validate({"name": BUSINESS, "accounting": connection}))
            with storage.write() as database:
                fill(database, LARGE)
                _fill_audit(database)
            _fill_webhooks(storage)
            for nth in range(_USERS):
                container.manage_users().add(f"user-{nth}", grants=[Grant(role=Role.SEND, business=BUSINESS)])
            for nth in range(_KEYS):
                container.manage_api_keys().create(f"key {nth}", role=Role.READ, business=BUSINESS)
            if url.startswith("postgresql"):  # what its autovacuum does by itself a minute later
                with psycopg.connect(url, autocommit=True) as outside:
                    outside.execute("VACUUM ANALYZE")
            yield container


def _fill_audit(database: Connection) -> None:
    """Have somebody send each invoice."""
    at = TODAY - timedelta(days=300)
    for start in range(0, LARGE, _PIECE):
        entries = [
            {
                "at": at + timedelta(minutes=nth),
                "actor": ActorKind.API_KEY.value,
                "key_prefix": "affe37982f61",
                "key_name": "shop",
                "action": Action.INVOICE_SENT.value,
                "business": BUSINESS,
                "invoice": f"F-{nth:08}",
                "subject": f"{nth:032}",
                "result": AuditResult.DONE.value,
            }
            for nth in range(start, start + _PIECE)
        ]
        database.execute(insert(audit), entries)


def _fill_webhooks(storage: SqlStorage) -> None:
    """Have webhooks, of which the first wants everything, and events."""
    with storage.transaction() as work:
        for nth in range(_WEBHOOKS):
            url = f"https://shop.example/hooks/{nth}"
            types = () if nth == 0 else (EventType.INVOICE_DELETED,)
            endpoint = Endpoint(
                id=f"webhook-{nth:02}", url=url, business=BUSINESS, types=types, created_at=storage.clock.now()
            )
            secrets = EndpointSecrets(url=SecretStr(url), current=SecretStr(new_webhook_secret()))
            work.endpoints.add(endpoint, secrets)
    made = example_event(EventType.INVOICE_PAID, event_id="bench", business=BUSINESS, now=TODAY)
    form = Happening(type=made.type, business=BUSINESS, invoice=made.invoice, data=made.data)
    for start in range(0, _EVENTS, _EVENTS_AT_ONCE):
        happened = range(start, start + _EVENTS_AT_ONCE)
        with storage.transaction() as work:
            work.events.add(*(form.model_copy(update={"invoice": f"F-{nth:08}"}) for nth in happened))


def _measure(figures: Figures, name: str, url: str, container: Container) -> None:
    spent = asyncio.run(_spent(url, container))
    rows, worst, ratio = [], ("", 0.0), ("", 0.0)
    for what, (page, api) in spent.items():
        times = page / api if api else None
        rows.append([name, what, f"{page:.1f}", f"{api:.1f}" if api else "–", f"{times:.1f}" if times else "–"])
        worst = max(worst, (what, page), key=lambda pair: pair[1])
        if what in _FILTERS:  # elsewhere the page tells and offers more than the API's answer has
            ratio = max(ratio, (what, times or 0.0), key=lambda pair: pair[1])
    figures.say("")
    figures.table(["database", "page", "page, ms of CPU", "API, ms of CPU", "times"], rows)
    figures.say("")
    figures.limit(f"{name}, the dearest page ({worst[0]})", worst[1], _MOST_MS, unit=" ms")
    figures.limit(f"{name}, the most beside the API ({ratio[0]})", ratio[1], _MOST_TIMES, unit=" x")


async def _spent(url: str, container: Container) -> dict[str, tuple[float, float | None]]:
    """Return the milliseconds of CPU of each page, and of the API's answer."""
    async with _running(container) as app:
        _key, key = container.manage_api_keys().create("bench", role=Role.READ, business=None)
        container.manage_users().add(_USER, grants=[Grant(role=Role.SEND)])
        session = container.sign_in().by_link(container.manage_users().link(_USER).text).text
        bearer, cookie = (
            [(b"authorization", f"Bearer {key}".encode())],
            [(b"cookie", f"kvitt_session={session}".encode())],
        )
        for page, api in _PAGES.values():  # what is made once is made, and every connection to the database
            await _get(app, page, cookie)
            if api:
                await _get(app, api, bearer)
        store = Store(
            container.look_up(),
            container.read_overview(),
            container.read_payments(),
            *servers_of(container.sql_storage(), url),
        )
        measured = {}
        for what, (page, api) in _PAGES.items():
            pages: list[float] = []
            apis: list[float] = []
            for _ in range(_ROUNDS):
                for path, headers, times in ((page, cookie, pages), (api, bearer, apis)):
                    if path:
                        began = store.seconds()
                        await _get(app, path, headers)
                        times.append((store.seconds() - began) * 1000)
            measured[what] = (statistics.median(pages), statistics.median(apis) if apis else None)
        return measured


@asynccontextmanager
async def _running(container: Container) -> AsyncIterator[Any]:
    app = create_app(container)
    app.start()
    yield app
    app.stop()


async def _get(app: Any, address: str, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Ask for an address as a server does; it must be answered with what was asked for."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip"), *headers],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    answered: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    await app(scope, receive, send)
    assert answered == [200], (address, answered)


if __name__ == "__main__":
    report(Figures())
