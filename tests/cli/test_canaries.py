"""No secret is in anything that the command line says or keeps, and nobody's data where nobody asked for it."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.http_api.troubles import Context
from adapters.secrets import FernetSecretBox, GivenKeys, KeyFile
from adapters.twentyfour_seven_office.soap.session import KeptSession
from adapters.twentyfour_seven_office.soap.settings import SoapConnection
from core.business import Business, Connection
from core.use_cases.look_up import LookUp
from core.use_cases.verify_business import VerifyBusiness
from core.webhook import EndpointSecrets
from entrypoints.cli.commands import KVITT
from entrypoints.container import make_container
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests import canaries
from tests.adapters.ubl.files import PERSON, Line, Ubl
from tests.cli.conftest import Answer, Kvitt
from tests.receiver import receiver

FJELL = ("--business", "fjell")
RUNNING = {"demo", "serve", "console", "worker", "sandbox", "connect", "events tail"}
"""Commands that run something, or ask for everything at a terminal: what they say is searched elsewhere."""
SHOWING_PEOPLE = {
    "invoice list",
    "invoice show",
    "invoice preview",
    "invoice credit",
    "business export",
    "customer link",
}
"""Commands whose very purpose is to show an invoice, its customer, or all that is kept."""


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with canaries.planted_office() as office:
        yield office


class Searched:
    """The command line; what each command says is searched. `said` is what was run."""

    def __init__(self, kvitt: Kvitt, secrets: dict[str, str]) -> None:
        self._kvitt = kvitt
        self._secrets = secrets
        self.said: set[str] = set()

    def plant(self, **secrets: str) -> None:
        """Search for these from now on as well."""
        self._secrets.update(secrets)

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Answer:
        answer = self._kvitt(*arguments, stdin=stdin)
        for extra in ("--json",) if "--json" not in arguments else ():
            self._search(arguments, answer)
            answer = self._kvitt(*arguments, extra, stdin=stdin)
        self._search(arguments, answer)
        return answer

    def _search(self, arguments: tuple[str | Path, ...], answer: Answer) -> None:
        command = " ".join(str(word) for word in arguments[:2])
        self.said |= {command, str(arguments[0])}
        assert not canaries.found_in(answer.out + answer.err, self._secrets), (arguments, answer)
        assert not canaries.found_in(answer.err, canaries.PEOPLE), (arguments, answer)
        if command not in SHOWING_PEOPLE:
            assert not canaries.found_in(answer.out, canaries.PEOPLE), (arguments, answer)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def searched(
    kvitt: Kvitt, home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Searched]:
    monkeypatch.setenv("KVITT_DEBUG", "1")
    monkeypatch.setenv("KVITT_RETRY_FIRST_SECONDS", "0.01")
    monkeypatch.setenv("KVITT_SETTLING_SECONDS", "0.2")
    monkeypatch.setenv("KVITT_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")
    canaries.listen_to_everything(caplog)
    secrets = {**canaries.SECRETS, "secret key": KeyFile(home).keys()[0]}
    yield Searched(kvitt, secrets)
    secrets.update(_session(home))
    logged = canaries.heard(caplog)
    assert not canaries.found_in(logged, secrets)
    assert not canaries.found_in(logged, canaries.PEOPLE)


def _session(home: Path) -> dict[str, str]:
    """The session id, as far as there is one."""
    container = make_container(Settings(home=home))
    with closing(container.storage()):
        kept = KeptSession.from_text(container.sessions().load("fjell"))
    return {"session id": kept.session_id} if kept else {}


@pytest.mark.attack
def test_every_command_well_and_badly(
    searched: Searched,
    kvitt: Kvitt,
    office: Sandbox,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = kvitt.file("fjell.json", canaries.business())
    searched("business", "add", "fjell", "--file", file)
    searched("business", "add", "fjell", "--file", kvitt.file("odd.json", canaries.business(colour=canaries.PASSWORD)))
    searched(
        "business",
        "add",
        "fjell",
        "--file",
        kvitt.file("bad.json", {**canaries.business(), "accounting": canaries.PASSWORD}),
    )
    searched("business", "add", "other", "--file", file)
    searched("business", "set", "other", "order_status=confirmed")
    searched("business", "set", "other", f"accounting.password={canaries.PASSWORD}")
    secret = kvitt.file("secret", canaries.PASSWORD)
    searched("business", "set", "other", "--from-file", f"accounting.password={secret}")
    searched("business", "set", "other", "--from-file", f"order_status={secret}")
    searched("business", "add", "other", "--file", file)
    given = kvitt.file(
        "given.json",
        [canaries.invoice("1"), canaries.invoice("2"), canaries.invoice("3", type="printed"), canaries.invoice("4")],
    )
    searched("invoice", "add", given, *FJELL)
    searched("invoice", "add", kvitt.file("faulty.json", [canaries.invoice("5", rows=canaries.PEOPLE["name"])]), *FJELL)
    searched("invoice", "template", "--format", "csv")
    name = canaries.PEOPLE["name"]
    table = f"number;customer_name;quantity;due_date\n8;{name};{name};{name}\n8;{name} AS;1;\n;{name};1;\n"
    searched("invoice", "add", kvitt.file("faulty.csv", table), *FJELL)
    searched("invoice", "add", kvitt.file("headless.csv", f"{name};{name}\n"), *FJELL)
    electronic = Ubl(
        [Line("1.00", quantity=name)], name, "0", "1", number="9", buyer=PERSON.replace("Signe Haugland", name)
    )
    searched("invoice", "add", kvitt.file("faulty.xml", electronic.bytes()), *FJELL)
    searched("invoice", "add", kvitt.file("torn.xml", electronic.bytes()[:-9]), *FJELL)
    searched("invoice", "add", kvitt.file("torn.json", json.dumps(canaries.invoice("6"))[:-9]), *FJELL)
    for number in ("1", "3", "nope"):
        searched("invoice", "preview", number, *FJELL)
    for operation, kind, options in canaries.TROUBLES:
        office.inject(operation, kind, **options)
        searched("invoice", "send", "1", *FJELL, "--wait", "0")
        searched("business", "verify", "fjell")
    office.clear_faults()
    office.settle()
    searched("invoice", "send", "--all", *FJELL, "--wait", "5")
    searched("invoice", "send", "3", *FJELL)
    for command in ("status", "show"):
        for number in ("1", "3", "nope"):
            searched("invoice", command, number, *FJELL)
    for number in ("1", "nope"):
        searched("invoice", "history", number, *FJELL)
        searched("invoice", "delete", number, *FJELL)
        searched("customer", "unlink", number, *FJELL)
    _users(searched, kvitt)
    searched("invoice", "list", *FJELL)
    (transfer, *_) = kvitt("transfer", "list", "--json").json
    searched("transfer", "list", *FJELL)
    for command in ("show", "retry", "cancel"):
        searched("transfer", command, transfer["id"])
        searched("transfer", command, "nope")
    searched("customer", "link", "1", transfer["customer_id"] or "20001", *FJELL)
    searched("customer", "link", "1", "999", *FJELL)
    searched("invoice", "credit", "1", "--rows", "1=0.5", *FJELL)
    searched("invoice", "credit", "2", "--send", *FJELL)
    searched("invoice", "credit", "1", "--rows", canaries.PASSWORD, *FJELL)
    searched("invoice", "withdraw", "2", *FJELL)
    searched("invoice", "adopt", "1", transfer["order_id"] or "24001", *FJELL)
    searched("invoice", "adopt", "2", "999", *FJELL)
    searched("recover")
    for name in ("fjell", "nobody"):
        searched("business", "show", name)
        searched("business", "export", name, "--output", tmp_path / "out.jsonl")
    searched("business", "list")
    searched("plugin", "list")
    searched("plugin", "new", "fjell-bank", "--folder", tmp_path / "fjell-bank")
    searched("plugin", "new", canaries.PASSWORD)
    monkeypatch.setenv("KVITT_NOTIFY", f"mailto://kvitt:{canaries.NOTIFY}@127.0.0.1:1 nonsense://{canaries.NOTIFY}")
    searched("notify", "test")
    searched("notify", "test", *FJELL)
    searched("business", "set", "fjell", f"notify={canaries.NOTIFY_ADDRESS}")
    for address in (canaries.NOTIFY_ADDRESS, f"json://{canaries.NOTIFY}", f"mailtos://x:{canaries.NOTIFY}@10.0.0.1"):
        searched("business", "set", "fjell", "--from-file", f"notify={kvitt.file('notify', address)}")
    searched("doctor")
    _see_that_a_key_is_shown_once(searched, kvitt)
    _see_that_a_webhook_s_secrets_stay_secret(searched, kvitt)
    searched("audit")
    searched("events", "list", *FJELL)
    searched("events", "list", *FJELL, "--after", canaries.PASSWORD)
    searched("events", "list", *FJELL, "--type", "invoice.lost")
    searched("config")
    searched("backup", tmp_path / "kept.db")
    searched("restore", "--check", tmp_path / "kept.db")
    searched("use")
    _assert_the_store_keeps_no_secret(home)
    assert not canaries.found_in((tmp_path / "out.jsonl").read_bytes(), canaries.SECRETS)
    _assert_the_journal_holds_no_secret(office)
    searched("secret", "rotate")
    wrong = kvitt.file("wrong.json", canaries.business(password=canaries.WRONG_PASSWORD))
    searched("business", "add", "fjell", "--file", wrong)
    searched("invoice", "add", kvitt.file("new.json", [canaries.invoice("7")]), *FJELL)
    searched("business", "verify", "fjell")
    searched("invoice", "send", "7", *FJELL)
    searched("invoice", "status", "1", *FJELL)
    searched("business", "erase", "fjell", "--yes", "--force")
    assert _commands() - searched.said - RUNNING == set()


def _see_that_a_key_is_shown_once(searched: Searched, kvitt: Kvitt) -> None:
    made = kvitt("api-key", "create", "shop", *FJELL, "--json").json
    searched.plant(API_key=made["key"])
    searched("api-key", "create", "till", *FJELL)
    searched("api-key", "list")
    searched("api-key", "revoke", made["prefix"])
    searched("api-key", "revoke", made["key"])


def _see_that_a_webhook_s_secrets_stay_secret(searched: Searched, kvitt: Kvitt) -> None:
    with receiver() as shop:
        shop.status = 404  # and a page that repeats the address
        url = f"{shop.url}?token={canaries.WEBHOOK_TOKEN}"
        made = kvitt("webhook", "add", url, *FJELL, "--json").json
        searched.plant(webhook_secret=made["secret"])
        webhook = made["id"]
        searched("webhook", "add", "-", *FJELL, stdin=f"{url}\n".encode())
        searched("webhook", "add", f"{url}#fragment", *FJELL)
        searched("webhook", "add", url.replace("127.0.0.1", "10.0.0.1"))
        searched("webhook", "add", url.replace("http://", f"http://{canaries.WEBHOOK_TOKEN}@"))
        searched("webhook", "list")
        searched("webhook", "test", webhook)
        searched("webhook", "set", webhook, "--url", url)
        searched("webhook", "set", webhook, "--types", "invoice.paid")
        searched("webhook", "rotate-secret", webhook)
        searched("webhook", "test", webhook)
        for command in ("show", "deliveries", "disable", "enable"):
            searched("webhook", command, webhook)
        searched("webhook", "resend", webhook, "--failed")
        searched("webhook", "remove", webhook)
        assert len(shop.received) == 4


def _users(searched: Searched, kvitt: Kvitt) -> None:
    """Users, their links and passwords: a password is said nowhere, and a link by the command alone that makes it."""
    searched("user", "add", "kari", "--administrator")
    searched("user", "add", "kari", "--email", canaries.PASSWORD)
    for password in (canaries.PASSWORD, canaries.WRONG_PASSWORD, "short", f"kari-{canaries.PASSWORD}"):
        searched("user", "set-password", "kari", stdin=f"{password}\n".encode())
    made = kvitt("user", "link", "kari", "--json").json["url"].rpartition("=")[2]
    searched.plant(**{"sign-in link": made})
    searched("user", "link", "kari")
    searched("user", "link", "nobody")
    for command in ("grant", "revoke"):
        searched("user", command, "kari", *FJELL)
    searched("user", "set", "kari", "--email", "operations@kvitt.invalid")
    for command in ("disable", "enable"):
        searched("user", command, "kari")
    searched("user", "list")


def test_where_kvitt_itself_fails(
    searched: Searched, kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """KVITT_DEBUG is set: what is shown then is where it failed, and no word of what was at hand."""
    searched("business", "add", "fjell", "--file", kvitt.file("fjell.json", canaries.business()))
    for form in (LookUp, VerifyBusiness):
        for method in [name for name in vars(form) if not name.startswith("_")]:
            monkeypatch.setattr(form, method, _failing)
    for command in (["business", "show", "fjell"], ["business", "verify", "fjell"], ["invoice", "show", "1", *FJELL]):
        answer = searched(*command)
        assert answer.json["code"] == "internal_error"
        assert "test_canaries.py" in answer.err
        assert "builtins.ValueError" in answer.err
        assert "pydantic_core" in answer.err


def _failing(*_: Any, **__: Any) -> None:
    """Fail as a plugin may: with secrets and people's data in what is raised."""
    try:
        Business.model_validate({"name": canaries.PEOPLE["name"], "accounting": {"system": [canaries.PASSWORD]}})
    except ValueError as error:
        raise ValueError(f"{canaries.PASSWORD} {canaries.APPLICATION_ID} {canaries.PEOPLE}") from error


