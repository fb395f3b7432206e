"""Businesses over HTTP: connect, show, list, verify."""

from functools import partial
from http import HTTPStatus

from litestar import get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from core.business import Business
from core.ports.accounting import AccountingSystems
from core.rights import Need
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.look_up import LookUp
from core.use_cases.verify_business import VerifyBusiness
from entrypoints.documents import BusinessDocument, BusinessPage, StoredBusinessDocument
from entrypoints.http.access import key_of
from entrypoints.http.bodies import BusinessBody, JsonOf
from entrypoints.http.business_patch import BusinessPatch
from entrypoints.http.openapi import VENDOR_PROBLEMS, described
from entrypoints.http.paths import USUAL_PAGE, After, BusinessInPath, Limit, page
from entrypoints.http.problems import AnyRequest
from entrypoints.http.threads import VendorCalls
from entrypoints.parsing import business_from
from entrypoints.preview_documents import Verification

# A port can't be checked with isinstance, which the framework would do.
Systems = NamedDependency[SkipValidation[AccountingSystems]]

_TAGS = ["businesses"]


@put(
    "/businesses/{business:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(statuses=[HTTPStatus.OK, HTTPStatus.CREATED]),
    needs=Need.ADMINISTER,
)
def store_business(
    business: BusinessInPath,
    data: JSONBody[BusinessBody],
    connect_business: NamedDependency[ConnectBusiness],
    systems: Systems,
) -> JsonOf[StoredBusinessDocument]:
    """Connect a business, new (201) or changed (200). The accounting system is not called.

    The body states it whole: a setting that is left out is as by default, and `changes` names every one that is another
    than before. Only secrets left out of an existing business's connection are kept; they are never read back.
    """
    stored = connect_business.store(Business(**{**dict(data), "name": business}))
    status = HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK
    return JsonOf(StoredBusinessDocument.of_stored(stored, systems), status_code=status)


@patch(
    "/businesses/{business:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.ADMINISTER,
)
def change_business(
    business: BusinessInPath,
    data: JSONBody[BusinessPatch],
    connect_business: NamedDependency[ConnectBusiness],
    systems: Systems,
) -> JsonOf[StoredBusinessDocument]:
    """Change just what is named of a business (RFC 7396); null puts a setting back to its default.

    To change only the password, send `{"accounting": {"password": "..."}}`. `changes` names every setting that is
    another than before. With another `accounting.system` the connection is stated whole. The accounting system is not
    called. It may be declared as `application/merge-patch+json` too.
    """
    stored = connect_business.change(business, data.document, read=business_from)
    return JsonOf(StoredBusinessDocument.of_stored(stored, systems))


@get(
    "/businesses/{business:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_business(
    business: BusinessInPath, look_up: NamedDependency[LookUp], systems: Systems
) -> JsonOf[BusinessDocument]:
    """Show a business, without its secrets."""
    return JsonOf(BusinessDocument.of_business(look_up.business(business), systems))


@get(
    "/businesses",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(),
    needs=Need.READ,
)
def list_businesses(
    request: AnyRequest,
    look_up: NamedDependency[LookUp],
    systems: Systems,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[BusinessPage]:
    """List the businesses that the API key is for, by name. Secrets are left out."""
    only = key_of(request.scope).business
    items, then = page(
        lambda most, start: look_up.businesses(limit=most, after=start, only=only),
        limit=limit,
        after=after,
        key=lambda business: business.name,
    )
    return JsonOf(
        BusinessPage(items=[BusinessDocument.of_business(business, systems) for business in items], next=then)
    )


@post(
    "/businesses/{business:str}/verify",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND, *VENDOR_PROBLEMS], repeatable=True),
    needs=Need.SEND,
)
async def verify_business(
    business: BusinessInPath,
    verify_business: NamedDependency[VerifyBusiness],
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[Verification]:
    """Check the connection. All that a send needs is read from the accounting system; `ok` says whether it is there."""
    found = await vendor_calls.run(partial(verify_business.verify, business))
    return JsonOf(Verification.of(found))


HANDLERS = [store_business, change_business, get_business, list_businesses, verify_business]
