"""`kvitt recover`: after a backup was put back, learn from the books what was sent since."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import LeaseLost, TryAgain
from core.recovery import Recovery
from core.use_cases.recover import Recover
from entrypoints.cli.audit import instant
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, say, show
from entrypoints.documents import RecoveryDocument

_LONGEST_WAIT = 600.0
_PAUSE_SECONDS = 1.0


def recover(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Recover every business from its orders since then, such as 2026-10-01T12:00:00Z. Use it if Kvitt did "
            "not notice the restore.",
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for earlier calls to end.")
    ] = _LONGEST_WAIT,
    as_json: AsJson = False,
) -> int:
    """After restoring a backup: find what was sent since.

    Nothing is sent until this is done. You can stop it and run it again.
    """
    begin = instant(since).astimezone(UTC) if since is not None else None
    with installation() as container:
        use_case = container.recover()
        left = use_case.begin(begin)
        if left and not as_json:
            say(f"{len(left)} to recover: {', '.join(left)}")
        done = _recover_all(use_case, left, patience=wait, tell=lambda recovery: None if as_json else _tell(recovery))
        every, settled_at = use_case.all(), use_case.settled_at()
    if as_json:
        print_json(RecoveryDocument.of_all(every, settled_at).document())
    elif not left:
        _tell_nothing_left(every)
    still_left = [recovery for recovery in every if recovery.needed]
    if not still_left:
        return ExitCode.DONE
    if not as_json:
        names = ", ".join(recovery.business for recovery in still_left)
        say(f"Nothing is sent yet for: {names}. Run kvitt recover again.")
    return ExitCode.NOT_FINISHED if len(done) < len(left) else ExitCode.NO_ACCESS


def _recover_all(
    use_case: Recover, left: Sequence[str], *, patience: float, tell: Callable[[Recovery], None]
) -> list[Recovery]:
    """Recover each, waiting for what is over soon; return those that were gone through."""
    done: list[Recovery] = []
    give_up_at, told = time.monotonic() + patience, set[str]()
    waiting = list(left)
    while waiting:
        for business in list(waiting):
            try:
                recovery = use_case.recover(business)
            except (TryAgain, LeaseLost) as error:
                if error.code not in told:
                    told.add(error.code)
                    say(error.message)
                continue
            waiting.remove(business)
            done.append(recovery)
            tell(recovery)
        if not waiting or time.monotonic() >= give_up_at:
            break
        time.sleep(min(_PAUSE_SECONDS, max(give_up_at - time.monotonic(), 0)))
    return done


def _tell(recovery: Recovery) -> None:
    if recovery.trouble:
        show(f"{recovery.business}: {recovery.trouble.message} [{recovery.trouble.code}]")
        show(f"  {recovery.trouble.hint}")
        return
    show(f"{recovery.business}: {recovery.orders} orders read, {recovery.tied} matched to their invoices.")
    for finding in recovery.findings:
        show(f"  {finding.invoice} (order {', '.join(finding.order_ids)}): {finding.message}")


def _tell_nothing_left(every: Sequence[Recovery]) -> None:
    say("There is nothing to recover. If Kvitt did not notice a restore, give --since.")
    for recovery in every:
        ended: datetime | None = recovery.ended_at
        if recovery.findings and ended:
            show(f"For a person to settle, since the recovery of {ended:%Y-%m-%d %H:%M} UTC:")
            _tell(recovery)