REPRS: list[Callable[[Path], object]] = [
    lambda _home: Business.model_validate(canaries.business()),
    lambda _home: Business.model_validate(canaries.business()).accounting,
    lambda _home: SoapConnection.model_validate(
        {name: value for name, value in canaries.business()["accounting"].items() if name != "system"}
    ),
    lambda home: Settings.model_validate(
        {"home": home, "secret_key": canaries.PASSWORD, "database_url": f"x://{canaries.PASSWORD}@h"}
    ),
    lambda _home: KeptSession("f", "i", "7", "Fjell AS", session_id=canaries.PASSWORD),
    lambda _home: EndpointSecrets(
        url=SecretStr(f"https://h/?{canaries.WEBHOOK_TOKEN}"),
        current=SecretStr(canaries.PASSWORD),
        previous=SecretStr(canaries.PASSWORD),
    ),
    lambda home: KeyFile(home),
    lambda home: FernetSecretBox(KeyFile(home).keys()),
    lambda home: GivenKeys(KeyFile(home).keys()[0]),
    lambda _home: Context(now=None, secrets=(canaries.PASSWORD, canaries.APPLICATION_ID)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("make", REPRS)
def test_nothing_that_holds_a_secret_shows_it(make: Callable[[Path], object], home: Path) -> None:
    secrets = {**canaries.SECRETS, "secret key": KeyFile(home).keys()[0]}
    one = make(home)
    shown = [repr(one), str(one), f"{one}", f"{[one]}"]
    if isinstance(one, Business | Connection):
        shown += [one.model_dump_json(), str(one.model_dump())]
    assert not canaries.found_in("\n".join(shown), secrets)


def _assert_the_store_keeps_no_secret(home: Path) -> None:
    secrets = {**canaries.SECRETS, "secret key": KeyFile(home).keys()[0], **_session(home)}
    assert "session id" in secrets
    files = [file for file in home.iterdir() if file.name != "secret.key"]
    assert files
    for file in files:
        assert not canaries.found_in(file.read_bytes(), secrets), file
    with closing(sqlite3.connect(home / "kvitt.db")) as database:
        assert not canaries.found_in("\n".join(database.iterdump()), secrets)


def _assert_the_journal_holds_no_secret(office: Sandbox) -> None:
    calls = repr(office.journal.calls())
    requests = repr(office.journal.requests)
    assert "SaveInvoices" in calls
    assert "SaveInvoices" in requests
    assert not canaries.found_in(
        calls + requests, {name: word for name, word in canaries.SECRETS.items() if name != "application id"}
    )


def _commands() -> set[str]:
    """Every command there is, by its two words."""
    found: set[str] = set()
    for name, command in KVITT.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {one}" for one in inner} if inner else {name}
    return found


def test_the_words_are_found_where_they_are() -> None:
    """The search itself: what it can't find it would pass."""
    logging.getLogger("kvitt").debug("warm")
    for name, word in {**canaries.SECRETS, **canaries.PEOPLE}.items():
        assert canaries.found_in(json.dumps({"x": word}), {name: word}) == [name]
        assert canaries.found_in(
            f"<x>{word.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</x>", {name: word}
        )
