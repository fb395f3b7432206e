"""Control over HTTP: the accountant's acts, the faults, and the whole state, from the pages' forms and as JSON.

Control calls are no calls to an accounting system: they cost no quota and are in no journal. Requests that come
by way of a web page from elsewhere are refused. In JSON, money is text and instants are in UTC.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.desk import Desk
from sandbox.exchange import Reply
from sandbox.faults import Fault
from sandbox.norwegian_time import text_of
from sandbox.page.pages import CUSTOMER_TYPES, Pages, Trouble, way_back
from sandbox.refused import NotPossibleError, NotUnderstoodError, RefusedError
from sandbox.striking import new_fault
from sandbox.systems import Systems
from sandbox.world import World

JSON = "application/json"
CUSTOMER_FIELDS = ("name", "first_name", "type", "organization_number", "email")

Fields = dict[str, Any]


class Control:
    """The control pages and their JSON twin."""

    def __init__(self, systems: Systems, is_own_host: Callable[[str], bool]) -> None:
        self._systems = systems
        self._world = world = systems.world
        self._is_own_host = is_own_host
        self._pages = Pages(systems)
        self._acts: dict[tuple[str, str], Callable[[Fields], Any]] = {
            ("GET", "/control/state"): lambda _asked: state_of(systems),
            ("GET", "/control/journal"): lambda _asked: journal_of(world),
            ("DELETE", "/control/journal"): lambda _asked: world.journal.clear(),
            ("POST", "/control/publish"): self._publish,
            ("POST", "/control/pay"): self._pay,
            ("POST", "/control/credit"): self._credit,
            ("POST", "/control/take-back"): self._take_back,
            ("POST", "/control/delete"): self._delete,
            ("POST", "/control/faults"): self._add_fault,
            ("DELETE", "/control/faults"): lambda _asked: world.faults.clear(),
            ("POST", "/control/faults/clear"): lambda _asked: world.faults.clear(),
            ("POST", "/control/expire-sessions"): lambda _asked: systems.end_sessions(),
            ("POST", "/control/quota"): self._set_quota,
            ("POST", "/control/latency"): self._set_latency,
            ("POST", "/control/customers"): self._add_customers,
            ("POST", "/control/reset"): lambda _asked: systems.reset(),
        }

    def answer(self, method: str, address: str, headers: Message, body: bytes) -> Reply:
        """Answer a request; a form is led back to the page it was on, JSON is answered with JSON."""
        if not self._comes_from_here(headers):
            return _json(403, {"error": "The sandbox is controlled from this machine only."})
        if method == "GET" and (page := self._pages.answer(address, headers)):
            return page
        path = urlsplit(address).path.rstrip("/")
        act = self._acts.get((method, path))
        if act is None:
            return _json(404, {"error": f"There is no {method} {path}."})
        is_form = headers.get_content_type() == "application/x-www-form-urlencoded"
        asked: Fields = {}
        try:
            asked = _fields(body, is_form=is_form)
            with self._world.lock:
                result = act({name: value for name, value in asked.items() if name != "back"} if is_form else asked)
                if method != "GET":
                    self._world.keep()
        except (KeyError, TypeError, ValueError) as error:
            status, refusal = _refusal_of(error)
            if not is_form:
                return _json(status, {"error": str(refusal)})
            return self._pages.refused(way_back(asked), Trouble(path, asked, refusal, status), headers)
        return Reply(303, location=way_back(asked)) if is_form else _json(200, {} if result is None else result)

    def _comes_from_here(self, headers: Message) -> bool:
        """Neither a page from elsewhere (Origin) nor a name that was pointed at this machine (Host)."""
        if not self._is_own_host(urlsplit(f"//{headers.get('Host', '')}").hostname or ""):
            return False
        origin = headers.get("Origin")
        return origin is None or self._is_own_host(urlsplit(origin).hostname or "")

    def _desk(self, asked: Fields) -> Desk:
        return self._systems.desk(str(_given(asked, "account")))

    def _publish(self, asked: Fields) -> Fields:
        return {"invoice_id": self._desk(asked).publish(int(_given(asked, "order_id")))}

    def _pay(self, asked: Fields) -> None:
        on = date.fromisoformat(asked["date"]) if asked.get("date") else None
        amount = _amount(asked["amount"]) if asked.get("amount") else None
        self._desk(asked).pay(int(_given(asked, "order_id")), on=on, amount=amount)

    def _credit(self, asked: Fields) -> Fields:
        return {"invoice_id": self._desk(asked).credit(int(_given(asked, "order_id")))}

    def _take_back(self, asked: Fields) -> None:
        self._desk(asked).take_back(int(_given(asked, "order_id")))

    def _delete(self, asked: Fields) -> None:
        desk = self._desk(asked)
        if "customer_id" in asked:
            desk.delete_customer(int(asked["customer_id"]))
        else:
            desk.delete_order(int(_given(asked, "order_id")))

    def _add_fault(self, asked: Fields) -> None:
        known = [field.name for field in fields(Fault)]
        if unknown := set(asked) - set(known):
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(known)}.")
        for name in ("times", "after", "item"):
            if asked.get(name) is not None:
                asked[name] = _whole_number(asked[name])
        if "delay" in asked:
            asked["delay"] = _number(asked["delay"])
        operation, kind = _given(asked, "operation"), _given(asked, "kind")
        options = {name: value for name, value in asked.items() if name not in ("operation", "kind")}
        self._world.faults.add(new_fault(operation, kind, **options))

    def _set_quota(self, asked: Fields) -> None:
        limit = _whole_number(_given(asked, "limit"))
        if limit < 0:
            raise NotUnderstoodError("The limit is not negative.")
        self._systems.office.quota.limit = limit

    def _set_latency(self, asked: Fields) -> None:
        self._world.set_latency(_number(_given(asked, "milliseconds")) / 1_000)

    def _add_customers(self, asked: Fields) -> Fields:
        """Add one by name, or so many made-up ones."""
        if "name" in asked:
            return {"id": self._add_customer(asked)}
        ids = self._desk(asked).add_customers(int(_given(asked, "count")))
        return {"first_id": ids[0], "last_id": ids[-1]}

    def _add_customer(self, asked: Fields) -> int:
        texts = {field: str(asked.get(field) or "").strip() for field in CUSTOMER_FIELDS}
        if not texts["name"]:
            raise NotUnderstoodError("A customer needs a name.")
        if texts["type"] not in CUSTOMER_TYPES:
            raise ValueError(f"A customer is of the type {' or '.join(CUSTOMER_TYPES)}.")
        return self._desk(asked).add_customer(
            texts["name"],
            first_name=texts["first_name"],
            type=texts["type"],
            organization_number=texts["organization_number"],
            email=texts["email"],
        )


def _refusal_of(error: Exception) -> tuple[int, RefusedError]:
    """The status that an error means, and what is said of it."""
    if isinstance(error, KeyError):
        return 404, NotUnderstoodError("There is no {what} here.", what=repr(error.args[0]))
    if isinstance(error, NotPossibleError):
        return 409, error
    return 400, error if isinstance(error, RefusedError) else NotUnderstoodError("{reason}", reason=error)


def _amount(given: Any) -> Decimal:
    """Read an amount as people write it: with a comma, spaces between thousands, and either minus sign."""
    try:
        amount = Decimal("".join(str(given).split()).replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except ArithmeticError:
        raise NotUnderstoodError("{given} is no amount.", given=repr(given)) from None
    if not amount.is_finite() or amount != round(amount, 2):
        raise NotUnderstoodError("An amount is a number with at most two decimals.")
    return amount


def _whole_number(given: Any) -> int:
    try:
        return int(given)
    except ValueError:
        raise NotUnderstoodError("{given} is no whole number.", given=repr(given)) from None


def _number(given: Any) -> float:
    try:
        return float(str(given).replace(",", "."))
    except ValueError:
        raise NotUnderstoodError("{given} is no number.", given=repr(given)) from None


def _given(asked: Fields, name: str) -> Any:
    if name not in asked:
        raise ValueError(f"{name} is missing.")
    return asked[name]


def _fields(body: bytes, *, is_form: bool) -> Fields:
    if is_form:
        return dict(parse_qsl(body.decode()))
    asked = json.loads(body or b"{}", parse_float=Decimal)
    if not isinstance(asked, dict):
        raise TypeError("Send one JSON object.")
    return asked


def _json(status: int, content: Any) -> Reply:
    return Reply(status, JSON, json.dumps(content, ensure_ascii=False).encode())


def state_of(systems: Systems) -> dict[str, Any]:
    """Companies with their books, the quota, the latency, and the faults in waiting."""
    world, quota = systems.world, systems.office.quota
    return {
        "accounts": [_plain(desk.state()) for desk in systems.office.desks],
        "tripletex": [_plain(desk.state()) for desk in systems.tripletex.desks],
        "quota": {"limit": quota.limit, "used": quota.used, "left": quota.left},
        "latency": {"milliseconds": round(world.latency * 1_000, 3)},
        "faults": [asdict(fault) for fault in world.faults.waiting()],
    }


def journal_of(world: World) -> list[dict[str, Any]]:
    """All calls, oldest first."""
    return [
        {
            "number": call.number,
            "time": text_of(call.time),
            "operation": call.operation,
            "service": call.service,
            "account": call.account,
            "session": call.session,
            "outcome": call.outcome,
            "duration": round(call.duration, 6),
        }
        for call in world.journal.calls()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return text_of(value)
    return value.isoformat() if isinstance(value, date) else value
