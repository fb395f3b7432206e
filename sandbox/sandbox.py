"""The sandbox itself: a world with accounting systems in it, and a server in front of them."""

from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from sandbox.control import Control
from sandbox.demo import DEMO_ACCOUNT, DEMO_DEPARTMENTS, DEMO_OTHER_ACCOUNT, DEMO_PROJECT
from sandbox.faults import Fault
from sandbox.journal import KEPT_REQUESTS, Journal, RestExchanged
from sandbox.keeping import BooksFile
from sandbox.lively import Happening, Line, Lively
from sandbox.norwegian_time import Clock, now
from sandbox.pace import Pace
from sandbox.server import Server, is_loopback
from sandbox.striking import new_fault
from sandbox.systems import Systems
from sandbox.tripletex.demo import DEMO_EMPLOYEE_TOKEN, DEMO_OFFICE
from sandbox.tripletex.gateway import ROOT as TRIPLETEX_ROOT
from sandbox.tripletex.gateway import TripletexGateway
from sandbox.tripletex.system import Tripletex
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.demo import (
    DEMO_APPLICATION_ID,
    DEMO_BLOCKED_ACCOUNT,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_PASSWORD,
    DEMO_USERNAME,
)
from sandbox.twentyfour_seven_office.quota import Quota
from sandbox.twentyfour_seven_office.records import Currency, VatType
from sandbox.twentyfour_seven_office.rest.gateway import ROOT, RestGateway
from sandbox.twentyfour_seven_office.soap.gateway import Gateway
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice, identity_id_of
from sandbox.twentyfour_seven_office.users import Account, Client, Clients, Sessions, User
from sandbox.world import World

CALLS_PER_HOUR = 7_200  # docs/24sevenoffice.md, "Calls and errors": requests per hour for an integration
LOGINS_PER_MINUTE = 20
TOKEN_LIFETIME = 86_400.0  # assumed: a day
NUMBERS_PER_ACCOUNT = 10_000


