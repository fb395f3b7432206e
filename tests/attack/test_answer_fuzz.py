"""What the accounting system answers is spoilt on its way, in every manner and anywhere, while invoices are sent.

Nothing but an error that says what to do comes of it, and once answers come whole again each invoice is one order.
What this cannot ask for: that an answer which is whole but untrue (another id for a new order) is seen through where it
is the only word there is. So an id is not lied about in the answer that gives it, and of all looks whether an order
is there at most one is spoilt: the gateway looks twice.
"""

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from core.errors import KvittError
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer, TransferState
from tests.acceptance.movable_clock import MovableClock
from tests.attack.installation import BUSINESS, REST, SOAP, TRIPLETEX, Installation, installed
from tests.operations import http_operation, soap_operation
from tests.systems import System

NUMBERS = ("2001", "2002", "2003")
_TURNS = 25
_PATIENT_SECONDS = 10.0
_SENTINELS = (
    "-2147483648",
    "-32768",
    "-79228162514264337593543950335",
    "0001-01-01T00:00:00",
    "00000000-0000-0000-0000-000000000000",
)
_WRONG = ("", " ", "abc", "-1", "0", "1e5", "NaN", "true", "9" * 400, "2026-13-45", "æ\u202eøå", "%", "None", "1,5")
_STATUSES = (201, 204, 304, 400, 401, 403, 404, 429, 500, 503)
_LEAVING_IT_OPEN = (201, 204, 304, 500, 503)
"""Over REST the others say of a write that nothing was done: a lie that nobody can see through."""

_GIVING_IDS = (
    "SaveInvoices",
    "SaveCompanies",
    "SaveProducts",
    "SaveCategories",
    "Login",
    "POST /salesorders",
    "POST /customers",
    "POST /products",
    "POST /productcategories",
    "GET /token/session/>whoAmI",
    "POST /customer",
    "POST /customer/list",
    "POST /order",
    "POST /order/list",
    "POST /product",
    "POST /product/group",
    "POST /product/groupRelation",
)
_IDS = ("id", "companyId")
_LOOKS = ("GetInvoices", "GET /salesorders", "GET /salesorders/{id}/lines", "GET /order")
"""What asks whether an order is there, or how much of it."""


class Spoiling(StrEnum):
    """A manner in which an answer is spoilt."""

    FLIP = "bytes flipped"
    CUT = "cut off"
    EMPTY = "nothing came"
    DROP = "elements dropped"
    DOUBLE = "elements doubled"
    SWAP = "elements swapped"
    SENTINEL = "a sentinel in a value's place"
    WRONG = "a value of the wrong type"
    OTHER_ID = "another id"
    STATUS = "another status"
    PAGE = "another media type"


@dataclass(frozen=True)
class Spoilt:
    """That the nth call's answer is spoilt in this manner; `seed` says where."""

    call: int
    manner: Spoiling
    seed: int


@dataclass
class Spoiler:
    """Spoils answers as planned, for as long as it is on. `done` tells what was spoilt."""

    plan: dict[int, Spoilt]
    is_on: bool = True
    calls: int = 0
    looks: int = 0
    most_looks: int = 1
    done: list[str] = field(default_factory=list)

    def spoil(self, operation: str, body: bytes, spoil_body: Callable[[Spoilt, str, bytes], bytes]) -> bytes | Spoilt:
        """Return the body as it arrives, or what is done to the answer beside it."""
        self.calls += 1
        spoilt = self.plan.get(self.calls - 1)
        if spoilt is None or not self.is_on:
            return body
        if operation in _LOOKS:
            self.looks += 1
            if self.looks > self.most_looks:
                return body
        self.done.append(f"{operation}: {spoilt.manner} ({spoilt.seed})")
        if spoilt.manner in (Spoiling.STATUS, Spoiling.PAGE):
            return spoilt
        return spoil_body(spoilt, operation, body)

    def spoil_from_now_on(self, plan: Sequence[Spoilt]) -> None:
        """Spoil the answers that come next, one after another, whatever they are."""
        self.plan, self.calls, self.looks, self.most_looks = dict(enumerate(plan)), 0, 0, len(plan)
        self.is_on = True


