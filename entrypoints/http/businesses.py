"""Businesses over HTTP: connect, show, list, verify."""

from functools import partial
from http import HTTPStatus

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import RawBody, SkipValidation

from core.api_key import Need
from core.errors import InvalidInput, NotFound
from core.ports.accounting import AccountingSystems
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.look_up import LookUp
from core.use_cases.verify_business import Verification, VerifyBusiness
from entrypoints.documents import Json, business_document
from entrypoints.http.access import key_of
from entrypoints.http.bodies import json_document
from entrypoints.http.openapi import VENDOR_PROBLEMS, described
from entrypoints.http.pages import USUAL_PAGE, After, Limit, page
from entrypoints.http.paths import BusinessInPath
from entrypoints.http.problems import AnyRequest
from entrypoints.http.schemas import BusinessBody, BusinessDocument, BusinessPage
from entrypoints.http.vendor_calls import VendorCalls
from entrypoints.parsing import business_from

# A port can't be checked with isinstance, which the framework would do.
Systems = NamedDependency[SkipValidation[AccountingSystems]]

_TAGS = ["businesses"]


@put(
    "/businesses/{business:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        takes=BusinessBody, answers={HTTPStatus.OK: BusinessDocument, HTTPStatus.CREATED: BusinessDocument}
    ),
    needs=Need.ADMINISTER,
)
def put_business(
    business: BusinessInPath,
    request: AnyRequest,
    body: RawBody,
    connect_business: NamedDependency[ConnectBusiness],
    look_up: NamedDependency[LookUp],
    systems: Systems,
) -> Response[Json]:
    """Connect a business, new (201) or changed (200). The accounting system is not called.

    Secrets left out of an existing business's connection are kept; they are never read back.
    """
    given = business_from(_named(json_document(request, body), business))
    status = HTTPStatus.OK if _is_known(look_up, business) else HTTPStatus.CREATED
    stored = connect_business.store(given)
    return Response(business_document(stored, systems), status_code=status)


@get(
    "/businesses/{business:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: BusinessDocument}, problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_business(business: BusinessInPath, look_up: NamedDependency[LookUp], systems: Systems) -> Json:
    """Show a business, without its secrets."""
    return business_document(look_up.business(business), systems)


@get(
    "/businesses",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: BusinessPage}),
    needs=Need.READ,
)
def list_businesses(
    request: AnyRequest,
    look_up: NamedDependency[LookUp],
    systems: Systems,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Json:
    """List the businesses that the API key is for by name, without their secrets."""
    only = key_of(request.scope).business
    return page(
        lambda most, start: look_up.businesses(limit=most, after=start, only=only),
        limit=limit,
        after=after,
        shown=partial(business_document, systems=systems),
        key=lambda business: business.name,
    )


@post(
    "/businesses/{business:str}/verify",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: Verification}, problems=[HTTPStatus.NOT_FOUND, *VENDOR_PROBLEMS]),
    needs=Need.SEND,
)
async def verify_connection(
    business: BusinessInPath,
    verify_business: NamedDependency[VerifyBusiness],
    vendor_calls: NamedDependency[VendorCalls],
) -> Json:
    """Ask the accounting system, read-only, for everything that a send needs. `ok` says whether it is all there."""
    return (await vendor_calls.run(partial(verify_business.verify, business))).model_dump(mode="json")


HANDLERS = [put_business, get_business, list_businesses, verify_connection]


def _named(document: object, business: str) -> object:
    """The path names the business; a name in the body may only repeat it."""
    if not isinstance(document, dict):
        return document
    if document.get("name", business) != business:
        raise InvalidInput("The name in the body is not the name in the path.", code="name_differs")
    return {**document, "name": business}


def _is_known(look_up: LookUp, business: str) -> bool:
    try:
        look_up.business(business)
    except NotFound:
        return False
    return True