class Sandbox:
    """The stand-ins on loopback, all behind one server; what is about accounts here, is about 24SevenOffice's.

    Its `url` takes the place of the SOAP API's root address and of the login server's, its `rest_url` that of
    the REST API's, its `tripletex_url` that of Tripletex's; what is Tripletex's own is at `tripletex`. Used as a
    context manager it runs for the block; the world outlives a stop. `port` 0 picks a free one. `latency`,
    `session_lifetime` and `token_lifetime` are in seconds; `logins_per_minute` goes for 24SevenOffice's sessions and
    tokens, 0 is without limit; `keep_requests` is how many SOAP requests the journal keeps (True: the last
    KEPT_REQUESTS), `keep_rest_exchanges` how many calls to each of the other APIs that no fault struck are kept. More
    than `calls_per_second` to one of these are refused, 0 is without limit; `tells_reset` is whether a refusal says
    when there may be more.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        clock: Clock = now,
        calls_per_hour: int = CALLS_PER_HOUR,
        logins_per_minute: int = LOGINS_PER_MINUTE,
        session_lifetime: float | None = None,
        token_lifetime: float = TOKEN_LIFETIME,
        keep_requests: int | bool = 0,
        keep_rest_exchanges: int = 0,
        calls_per_second: int = 0,
        tells_reset: bool = True,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"The sandbox listens on loopback only, not on {host}.")
        kept = KEPT_REQUESTS if keep_requests is True else int(keep_requests)
        self._host, self._port = host, port
        self._world = World(
            clock=clock,
            journal=Journal(clock, keep_requests=kept),
            rest_exchanges=deque(maxlen=keep_rest_exchanges),
        )
        self._world.set_latency(latency)
        self._office = TwentyFourSevenOffice(
            self._world,
            sessions=Sessions(clock, lifetime=session_lifetime, logins_per_minute=logins_per_minute),
            clients=Clients(clock, token_lifetime=token_lifetime, tokens_per_minute=logins_per_minute),
            quota=Quota(clock, calls_per_hour),
            pace=Pace(calls_per_second, tells_reset=tells_reset),
        )
        self.tripletex = Tripletex(
            self._world,
            pace=Pace(calls_per_second, tells_reset=tells_reset),
            keep_exchanges=keep_rest_exchanges,
        )
        self._systems = Systems(self._world, self._office, self.tripletex)
        self._server: Server | None = None
        self._thread: Thread | None = None

    @classmethod
    def demo(cls, **options: Any) -> Self:
        """The demo world; the options are the sandbox's own.

        The user's default company is another one than the one to use, and a third is blocked. At Tripletex the token is
        an accountant's, and the company to use one of the clients.
        """
        sandbox = cls(**options)
        accounts = [sandbox.add_account(name) for name in (DEMO_OTHER_ACCOUNT, DEMO_ACCOUNT)]
        blocked = [sandbox.add_account(DEMO_BLOCKED_ACCOUNT)]
        for name in DEMO_DEPARTMENTS:
            sandbox.account(DEMO_ACCOUNT).books.add_department(name)
        sandbox.account(DEMO_ACCOUNT).books.add_project(DEMO_PROJECT)
        sandbox.add_user(
            DEMO_USERNAME,
            DEMO_PASSWORD,
            application_id=DEMO_APPLICATION_ID,
            accounts=accounts,
            blocked=blocked,
        )
        sandbox.add_client(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, accounts=accounts)
        tripletex = sandbox.tripletex
        companies = [tripletex.add_company(name) for name in (DEMO_OFFICE, DEMO_OTHER_ACCOUNT, DEMO_ACCOUNT)]
        for name in DEMO_DEPARTMENTS:
            tripletex.company(DEMO_ACCOUNT).books.add_department(name)
        tripletex.company(DEMO_ACCOUNT).books.add_project(DEMO_PROJECT)
        tripletex.add_login(DEMO_EMPLOYEE_TOKEN, companies=companies)
        return sandbox

    def add_account(
        self,
        name: str,
        *,
        invoicing_package: bool = True,
        account_service: bool = False,
        vat_types_refused: bool = False,
        dimensions_refused: bool = False,
        department_required: bool = False,
        project_required: bool = False,
        totals_off_by: Decimal = Decimal(0),
        vat_types: list[VatType] | None = None,
        currencies: list[Currency] | None = None,
    ) -> Account:
        """Add a company; its rights and demands are told in Account, its tables and totals in Books."""
        with self._world.lock:
            number = len(self._office.accounts) + 1
            account = Account(
                name=name,
                identity_id=identity_id_of(number, name),
                number=100_000_000_000 + number,
                books=Books(
                    clock=self._world.clock,
                    lock=self._world.lock,
                    first_number=number * NUMBERS_PER_ACCOUNT + 1,
                    vat_types=vat_types,
                    currencies=currencies,
                    totals_off_by=totals_off_by,
                ),
                invoicing_package=invoicing_package,
                account_service=account_service,
                vat_types_refused=vat_types_refused,
                dimensions_refused=dimensions_refused,
                department_required=department_required,
                project_required=project_required,
            )
            self._office.accounts.append(account)
            return account

    def add_user(
        self,
        username: str,
        password: str,
        *,
        application_id: str,
        accounts: Sequence[Account],
        blocked: Sequence[Account] = (),
    ) -> User:
        """Add a user. The first of the accounts is the default identity; the blocked ones may not be used."""
        user = User(username, password, application_id, list(accounts), list(blocked))
        with self._world.lock:
            self._office.users.add(user)
        return user

    def add_client(self, client_id: str, client_secret: str, *, accounts: Sequence[Account]) -> Client:
        """Add a client of the REST API; a company's organization id is its account's `number`."""
        client = Client(client_id, client_secret, list(accounts))
        with self._world.lock:
            self._office.clients.add(client)
        return client

    @property
    def url(self) -> str:
        """The root of all addresses. Errors: RuntimeError while the sandbox is not running."""
        if self._server is None:
            raise RuntimeError("The sandbox is not running.")
        return self._server.url

    @property
    def rest_url(self) -> str:
        """The root of the REST API. Errors: RuntimeError while the sandbox is not running."""
        return self.url + ROOT

    @property
    def tripletex_url(self) -> str:
        """The root of Tripletex's API. Errors: RuntimeError while the sandbox is not running."""
        return self.url + TRIPLETEX_ROOT

    @property
    def accounts(self) -> list[Account]:
        """All companies."""
        return list(self._office.accounts)

    def account(self, name_or_identity: str) -> Account:
        """A company by name or identity id. Errors: KeyError."""
        return self._office.account(name_or_identity)

    @property
    def quota(self) -> Quota:
        """The hourly quota."""
        return self._office.quota

    @property
    def rest_pace(self) -> Pace:
        """How many calls a second the REST API takes; Tripletex has a `pace` of its own."""
        return self._office.pace

    @property
    def journal(self) -> Journal:
        """What was called."""
        return self._world.journal

    @property
    def rest_exchanges(self) -> list[RestExchanged]:
        """The last REST calls that no fault struck, as far as they are kept."""
        with self._world.lock:
            return list(self._world.rest_exchanges)

    @property
    def latency(self) -> float:
        """Seconds that every answer takes; may be changed at any time, for the calls that come after."""
        return self._world.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._world.set_latency(seconds)

    def keep_in(self, path: Path) -> None:
        """Go on with the books that a file keeps, if it is there, and keep them in it from now on.

        Every change is on the disk before it is answered. What is changed directly, without a call, is kept with the
        next one. Errors: NotBooksError, when the file holds something else; OSError.
        """
        BooksFile(path).open_in(self._systems)

    def inject(self, operation: str, kind: str, **options: Any) -> Fault:
        """Let a fault strike calls of an operation ("*": any); the options are those of Fault."""
        fault = new_fault(operation, kind, **options)
        self._world.faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        """Call off the faults still waiting."""
        self._world.faults.clear()

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until no call is running, a late one neither. Errors: TimeoutError, after that many seconds."""
        if not self.journal.wait_until_idle(timeout):
            raise TimeoutError("Calls are still running.")

    def expire_sessions(self) -> None:
        """End every session, and take back every token."""
        self._systems.end_sessions()

    def reset(self) -> None:
        """Empty all books, end all sessions, forget faults, calls and quota; accounts, users and clients stay."""
        self._systems.reset()

    def start(self) -> None:
        """Listen, in the background. Errors: OSError when the port is taken."""
        with self._world.lock:
            if self._server is not None:
                return
            self._world.closing.clear()
            gateways = (TripletexGateway(self.tripletex), RestGateway(self._office), Gateway(self._office))
            control = Control(self._systems, is_loopback)
            server = Server(self._host, self._port, gateways, control)
            serve = partial(server.serve_forever, poll_interval=0.02)
            self._server, self._thread = server, Thread(target=serve, name="sandbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop listening and hang up on every caller; operations that wait to be late are never carried out."""
        with self._world.lock:  # of two who stop it at once, one does
            server, thread = self._server, self._thread
            self._server = self._thread = None
        if server is None or thread is None:
            return
        self._world.closing.set()
        server.shutdown()
        server.close_connections()
        server.server_close()
        thread.join()

    def serve_forever(self) -> None:
        """Run until stopped or interrupted; starts the sandbox where it is not running yet."""
        self.start()
        try:
            self._world.closing.wait()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def lively(self, *, pace: float, seed: int = 0, script: Sequence[Line] | None = None) -> Iterator[Happening]:
        """Let the accountant and the customers act, every `pace` seconds, and tell each act; runs until it is stopped.

        They do what the script says, if there is one, and otherwise what the seed has them do.
        """
        return Lively(self._systems, pace=pace, seed=seed, script=script).happenings()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
