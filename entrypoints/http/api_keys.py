"""API keys over HTTP, for administrators: make, look at, list and revoke them."""

from http import HTTPStatus
from typing import Annotated, Self

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from pydantic import model_validator

from core.fields import PRINTABLE, BusinessName, KeyName
from core.rights import Need, Role
from core.use_cases.api_keys import ManageApiKeys
from entrypoints.documents import ApiKeyDocument, ApiKeyPage, NewApiKey
from entrypoints.http.access import key_of
from entrypoints.http.bodies import Body, JsonOf, Yes
from entrypoints.http.idempotency import KEEPS_NO_ANSWER
from entrypoints.http.openapi import described
from entrypoints.http.paths import USUAL_PAGE, After, Limit, page
from entrypoints.http.problems import AnyRequest

_TAGS = ["api-keys"]


class KeyRequest(Body):
    """A key to make: for one business, or an administrator's, which is for all of them and the installation itself."""

    what = "an API key to make"
    code = "not_an_api_key"

    name: KeyName
    business: BusinessName | None = None
    administrator: Yes | None = None
    role: Role = Role.SEND

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if (self.business is None) == (self.administrator is None):
            raise ValueError('Give "business", the one that the key is for, or "administrator": true')
        return self


PrefixInPath = Annotated[
    str,
    PathParameter(
        description="The key's prefix: the part of it between kvitt_ and the next _.",
        schema_extra={"pattern": PRINTABLE, "minLength": 1, "examples": ["affe37982f61"]},
    ),
]
"""The path parameter `prefix`."""


@post(
    "/api-keys",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(statuses=[HTTPStatus.CREATED], problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.ADMINISTER,
    opt={KEEPS_NO_ANSWER: True},
)
def create_api_key(data: JSONBody[KeyRequest], manage_api_keys: NamedDependency[ManageApiKeys]) -> JsonOf[NewApiKey]:
    """Make an API key. The answer shows its text, `key`, this once.

    An `Idempotency-Key` is refused here, because its answer would be kept, and the key's text is kept nowhere: one that
    was lost is revoked, and another made.
    """
    key, text = manage_api_keys.create(data.name, business=data.business, role=data.role)
    return JsonOf(NewApiKey(**dict(ApiKeyDocument.of(key)), key=text), status_code=HTTPStatus.CREATED)


@get("/api-keys", sync_to_thread=True, tags=_TAGS, operation_class=described(), needs=Need.OVERSEE)
def list_api_keys(
    manage_api_keys: NamedDependency[ManageApiKeys], limit: Limit = USUAL_PAGE, after: After = None
) -> JsonOf[ApiKeyPage]:
    """List all API keys by prefix, revoked ones too. Nothing of a key that opens anything is shown."""
    items, then = page(
        lambda most, start: manage_api_keys.list(limit=most, after=start),
        limit=limit,
        after=after,
        key=lambda key: key.prefix,
    )
    return JsonOf(ApiKeyPage(items=[ApiKeyDocument.of(key) for key in items], next=then))


@get(
    "/api-keys/{prefix:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.OVERSEE,
)
def get_api_key(prefix: PrefixInPath, manage_api_keys: NamedDependency[ManageApiKeys]) -> JsonOf[ApiKeyDocument]:
    """Show an API key, without what opens anything."""
    return JsonOf(ApiKeyDocument.of(manage_api_keys.get(prefix)))


@delete(
    "/api-keys/{prefix:str}",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT]),
    needs=Need.ADMINISTER,
)
def revoke_api_key(
    request: AnyRequest, prefix: PrefixInPath, manage_api_keys: NamedDependency[ManageApiKeys]
) -> JsonOf[ApiKeyDocument]:
    """Revoke an API key: within seconds it opens nothing any more. It stays listed, with `revoked_at`.

    The key with which this is asked is not revoked (`own_api_key`), so that an administrator's key is always left.
    """
    own = key_of(request.scope).prefix
    return JsonOf(ApiKeyDocument.of(manage_api_keys.revoke(prefix, own=own)))


HANDLERS = [create_api_key, list_api_keys, get_api_key, revoke_api_key]