def spoilt_xml(spoilt: Spoilt, operation: str, body: bytes) -> bytes:
    """Spoil a SOAP answer."""
    chance = random.Random(spoilt.seed)
    match spoilt.manner:
        case Spoiling.FLIP:
            spoilt_body = bytearray(body)
            for _ in range(chance.randint(1, 4)):
                spoilt_body[chance.randrange(len(spoilt_body))] ^= 1 << chance.randrange(8)
            return _with_true_ids(operation, body, bytes(spoilt_body))
        case Spoiling.CUT:
            return body[: chance.randrange(len(body))]
        case Spoiling.EMPTY:
            return b""
    root = etree.fromstring(body)
    inner = [one for one in root.iter() if isinstance(one.tag, str)][2:]  # inside the envelope's body
    leaves = [one for one in inner if len(one) == 0 and not _gives_an_id(operation, one)]
    match spoilt.manner:
        case Spoiling.DROP:
            for one in chance.sample(inner, min(len(inner), chance.randint(1, 3))):
                if (parent := one.getparent()) is not None:
                    parent.remove(one)
        case Spoiling.DOUBLE:
            one = chance.choice(inner)
            one.addnext(etree.fromstring(etree.tostring(one)))
        case Spoiling.SWAP:
            one, other = chance.choice(inner), chance.choice(inner)
            if not _gives_an_id(operation, one) and not _gives_an_id(operation, other):
                one.text, other.text = other.text, one.text
        case Spoiling.SENTINEL if leaves:
            chance.choice(leaves).text = chance.choice(_SENTINELS)
        case Spoiling.WRONG if leaves:
            chance.choice(leaves).text = chance.choice(_WRONG)
        case Spoiling.OTHER_ID if leaves:
            ids = [one for one in leaves if (one.text or "").isdecimal()] or leaves
            chance.choice(ids).text = str(chance.choice([1, 5, 20001, 24001, 2**31 - 1]))
    return etree.tostring(root)


def _gives_an_id(operation: str, one: Any) -> bool:
    tag = etree.QName(one).localname
    return operation in _GIVING_IDS and (tag in ("Id", "OrderId", "CustomerId", "int") or tag.endswith("Result"))


def _with_true_ids(operation: str, body: bytes, spoilt_body: bytes) -> bytes:
    """Leave an answer whole where the flipped bits have made another number of the id that it gives."""
    if operation not in _GIVING_IDS:
        return spoilt_body
    try:
        before, after = (
            [one.text for one in etree.fromstring(text).iter() if _gives_an_id(operation, one)]
            for text in (body, spoilt_body)
        )
    except (etree.XMLSyntaxError, ValueError):
        return spoilt_body
    return spoilt_body if before == after else body


def spoilt_json(spoilt: Spoilt, operation: str, body: bytes) -> bytes:
    """Spoil a REST answer."""
    chance = random.Random(spoilt.seed)
    match spoilt.manner:
        case Spoiling.FLIP:
            spoilt_body = bytearray(body)
            for _ in range(chance.randint(1, 4)):
                spoilt_body[chance.randrange(len(spoilt_body))] ^= 1 << chance.randrange(8)
            return body if _gives_another_id(operation, body, bytes(spoilt_body)) else bytes(spoilt_body)
        case Spoiling.CUT:
            return body[: chance.randrange(len(body))]
        case Spoiling.EMPTY:
            return b""
    document = json.loads(body)
    places = list(_places(document))
    leaves = [
        (inside, at)
        for inside, at in places
        if not isinstance(inside[at], dict | list) and not (operation in _GIVING_IDS and at in _IDS)
    ]
    match spoilt.manner:
        case Spoiling.DROP:
            for inside, at in chance.sample(places, min(len(places), chance.randint(1, 3))):
                if isinstance(inside, dict):
                    inside.pop(at, None)
        case Spoiling.DOUBLE:
            lists = [inside for inside, _ in places if isinstance(inside, list)]
            if lists:
                (several := chance.choice(lists)).append(deepcopy(several[0]))
        case Spoiling.SWAP if len(leaves) > 1:
            (one, here), (other, there) = chance.sample(leaves, 2)
            one[here], other[there] = other[there], one[here]
        case Spoiling.SENTINEL if leaves:
            inside, at = chance.choice(leaves)
            inside[at] = chance.choice([None, [], {}, False, -1])
        case Spoiling.WRONG if leaves:
            inside, at = chance.choice(leaves)
            inside[at] = chance.choice([*_WRONG, 1e400, [[1]], {"id": "x"}])
        case Spoiling.OTHER_ID if leaves:
            inside, at = chance.choice([one for one in leaves if one[1] == "id"] or leaves)
            inside[at] = chance.choice([1, 5, 20001, 24001, 2**31 - 1])
    return json.dumps(document).encode()


