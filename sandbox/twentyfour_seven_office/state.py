"""The sandbox's world as JSON: money as text, instants in UTC."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.twentyfour_seven_office.norwegian_time import text_of
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World


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
