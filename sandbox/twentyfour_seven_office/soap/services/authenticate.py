"""Authenticate: sessions and identities."""

from typing import Any

from sandbox.twentyfour_seven_office.refusals import PARAMETER_NOT_FOUND, CallRefusedError
from sandbox.twentyfour_seven_office.soap.services.service import Service, Visit
from sandbox.twentyfour_seven_office.soap.shapes import Values
from sandbox.twentyfour_seven_office.users import Account, User

BLOCKED = "Provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of available identities"


def login(visit: Visit) -> str:
    """Begin a session; an empty id, and no fault, when the credentials are wrong (docs/24sevenoffice.md, "Sessions").

    Without an IdentityId it stands in the user's default company, which may be the wrong one.
    """
    credential = visit.asked.get("credential", {})
    user = _user(visit, credential)
    if user is None:
        return ""
    identity_id = credential.get("IdentityId")
    account = user.account(identity_id) if identity_id else user.default_account
    if account is None:
        raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: IdentityId {identity_id} is not an identity of the user")
    if not user.may_use(account):
        raise CallRefusedError(BLOCKED)
    visit.session = visit.system.sessions.begin(user, account, cookie=visit.cookie)
    visit.sets_cookie = True
    return visit.session.id


def has_session(visit: Visit) -> bool:
    """Whether the cookie names a live session."""
    return visit.session is not None


def get_identity(visit: Visit) -> Values:
    """The identity that the session stands in."""
    session = visit.live_session
    return _identity(session.user, session.account, current=session.account)


def get_identities_with_credential(visit: Visit) -> Any:
    """All identities of a user, the blocked ones too; nothing when the credentials are wrong."""
    user = _user(visit, visit.asked.get("credential", {}))
    if user is None:
        return None
    current = visit.session.account if visit.session and visit.session.user is user else None
    return _identities(user, current=current)


def get_identities(visit: Visit) -> list[Values]:
    """All identities of the session's user, the blocked ones too."""
    session = visit.live_session
    return _identities(session.user, current=session.account)


def set_identity_by_id(visit: Visit) -> bool:
    """Move the session into another company of its user's; whoever else uses its id is moved along.

    False, and the session stays where it is, when the user has no such identity (assumed). Errors: CallRefusedError
    for one that may not be used.
    """
    session = visit.live_session
    account = session.user.account(visit.asked.get("identityId", ""))  # the zero guid is read as none
    if account is None:
        return False
    if not session.user.may_use(account):
        raise CallRefusedError(BLOCKED)
    session.account = account
    return True


def _user(visit: Visit, credential: Values) -> User | None:
    return visit.system.users.authenticated(
        credential.get("Username", ""), credential.get("Password", ""), credential.get("ApplicationId", "")
    )


def _identities(user: User, *, current: Account | None) -> list[Values]:
    return [_identity(user, account, current=current) for account in user.accounts + user.blocked]


def _identity(user: User, account: Account, *, current: Account | None) -> Values:
    return {
        "Id": account.identity_id,
        "User": {"Name": user.username},
        "Client": {"Id": account.number, "Name": account.name},
        "IsCurrent": account is current,
        "IsDefault": account is user.default_account,
        "IsProtected": False,
        "Servers": [{"Id": 1, "Type": 1}],
        "IsDisabled": not user.may_use(account),
    }


SERVICE = Service(
    contract_name="authenticate",
    operations={
        "Login": login,
        "HasSession": has_session,
        "GetIdentity": get_identity,
        "GetIdentities": get_identities,
        "SetIdentityById": set_identity_by_id,
        "GetIdentitiesWithCredential": get_identities_with_credential,
    },
    admits=lambda _account, _operation: True,
    without_session=frozenset({"Login", "HasSession", "GetIdentitiesWithCredential"}),
)
