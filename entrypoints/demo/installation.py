"""An installation for a demo: in a folder of its own, on the sandbox, and gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from entrypoints.acting import acting, person_at_the_terminal
from entrypoints.container import INLINE, Container, make_container
from entrypoints.settings import Settings


@contextmanager
def demo_home() -> Iterator[Path]:
    """Make a data folder that is removed when the block ends."""
    with TemporaryDirectory(prefix="kvitt-demo-") as home:
        yield Path(home)


@contextmanager
def demo_installation(
    home: Path, office_url: str, *, queue: str = INLINE, follow_up_seconds: float | None = None
) -> Iterator[Container]:
    """Wire an installation that knows nothing of the user's: neither home, database, key nor accounting system.

    Nobody is told of anything either, but webhooks on this machine.
    """
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'kvitt.db'}",
        secret_key=None,
        follow_up_seconds=follow_up_seconds,
        notify=None,
        notify_summary=None,
        webhook_allowed_networks="127.0.0.0/8",
        oidc_issuer="",
        trusted_proxies="",
        log_level="warning",
    )
    container = make_container(settings, queue=queue)
    container.environment.override({"KVITT_TFSO_API_URL": office_url})
    storage = container.storage()
    try:
        with acting(person_at_the_terminal()):
            yield container
    finally:
        storage.close()
