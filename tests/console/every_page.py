"""Every page that the console has, by its router, on an installation on which each of them has something to show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from litestar.routes import HTTPRoute

from core.rights import Role
from core.user import Grant
from core.webhook import DeliveryFilter
from entrypoints.console.rendering import address
from entrypoints.console.router import console
from entrypoints.container import Container
from entrypoints.demo.samples import Course, fill, sample_invoices
from entrypoints.demo.world import BUSINESS, demo_business
from entrypoints.parsing import business_from
from sandbox import Sandbox

NO_PAGES = (
    "/static/{name}",
    "/sign-in/passkey",
    "/sign-in/openid",
    "/sign-in/openid/back",
    "/businesses/{business}/invoices/upload/template",
    "/businesses/{business}/batches/{batch}/progress",
)
"""What is got and is no page: files, ways to elsewhere, and streams; and what browsers do at no address in numbers."""

AMBIGUOUS = "Mona Nilsen"
"""The demo's customer for whom two records may be meant."""

UNSENT = "F-2011"
"""One of the demo's invoices that may be sent."""

OPEN_PAGES = ("/sign-in", "/sign-in/link")
"""What whoever is signed in does not see."""

_NAME = re.compile(r"\{(\w+)(?::\w+)?\}")

Names = Mapping[str, str]
"""What stands for each parameter of a path; `name below` is what stands for it in the paths that end so."""


def furnish(container: Container, office: Sandbox, *, today: date) -> Names:
    """Store the demo's shop, and some of everything else; return the names in the paths of all this."""
    container.connect_business().store(business_from(demo_business()))
    webhooks = container.manage_webhooks()
    of_all, _ = webhooks.add("https://books.example/kvitt", business=None)
    own, _ = webhooks.add("https://shop.example/hooks/kvitt", business=BUSINESS)
    fill(container, office, today=today)
    container.manage_api_keys().create("shop", business=BUSINESS, role=Role.SEND)
    container.manage_users().add("kari", email="kari@fjell.example", grants=[Grant(business=BUSINESS, role=Role.READ)])
    samples = sample_invoices(today)
    paid = next(one.invoice.number for one in samples if one.course is Course.PAID)
    batches = container.look_up().batches(BUSINESS, limit=1)
    return {
        "business": BUSINESS,
        "number": paid,
        "batch": batches[0][0].id,
        "user": "kari",
        "webhook": of_all.id,
        "business webhook": own.id,
        "event": webhooks.deliveries(of_all.id, wanted=DeliveryFilter(), limit=1)[0].event,
        "customer number": next(one.invoice.number for one in samples if one.invoice.customer.name == AMBIGUOUS),
        "edit number": UNSENT,
        "preview number": UNSENT,
        "adopt number": UNSENT,
    }


def paths() -> Iterator[tuple[str, HTTPRoute]]:
    """Return what may be got from the console, as its router says it, with parameters as `{name}`."""
    for route in console().routes:
        assert isinstance(route, HTTPRoute)
        if "GET" in route.methods:
            yield _NAME.sub(r"{\1}", route.path), route


def pages(names: Names) -> Sequence[str]:
    """Return the addresses of all pages for whoever is signed in. A parameter without a name fails: add it above."""
    return [filled(path, names) for path, _ in paths() if path not in (*NO_PAGES, *OPEN_PAGES)]


def filled(path: str, names: Names) -> str:
    """Put the names into a path."""
    end = path.rpartition("/")[2]
    begin = "business " if path.startswith("/businesses/{business}/") else ""

    def name(parameter: str) -> str:
        for known in (f"{end} {parameter}", f"{begin}{parameter}", parameter):
            if known in names:
                return names[known]
        raise KeyError(f"{path}: nothing stands for {{{parameter}}}; add it in {__name__}")

    return _NAME.sub(lambda match: address(name(match[1])).removeprefix("/"), path)
