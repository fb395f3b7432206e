"""The demo that stays open: a shop's console, and beside it the page on which one is its accountant.

Everything is in this process and in a temporary folder, on loopback, and gone when it is told to stop.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from core.norwegian_time import norwegian_date
from entrypoints.container import DURABLE
from entrypoints.demo.installation import demo_home, demo_installation
from entrypoints.demo.samples import fill
from entrypoints.http.server import serve
from entrypoints.sign_in_link import link_address
from entrypoints.stopping import end_in_time
from sandbox import Sandbox

USER = "demo"
_LOOPBACK = "127.0.0.1"
_FOLLOW_UP_SECONDS = 3.0
"""How often the open orders are asked about, so that Paid arrives while one looks on: some 1,200 calls an hour."""


@dataclass(frozen=True)
class Opened:
    """Where everything is. `sign_in_url` signs in whoever opens it, once, until `expires_at`; it goes into no log.

    `home` is the demo's own folder, which goes with it.
    """

    console_url: str
    sandbox_url: str
    expires_at: datetime
    home: Path
    sign_in_url: str = field(repr=False)


def open_demo(*, announce: Callable[[Opened], None], told_to_stop: Callable[[], bool]) -> None:
    """Keep the demo open until told to stop; `announce` is told where it is once callers get through.

    Errors: KvittError, as what it does comes to.
    """
    with demo_home() as home, Sandbox.demo() as office:
        with demo_installation(home, office.url) as container:
            fill(container, office, today=norwegian_date(datetime.now(UTC)))
        if told_to_stop():
            return
        with demo_installation(home, office.url, queue=DURABLE, follow_up_seconds=_FOLLOW_UP_SECONDS) as container:
            end_in_time(container.stopping(), told_to_stop=told_to_stop)

            def tell(url: str) -> None:
                made = container.manage_users().link_for_operator(USER)
                announce(
                    Opened(
                        console_url=url,
                        sandbox_url=f"{office.url}/control",
                        expires_at=made.expires_at,
                        sign_in_url=link_address(url, made.text),
                        home=home,
                    )
                )

            serve(_LOOPBACK, 0, container, announce=tell, told_to_stop=told_to_stop)