def _places(inside: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what it is in, and where."""
    keys = list(inside) if isinstance(inside, dict) else list(range(len(inside))) if isinstance(inside, list) else []
    for at in keys:
        yield inside, at
        yield from _places(inside[at])


def _gives_another_id(operation: str, body: bytes, spoilt_body: bytes) -> bool:
    if operation not in _GIVING_IDS:
        return False
    try:
        return _ids(json.loads(body)) != _ids(json.loads(spoilt_body))
    except ValueError:
        return False


def _ids(document: Any) -> list[Any]:
    return [inside[at] for inside, at in _places(document) if at in _IDS]


@dataclass(frozen=True)
class Wire:
    """A way to the accounting system that answers can be spoilt on: its plugin, and how answers are caught."""

    system: System
    caught: Callable[[Spoiler], Any]
    """Catches every answer for the length of a block."""


@contextmanager
def _caught_soap(spoiler: Spoiler) -> Iterator[None]:
    send = HTTPAdapter.send

    def caught(adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        response = send(adapter, request, **how)
        body = response.content
        arrived = spoiler.spoil(soap_operation(request), body, spoilt_xml)
        if isinstance(arrived, bytes):
            body = arrived
        elif arrived.manner is Spoiling.STATUS:
            response.status_code = (201, 204, 304, 400, 401, 403, 404, 429, 500, 503)[arrived.seed % 10]
        else:
            response.headers["Content-Type"] = ("text/html", "", "application/json", "text/xml;")[arrived.seed % 4]
        response.raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        return response

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(HTTPAdapter, "send", caught)
        yield


@contextmanager
def _caught_rest(spoiler: Spoiler) -> Iterator[None]:
    send = httpx.Client.send

    def caught(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        response = send(client, request, **how)
        body, status, headers = response.read(), response.status_code, response.headers.copy()
        arrived = spoiler.spoil(http_operation(request), body, spoilt_json) if body else body
        if isinstance(arrived, bytes):
            body = arrived
        elif arrived.manner is Spoiling.STATUS:
            told = _STATUSES if request.method == "GET" else _LEAVING_IT_OPEN
            status = told[arrived.seed % len(told)]
        else:
            headers["Content-Type"] = ("text/html", "", "text/xml", "application/json;")[arrived.seed % 4]
        headers.pop("Content-Length", None)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body), request=request)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(httpx.Client, "send", caught)
        yield


WIRES = [Wire(SOAP, _caught_soap), Wire(REST, _caught_rest), Wire(TRIPLETEX, _caught_rest)]
"""Another adapter is one more: its plugin, and a block within which its answers go through a Spoiler."""

PLANS = st.lists(
    st.builds(
        Spoilt,
        call=st.integers(0, 16),
        manner=st.sampled_from(Spoiling),
        seed=st.integers(0, 2**32 - 1),
    ),
    min_size=1,
    max_size=4,
).map(lambda plan: {spoilt.call: spoilt for spoilt in plan})
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.system.name)
@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
@given(plan=PLANS, together=st.booleans(), known=st.booleans())
@pytest.mark.sampled(2)
def test_a_spoilt_answer_does_no_lasting_harm(wire: Wire, plan: dict[int, Spoilt], together: bool, known: bool) -> None:
    _spoil_and_mend(wire, plan, NUMBERS if together else NUMBERS[:1], known=known)


@pytest.mark.attack
@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.system.name)
@settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
@given(plan=PLANS, together=st.booleans(), known=st.booleans())
def test_many_do_no_lasting_harm(wire: Wire, plan: dict[int, Spoilt], together: bool, known: bool) -> None:
    _spoil_and_mend(wire, plan, NUMBERS if together else NUMBERS[:1], known=known)


def _spoil_and_mend(wire: Wire, plan: dict[int, Spoilt], numbers: tuple[str, ...], *, known: bool) -> None:
    spoiler = Spoiler(plan)
    with (
        TemporaryDirectory() as folder,
        installed(Path(folder), system=wire.system, call_seconds=_PATIENT_SECONDS) as installation,
        wire.caught(spoiler),
    ):
        clock = MovableClock()
        if known:  # with an e-mail address only, so that the rest is written to the record
            installation.books_of().add_customer("Moe Prøve AS", email="post@moe.example")
        installation.container.clock.override(providers.Object(clock))
        for number in numbers:
            installation.add(number)
        transfers = [installation.queue(number) for number in numbers]
        _drive(installation, clock, transfers)
        _require_sound(installation, transfers, spoiler)
        spoiler.is_on = False
        for transfer in _now(installation, transfers):
            if transfer.state is not TransferState.TRANSFERRED:
                assert transfer.error is not None, spoiler.done
                assert transfer.error.message, spoiler.done
                installation.container.manage_transfers().retry(transfer.id)
        _drive(installation, clock, transfers)
        ended = _now(installation, transfers)
        assert [one.error for one in ended] == [None] * len(ended), spoiler.done
        for transfer in ended:
            assert installation.orders_for(transfer.invoice) == [int(transfer.order_id or 0)], spoiler.done
        assert installation.held.orders == len(numbers), spoiler.done
        _ask_about(installation, ended, spoiler)


def _ask_about(installation: Installation, ended: list[Transfer], spoiler: Spoiler) -> None:
    """Spoilt answers about payment are no answers, or wrong for once; whole ones are right."""
    numbers = [transfer.invoice for transfer in ended]
    spoiler.spoil_from_now_on(list(spoiler.plan.values()))
    with suppress(KvittError):
        installation.container.check_status().check(BUSINESS, numbers)
    spoiler.is_on = False
    reports = installation.container.check_status().check(BUSINESS, numbers)
    told = [(one.order_id, one.reason) for one in reports if isinstance(one, PaymentReport)]
    assert told == [(one.order_id, PaymentReason.NOT_PUBLISHED) for one in ended], (spoiler.done, reports)


def _drive(installation: Installation, clock: MovableClock, transfers: list[Transfer]) -> None:
    """Take turns as they are due, until the transfers rest. Whatever a turn raises is a failure."""
    for _ in range(_TURNS):
        installation.container.take_turn().take(BUSINESS)
        now = _now(installation, transfers)
        if all(one.state.is_final or one.is_parked for one in now):
            return
        clock.forward_to(min((one.next_attempt_at for one in now if one.next_attempt_at), default=clock.now()))
    raise AssertionError(f"they stay: {_now(installation, transfers)}")


def _now(installation: Installation, transfers: list[Transfer]) -> list[Transfer]:
    return [installation.transfer(transfer.id) for transfer in transfers]


def _require_sound(installation: Installation, transfers: list[Transfer], spoiler: Spoiler) -> None:
    """A transfer that has arrived has the order that is its invoice's; no invoice has two."""
    for transfer in _now(installation, transfers):
        orders = installation.orders_for(transfer.invoice)
        assert len(orders) <= 1, spoiler.done
        if transfer.state is TransferState.TRANSFERRED:
            assert orders == [int(transfer.order_id or 0)], spoiler.done
