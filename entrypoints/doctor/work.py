"""The work: whether clocks agree, somebody takes turns, calls are left, and the vendor's contract is still ours."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from adapters.storage.examination import Examination
from core.errors import TryAgain
from core.ports.clock import Clock
from core.ports.notices import PendingMessage
from core.reasons import Reason
from core.transfer import TransferState
from core.use_cases.read_figures import SystemReport
from entrypoints.doctor.findings import Finding, Standing, mend, ok, warning
from plugins.twentyfour_seven_office import compared_contracts

CLOCKS_AGREE = timedelta(seconds=5)
"""So far the clocks of the machines that share a database may be apart."""

VENDORS_CLOCK = timedelta(minutes=2)
"""So far this machine's clock may be from the vendor's, whose answers are dated to the second and take a while."""

LONG_DUE = timedelta(minutes=5)
"""A due transfer is taken up within seconds where a worker lives."""

_SCARCE = 10


def clock(examination: Examination, clock: Clock) -> Iterator[Finding]:
    """Whether this machine and the database agree on the time, and Kvitt's own time with theirs."""
    wall, own = examination.clocks()
    yield agreeing("clock", "the database's", clock.now() - wall, CLOCKS_AGREE)
    apart = own - wall if own else timedelta()
    if abs(apart) > CLOCKS_AGREE:
        yield warning(
            "clock",
            f"Kvitt's own time is {abs(apart.total_seconds()):.0f} s {'ahead of' if apart > timedelta() else 'behind'} "
            "the database's clock, which was set.",
            "Nothing to mend where that clock is right: Kvitt follows it slowly, so that no wait is cut short.",
        )


def agreeing(check: str, whose: str, apart: timedelta, tolerated: timedelta) -> Finding:
    """Judge how far two clocks are apart."""
    seconds = abs(apart.total_seconds())
    if abs(apart) > tolerated:
        return mend(
            check,
            f"This machine's clock is {seconds:.0f} s {'ahead of' if apart > timedelta() else 'behind'} {whose}.",
            "Have both set by a time server (NTP).",
        )
    return ok(check, f"This machine's clock agrees with {whose}, to {max(seconds, 1):.0f} s.")


def workers(examination: Examination, reports: Sequence[SystemReport]) -> Iterator[Finding]:
    """Whether what is due is taken up."""
    left = examination.left_running()
    if left:
        yield mend(
            "workers",
            f"{left} transfers are left running by a worker that has ended or hangs.",
            "Run kvitt serve or kvitt worker: it takes them up, and looks for their orders first.",
        )
    late = [report for report in reports if report.queue_age > LONG_DUE]
    for report in late:
        yield mend(
            "workers",
            f"Transfers to {report.system} have been due for {report.queue_age.total_seconds() / 60:.0f} minutes.",
            "See that kvitt serve or kvitt worker runs on this database, and what its log and its /health/ready say: "
            "where that names turns_stuck, restart it.",
        )
    if not left and not late:
        yield ok("workers", "Nothing that is due is left waiting.")


def notices(failing: Sequence[PendingMessage], now: datetime) -> Iterator[Finding]:
    """Whether people are told what needs them, where they are to be; nothing is found where nothing is in the way."""
    for audience in dict.fromkeys(message.business for message in failing):
        theirs = [message for message in failing if message.business == audience]
        hours = f"{max((now - theirs[0].made_at).total_seconds() / 3600, 0):.1f}"
        services = ", ".join(dict.fromkeys(service for message in theirs for service in message.failing))
        if audience is None:
            yield warning(
                "notices",
                f"For {hours} hours the operator could not be told by {services} what needs a person.",
                "Try it with kvitt notify test, and correct KVITT_NOTIFY.",
            )
        else:
            yield warning(
                "notices",
                f"For {hours} hours the business {audience} could not be told by {services} what needs a person.",
                f"Try it with kvitt notify test --business {audience}, and correct its notify.",
            )


def recovery(shut: Sequence[str]) -> Iterator[Finding]:
    """Whether the database was put back, and does not know yet what was sent since."""
    if shut:
        yield mend(
            "recovery",
            f"The database was restored from an earlier day; nothing is sent for {len(shut)} businesses.",
            "kvitt recover ties the orders that are there to their invoices, and lets sending go on.",
        )
    else:
        yield ok("recovery", "There is nothing to recover: the database knows of all orders that were sent.")


def stopped(reports: Sequence[SystemReport], rejections: Mapping[str, Sequence[Reason]]) -> Iterator[Finding]:
    """What waits for a person, and what persons took back. `rejections` says why, by accounting system."""
    for report in reports:
        if report.parked:
            yield mend(
                "transfers",
                f"{report.parked} transfers to {report.system} are parked, until their connection works again or the "
                "database, which was restored from an earlier day, has been recovered.",
                "kvitt transfer list --state waiting names them and says which: fix the connection, then run kvitt "
                "business verify; or run kvitt recover.",
            )
        if rejected := report.transfers.get(TransferState.REJECTED, 0):
            yield warning(
                "transfers",
                (
                    f"1 transfer to {report.system} was rejected: "
                    if rejected == 1
                    else f"{rejected} transfers to {report.system} were rejected: "
                )
                + "; ".join(map(_reason, rejections.get(report.system, ())))
                + ".",
                "kvitt transfer list --state rejected names them all; mend the reason, then kvitt transfer retry.",
            )
        if cancelled := report.transfers.get(TransferState.CANCELLED, 0):
            yield ok(
                "transfers",
                f"{cancelled} transfers to {report.system} were cancelled by a person; there is nothing to mend. "
                "kvitt transfer list --state cancelled names them.",
            )


def _reason(reason: Reason) -> str:
    return f"{reason.count:,} because of {reason.code} (such as invoice {reason.invoice}: {reason.message.rstrip('.')})"


def quota(reports: Sequence[SystemReport]) -> Iterator[Finding]:
    """Whether calls are left in this hour."""
    for report in reports:
        if (calls := report.calls) is None:
            continue
        told = f"{calls.left:,} of {calls.limit:,} calls to {report.system} are left until {_hour(calls.resets_at)}."
        if calls.left == 0:
            yield Finding("quota", Standing.TEMPORARY, told, "Transfers go on by themselves then.")
        elif calls.left * _SCARCE < calls.limit:
            yield warning("quota", told, "The last ones are kept for single sends; bulk sends wait for the next hour.")
        else:
            yield ok("quota", told)


def _hour(instant: datetime) -> str:
    return f"{instant:%H:%M} UTC"


def contracts(environment: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Compare our contracts with those that are published now. No call of the quota is used."""
    try:
        found = compared_contracts(environment)
    except TryAgain as trouble:
        yield warning(
            "contract",
            trouble.message,
            "See the network and KVITT_TFSO_API_URL (if it leads to the sandbox: that kvitt sandbox runs), or leave "
            "this out with --offline.",
        )
        return
    if found.server_time:
        yield agreeing("clock", "24SevenOffice's", clock.now() - found.server_time, VENDORS_CLOCK)
    for difference in found.differences:
        yield mend(
            "contract",
            f"24SevenOffice has changed its contract. {difference}",
            "Look for a newer Kvitt before sending on; if there is none, report this.",
        )
    if not found.differences:
        yield ok("contract", f"All that Kvitt uses of 24SevenOffice's {found.services} services is there.")
