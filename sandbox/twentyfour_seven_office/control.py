"""Control over HTTP: the accountant's acts, the faults, and the whole state, from the page's forms and as JSON.

Control calls are no calls to 24SevenOffice: they cost no quota and are in no journal. Requests that come
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

from sandbox.twentyfour_seven_office.books import NotPossibleError
from sandbox.twentyfour_seven_office.exchange import HTML, Reply
from sandbox.twentyfour_seven_office.faults import Fault
from sandbox.twentyfour_seven_office.injection import new_fault
from sandbox.twentyfour_seven_office.norwegian_time import text_of
from sandbox.twentyfour_seven_office.page import CUSTOMER_TYPES, page_of
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World

JSON = "application/json"
PAGE = "/control"
CUSTOMER_FIELDS = ("name", "first_name", "type", "organization_number", "email")

Fields = dict[str, Any]


class Control:
    """The control page and its JSON twin."""

    def __init__(self, world: World, is_own_host: Callable[[str], bool]) -> None:
        self._world = world
        self._is_own_host = is_own_host
        self._acts: dict[tuple[str, str], Callable[[Fields], Any]] = {
            ("GET", "/control/state"): lambda _asked: state_of(world),
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
            ("POST", "/control/expire-sessions"): lambda _asked: world.end_sessions(),
            ("POST", "/control/quota"): self._set_quota,
            ("POST", "/control/latency"): self._set_latency,
            ("POST", "/control/customers"): self._add_customers,
            ("POST", "/control/reset"): lambda _asked: world.reset(),
        }

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Reply:
        """Answer a request; a form is led back to the page, JSON is answered with JSON."""
        if not self._comes_from_here(headers):
            return _json(403, {"error": "The sandbox is controlled from this machine only."})
        path = path.rstrip("/")
        if (method, path) == ("GET", PAGE):
            with self._world.lock:
                return Reply(200, HTML, page_of(self._world))
        act = self._acts.get((method, path))
        if act is None:
            return _json(404, {"error": f"There is no {method} {path}."})
        is_form = headers.get_content_type() == "application/x-www-form-urlencoded"
        try:
            asked = _fields(body, is_form=is_form)
            with self._world.lock:
                result = act(asked)
                if method != "GET":
                    self._world.keep()
        except KeyError as exc:
            return _json(404, {"error": f"There is no {exc.args[0]!r} here."})
        except NotPossibleError as exc:
            return _json(409, {"error": str(exc)})
        except (TypeError, ValueError) as exc:
            return _json(400, {"error": str(exc)})
        return Reply(303, location=PAGE) if is_form else _json(200, {} if result is None else result)

    def _comes_from_here(self, headers: Message) -> bool:
        """Neither a page from elsewhere (Origin) nor a name that was pointed at this machine (Host)."""
        if not self._is_own_host(urlsplit(f"//{headers.get('Host', '')}").hostname or ""):
            return False
        origin = headers.get("Origin")
        return origin is None or self._is_own_host(urlsplit(origin).hostname or "")

    def _account(self, asked: Fields) -> Account:
        return self._world.account(str(_given(asked, "account")))

    def _publish(self, asked: Fields) -> Fields:
        return {"invoice_id": self._account(asked).books.publish(int(_given(asked, "order_id")))}

    def _pay(self, asked: Fields) -> None:
        on = date.fromisoformat(asked["date"]) if asked.get("date") else None
        amount = _amount(asked["amount"]) if asked.get("amount") else None
        self._account(asked).books.pay(int(_given(asked, "order_id")), on=on, amount=amount)

    def _credit(self, asked: Fields) -> Fields:
        return {"invoice_id": self._account(asked).books.credit(int(_given(asked, "order_id")))}

    def _take_back(self, asked: Fields) -> None:
        self._account(asked).books.take_back(int(_given(asked, "order_id")))

    def _delete(self, asked: Fields) -> None:
        books = self._account(asked).books
        if "customer_id" in asked:
            books.delete_customer(int(asked["customer_id"]))
        else:
            books.delete_order(int(_given(asked, "order_id")))

    def _add_fault(self, asked: Fields) -> None:
        known = [field.name for field in fields(Fault)]
        if unknown := set(asked) - set(known):
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(known)}.")
        for name in ("times", "after", "item"):
            if asked.get(name) is not None:
                asked[name] = int(asked[name])
        if "delay" in asked:
            asked["delay"] = float(asked["delay"])
        operation, kind = _given(asked, "operation"), _given(asked, "kind")
        options = {name: value for name, value in asked.items() if name not in ("operation", "kind")}
        self._world.faults.add(new_fault(operation, kind, **options))

    def _set_quota(self, asked: Fields) -> None:
        limit = int(_given(asked, "limit"))
        if limit < 0:
            raise ValueError("The limit is not negative.")
        self._world.quota.limit = limit

    def _set_latency(self, asked: Fields) -> None:
        self._world.set_latency(float(_given(asked, "milliseconds")) / 1_000)

    def _add_customers(self, asked: Fields) -> Fields:
        """Add one by name, or so many made-up ones."""
        if "name" in asked:
            return {"id": self._add_customer(asked)}
        ids = self._account(asked).books.add_customers(int(_given(asked, "count")))
        return {"first_id": ids[0], "last_id": ids[-1]}

    def _add_customer(self, asked: Fields) -> int:
        texts = {field: str(asked.get(field) or "").strip() for field in CUSTOMER_FIELDS}
        if not texts["name"]:
            raise ValueError("A customer needs a name.")
        if texts["type"] not in CUSTOMER_TYPES:
            raise ValueError(f"A customer is of the type {' or '.join(CUSTOMER_TYPES)}.")
        return self._account(asked).books.add_customer(
            texts["name"],
            first_name=texts["first_name"],
            type=texts["type"],
            organization_number=texts["organization_number"],
            emails={"Primary": texts["email"]} if texts["email"] else None,
        )


def _amount(given: Any) -> Decimal:
    try:
        amount = Decimal(str(given).replace(",", "."))
    except ArithmeticError:
        raise ValueError(f"{given!r} is no amount.") from None
    if not amount.is_finite() or amount != round(amount, 2):
        raise ValueError("An amount is a number with at most two decimals.")
    return amount


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


def state_of(world: World) -> dict[str, Any]:
    """Accounts with their books, the quota, the latency, and the faults in waiting."""
    return {
        "accounts": [_account(account) for account in world.accounts],
        "quota": {"limit": world.quota.limit, "used": world.quota.used, "left": world.quota.left},
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


def _account(account: Account) -> dict[str, Any]:
    books = account.books
    return {
        "name": account.name,
        "identity_id": account.identity_id,
        "organization_id": str(account.number),
        "invoicing_package": account.invoicing_package,
        "account_service": account.account_service,
        "customers": [_plain(asdict(customer)) for customer in books.customers.values()],
        "categories": [_plain(asdict(category)) for category in books.categories.values()],
        "products": [_plain(asdict(product)) for product in books.products.values()],
        "orders": [_plain(asdict(order)) for order in books.orders.values()],
    }


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
