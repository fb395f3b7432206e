"""Words that are planted where secrets and people's data are, so that outputs can be searched for them."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_USERNAME

PASSWORD = "canary-Passord-<4711>&x"
WRONG_PASSWORD = "canary-wrong-Passord-4712"
APPLICATION_ID = "ca4a47ee-4711-4711-4711-c0ffee004711"
API_KEY = "kvitt_canary47114711471147114711"
NOTIFY = "canary-notify-4713"
NOTIFY_ADDRESS = f"mailtos://kvitt:{NOTIFY}@mail.fjell.invalid?to=kvitt@fjell.invalid"
"""Where a business's people are told; no name below .invalid leads anywhere."""
WEBHOOK_TOKEN = "canary-hook-token-4713"
SECRETS: Mapping[str, str] = {
    "webhook token": WEBHOOK_TOKEN,
    "password": PASSWORD,
    "wrong password": WRONG_PASSWORD,
    "application id": APPLICATION_ID,
    "API key": API_KEY,
    "where people are told": NOTIFY,
}
PEOPLE: Mapping[str, str] = {
    "name": "Kanari Fugleson",
    "e-mail": "kanari@fugl.example",
    "phone": "40471199",
    "street": "Kanarivegen 99",
    "comment": "Fuglesang",
}


def business(**connection: str) -> dict[str, Any]:
    """A business whose secrets are canaries."""
    return {
        "name": "fjell",
        "accounting": {
            "system": "24sevenoffice",
            "account_name": DEMO_ACCOUNT,
            "application_id": APPLICATION_ID,
            "username": DEMO_USERNAME,
            "password": PASSWORD,
            **connection,
        },
        "notify": [NOTIFY_ADDRESS],
    }


def invoice(number: str, **changes: Any) -> dict[str, Any]:
    """An invoice to somebody whose every word is a canary."""
    return {
        "number": number,
        "type": "data_for_accounting",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-15",
        "comment": PEOPLE["comment"],
        "customer": {
            "name": PEOPLE["name"],
            "email": PEOPLE["e-mail"],
            "phone": PEOPLE["phone"],
            "address": {"street": PEOPLE["street"], "postal_code": "0150", "city": "Oslo", "country": "NO"},
        },
        "rows": [{"product": "Tractor", "quantity": "1", "unit_price": "1200.00", "vat_percent": "25"}],
        **changes,
    }


@contextmanager
def planted_office() -> Iterator[Sandbox]:
    """A sandbox whose one user has the canaries' password; it keeps the requests that it gets."""
    with Sandbox(logins_per_minute=0, keep_requests=True) as office:
        account = office.add_account(DEMO_ACCOUNT)
        office.add_user(DEMO_USERNAME, PASSWORD, application_id=APPLICATION_ID, accounts=[account])
        yield office


TROUBLES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GetIdentitiesWithCredential", "fault", {"text": f"{PASSWORD} of {APPLICATION_ID} is refused"}),
    ("Login", "malformed", {}),
    ("GetIdentity", "html_200", {}),
    ("GetProducts", "http_502", {}),
    ("GetCompanies", "fault", {"text": f"Not with {PASSWORD}"}),
    ("SaveCompanies", "fault_after", {}),
    ("SaveInvoices", "truncated", {}),
    ("SaveInvoices", "reset_after", {}),
)
"""What goes wrong at the accounting system: where, how, and in which words."""


def listen_to_everything(caplog: Any) -> None:
    """Have every logger say all that it can."""
    for name in ("", "kvitt", "kvitt.support", "kvitt.worker", "dbos", "urllib3", "requests", "sqlalchemy", "httpx"):
        caplog.set_level(logging.DEBUG, logger=name)


def heard(caplog: Any) -> str:
    """All that was logged, with what formatters other than ours may make of it; the test's own client is left out."""
    return "\n".join(
        f"{record.getMessage()} {vars(record)} {record.exc_text or ''}"
        for record in caplog.records
        if record.name not in ("httpx", "httpcore")
    )


def found_in(text: str | bytes, words: Mapping[str, str]) -> list[str]:
    """Return the names of the words that are in a text, as they are or as JSON, XML or a URL writes them."""
    whole = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [name for name, word in words.items() if any(form in whole for form in _forms(word))]


def _forms(word: str) -> set[str]:
    from base64 import b64encode
    from html import escape
    from urllib.parse import quote

    plain = {word, escape(word), escape(word, quote=False), quote(word), quote(word, safe=""), word.replace(" ", "+")}
    return plain | {b64encode(word.encode()).decode().rstrip("="), word.upper(), word.encode().hex()}
