"""Recovery over HTTP: after the database was put back, the orders that are there are tied to their invoices."""

from http import HTTPStatus
from time import monotonic

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from core.errors import LeaseLost, TryAgain
from core.rights import Need
from core.use_cases.recover import Recover
from entrypoints.documents import RecoveryDocument
from entrypoints.http.bodies import JsonOf, RecoveryStart
from entrypoints.http.openapi import described

_TAGS = ["recovery"]
_LONGEST_SECONDS = 50.0
"""So long a request begins with further businesses; those that are left take another request."""


@get(
    "/recover",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(),
    needs=Need.OVERSEE,
)
def get_recovery(recover: NamedDependency[Recover]) -> JsonOf[RecoveryDocument]:
    """Show how recovery stands, and what the last one left to a person."""
    return JsonOf(RecoveryDocument.of_all(recover.all(), recover.settled_at()))


@post(
    "/recover",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(repeatable=True),
    needs=Need.ADMINISTER,
)
def recover(data: JSONBody[RecoveryStart], recover: NamedDependency[Recover]) -> JsonOf[RecoveryDocument]:
    """Recover the businesses that are left, one after the other. Ask again, with `{}`, while any is `left`.

    With `since` all of them are recovered by the orders from then on: for a restore that could not be noticed.
    """
    until = monotonic() + _LONGEST_SECONDS
    for business in recover.begin(data.since):
        if monotonic() >= until:
            break
        try:
            recover.recover(business)
        except (TryAgain, LeaseLost):
            continue  # what it waits for is over soon; `not_before` says when
    return JsonOf(RecoveryDocument.of_all(recover.all(), recover.settled_at()))


HANDLERS = [get_recovery, recover]
