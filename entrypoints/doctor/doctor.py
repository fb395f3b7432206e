"""All the checks, in the order in which what fails early explains what fails late."""

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial

from adapters.storage.examination import Examination, is_there
from entrypoints.container import Container
from entrypoints.doctor import own_side, work
from entrypoints.doctor.findings import Finding, Standing, looked_at, ok


def examine(container: Container, *, offline: bool = False, is_serving: bool = False) -> Iterator[Finding]:
    """Look at an installation; yield each finding as soon as it is there. Nothing is changed or made.

    `offline` leaves the vendor alone. `is_serving`: the container is a server's, which goes on using its storage.
    """
    settings = container.settings()
    yield from looked_at("folder", partial(own_side.folder, settings.home))
    key = list(_examine_key(container))
    yield from key
    if is_there(settings.database):
        yield from looked_at("storage", lambda: _examine_stored(container, key, is_serving))
    else:
        yield ok("storage", "There is no database yet; the first command makes it.")
    if not offline:
        yield from looked_at("contract", partial(work.contracts, container.environment(), container.wall_clock()))


def _examine_key(container: Container) -> Iterator[Finding]:
    """Nothing is found where there is no key: opening the box would make one."""
    settings = container.settings()
    is_given = settings.given_key is not None
    if is_given or (settings.home / own_side.KEY_FILE).exists():
        look = partial(own_side.secret_key, settings.home, container.secret_box, is_given=is_given)
        yield from looked_at("secret key", look)


def _examine_stored(container: Container, key: Sequence[Finding], is_serving: bool) -> Iterator[Finding]:
    """Look at what is stored; `key` is what was found of the secret key."""
    settings = container.settings()
    with closing(Examination(settings.database, machine=container.machine())) as examination:
        if examination.revision() is None:
            yield ok("storage", "The database holds no tables yet; the first command makes them.")
            return
        if not key:
            yield from own_side.missing_key(examination, settings.home)
        for check, look in (("migrations", own_side.migrations), ("storage", own_side.database)):
            for finding in looked_at(check, partial(look, examination)):
                yield finding
                if finding.standing is not Standing.OK:
                    return  # what follows reads these tables, and would only wait for the same database again
        yield from looked_at("clock", partial(work.clock, examination, container.wall_clock()))
        if key and all(finding.standing is Standing.OK for finding in key):
            yield from looked_at("secrets", lambda: own_side.secrets(examination, container.secret_box()))
            yield from looked_at("plugins", lambda: own_side.plugins(container.systems(), examination))
            yield from _examine_work(container, examination, is_serving)


def _examine_work(container: Container, examination: Examination, is_serving: bool) -> Iterator[Finding]:
    def all_of_it() -> Iterator[Finding]:
        reports = container.read_figures().read()
        yield from work.recovery(container.storage().shut_businesses())
        yield from work.workers(examination, reports)
        yield from work.stopped(reports, examination.rejections())
        yield from work.quota(reports)
        yield from work.notices(container.notice_store().failing(), container.wall_clock().now())

    with nullcontext() if is_serving else closing(container.storage()):
        yield from looked_at("workers", all_of_it)
