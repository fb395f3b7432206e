"""For what somebody may do what, as forms ask for it: everything is chosen in so many words, never by leaving out."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.errors import Fault, InvalidInput
from core.rights import Role
from core.use_cases.look_up import LookUp
from core.user import Grant
from entrypoints.console.forms import Form
from entrypoints.console.texts import gettext as _

EVERYTHING = "everything"
ONE_BUSINESS = "business"

_MOST_OFFERED = 200


def wanted_grant(form: Form) -> Grant:
    """Read for what the role is to be, of the fields `for`, `business` and `role`. Errors: InvalidInput."""
    business = form.text("business")
    if form.text("for") == EVERYTHING and not business:
        return Grant(role=_role(form))
    if form.text("for") != ONE_BUSINESS or not business:
        raise _not_usable("business", "Name one business, or choose everything and name none")
    try:
        return Grant(business=business, role=_role(form))
    except ValidationError:
        raise _not_usable("business", "There is no such business") from None


def choices(look_up: LookUp) -> Mapping[str, Any]:
    """Return what the fields `for`, `business` and `role` offer, as pages know it; of businesses, the first."""
    return {
        "scopes": [
            (ONE_BUSINESS, _("One business")),
            (EVERYTHING, _("Everything: all businesses and the installation")),
        ],
        "businesses": look_up.business_names(limit=_MOST_OFFERED),
        "roles": [(Role.SEND.value, _("Read and send")), (Role.READ.value, _("Only read"))],
    }


def _role(form: Form) -> Role:
    try:
        return Role(form.text("role"))
    except ValueError:
        raise _not_usable("role", f"Not one of {', '.join(Role)}") from None


def _not_usable(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"The form can't be used. {field}: {message}.", faults=[Fault(field, message)])
