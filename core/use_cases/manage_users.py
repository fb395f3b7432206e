"""Users of the console: add, change and disable them, and make links that sign them in."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from pydantic import ValidationError, validate_email

from core.api_key import digest_of
from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, InvalidInput, NotFound
from core.password import accepted_password
from core.ports.clock import Clock
from core.ports.passwords import PasswordHasher
from core.ports.storage import Storage, UnitOfWork
from core.rights import Role
from core.session import LINK_HOLDS, SignInLink
from core.stored import require_business
from core.user import Grant, User


@dataclass(frozen=True)
class MadeLink:
    """A link that signs a user in: once, and until then. Its text is not shown by accident."""

    user: User
    expires_at: datetime
    text: str = field(repr=False)


class ManageUsers:
    """What an administrator does with users. `new_text` makes the texts of links, by chance and no two alike.

    `own`, where it is asked for, is the name of the user who asks: nobody locks himself out.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        auditor: Auditor,
        hasher: PasswordHasher,
        new_text: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._hasher = hasher
        self._new_text = new_text

    def add(self, name: str, *, email: str | None = None, grants: Iterable[Grant] = ()) -> User:
        """Add a user, and return it.

        Errors: InvalidInput, code `bad_user_name` or `bad_email`; NotFound for an unknown business; Conflict, code
        `user_exists` or `email_taken`.
        """
        with self._auditor.refusals(Action.USER_ADDED, subject=name), self._storage.transaction() as work:
            return self._add(work, name, email=email, grants=grants)

    def list(self, *, limit: int, after: str | None = None) -> Sequence[User]:
        """Return users by name, disabled ones too, those after the given one."""
        with self._storage.transaction() as work:
            return work.users.list(limit=limit, after=after)

    def get(self, name: str) -> User:
        """Return a user, disabled or not. Errors: NotFound."""
        with self._storage.transaction() as work:
            return require_user(work, name)

    def disable(self, name: str, *, own: str | None = None) -> User:
        """Let the user in no more, and end every session; disabling again changes nothing.

        Errors: NotFound; Conflict, code `own_user`.
        """
        with self._auditor.refusals(Action.USER_DISABLED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            _require_other(name, own)
            if user.disabled_at is None:
                now = self._clock.now()
                user = user.model_copy(update={"disabled_at": now})
                work.users.put(user)
                work.sign_ins.end(name, now=now)
                self._auditor.done(work, Action.USER_DISABLED, subject=name)
            return user

    def enable(self, name: str) -> User:
        """Let the user in again. Errors: NotFound."""
        with self._auditor.refusals(Action.USER_ENABLED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            if user.disabled_at is not None:
                user = user.model_copy(update={"disabled_at": None})
                work.users.put(user)
                self._auditor.done(work, Action.USER_ENABLED, subject=name)
            return user

    def set_grants(self, name: str, grants: Iterable[Grant], *, own: str | None = None) -> User:
        """Give the user these grants in place of those before; sessions go by them at once.

        Errors: NotFound, of the user or a business; Conflict, code `own_user`, when it would take the administrator's
        rights away from whoever asks.
        """
        with self._auditor.refusals(Action.USER_CHANGED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            changed = user.model_copy(update={"grants": _known(work, grants)})
            if user.role_for(None) is Role.SEND and changed.role_for(None) is not Role.SEND:
                _require_other(name, own)
            return self._put(work, user, changed)

    def grant(self, name: str, grants: Iterable[Grant]) -> User:
        """Give the user these grants beside those that are there; one for the same business takes its place.

        Errors: NotFound, of the user or a business.
        """
        with self._auditor.refusals(Action.USER_CHANGED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            return self._put(work, user, user.model_copy(update={"grants": _sorted(user.grants, _known(work, grants))}))

    def revoke(self, name: str, businesses: Collection[str | None]) -> User:
        """Take the user's grants for these businesses away (None: for every one). Errors: NotFound, of the user."""
        with self._auditor.refusals(Action.USER_CHANGED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            left = tuple(one for one in user.grants if one.business not in businesses)
            return self._put(work, user, user.model_copy(update={"grants": left}))

    def set_email(self, name: str, email: str | None) -> User:
        """Set the e-mail address by which an OpenID Connect provider knows the user; None for none.

        Errors: NotFound; InvalidInput, code `bad_email`; Conflict, code `email_taken`.
        """
        with self._auditor.refusals(Action.USER_CHANGED, subject=name), self._storage.transaction() as work:
            user = require_user(work, name, for_update=True)
            return self._put(work, user, user.model_copy(update={"email": _email(email)}))

    def set_password(self, name: str, password: str, *, but: str | None = None) -> User:
        """Set the user's password, and end every session (`but` the one of this id).

        Errors: NotFound; InvalidInput, code `bad_password`.
        """
        with self._auditor.refusals(Action.USER_CHANGED, subject=name):
            kept = self._hasher.hash(accepted_password(password, user=name))
            with self._storage.transaction() as work:
                return self._put_password(work, name, kept, but=but)

    def remove_password(self, name: str) -> User:
        """Let the user sign in by other ways alone. Errors: NotFound."""
        with self._auditor.refusals(Action.USER_CHANGED, subject=name), self._storage.transaction() as work:
            return self._put_password(work, name, None)

    def link(self, name: str) -> MadeLink:
        """Make a link that signs the user in: once, and for `LINK_HOLDS`.

        This is the only time that its text is seen. Errors: NotFound; Conflict, code `user_disabled`.
        """
        with self._auditor.refusals(Action.USER_LINK_MADE, subject=name), self._storage.transaction() as work:
            return self._link(work, require_user(work, name, for_update=True))

    def link_for_operator(self, name: str) -> MadeLink:
        """Make a link for whoever runs the installation; the first of all users is added as an administrator.

        Errors: NotFound when there are users, but none of this name; those of `link`.
        """
        with self._auditor.refusals(Action.USER_LINK_MADE, subject=name), self._storage.transaction() as work:
            if work.users.is_empty():
                self._add(work, name, email=None, grants=[Grant(role=Role.SEND)])
            return self._link(work, require_user(work, name, for_update=True))

    def _add(self, work: UnitOfWork, name: str, *, email: str | None, grants: Iterable[Grant]) -> User:
        try:
            user = User(name=name, email=_email(email), grants=_known(work, grants), created_at=self._clock.now())
        except ValidationError:
            raise InvalidInput(
                "A user's name is 1 to 50 printable characters, with no space at either end.",
                code="bad_user_name",
                hint="Choose the name by which the person is known in the audit trail.",
            ) from None
        work.users.add(user)
        self._auditor.done(work, Action.USER_ADDED, subject=name)
        return user

    def _put(self, work: UnitOfWork, user: User, changed: User) -> User:
        if changed != user:
            work.users.put(changed)
            self._auditor.done(work, Action.USER_CHANGED, subject=user.name)
        return changed

    def _put_password(self, work: UnitOfWork, name: str, kept: str | None, *, but: str | None = None) -> User:
        user = require_user(work, name, for_update=True)
        if kept is None and not user.has_password:
            return user
        work.users.put_password(name, kept)
        work.sign_ins.end(name, now=self._clock.now(), but=but)
        self._auditor.done(work, Action.USER_CHANGED, subject=name)
        return user.model_copy(update={"has_password": kept is not None})

    def _link(self, work: UnitOfWork, user: User) -> MadeLink:
        if user.disabled_at is not None:
            raise Conflict(
                f'The user "{user.name}" is disabled.',
                code="user_disabled",
                hint="Enable it first (kvitt user enable).",
            )
        text, now = self._new_text(), self._clock.now()
        work.sign_ins.add_link(SignInLink(user=user.name, made_at=now), digest=digest_of(text))
        self._auditor.done(work, Action.USER_LINK_MADE, subject=user.name)
        return MadeLink(user, now + LINK_HOLDS, text)


def require_user(work: UnitOfWork, name: str, *, for_update: bool = False) -> User:
    """Return the user, or raise NotFound. `for_update`: nobody else changes it until the transaction ends."""
    if name.isprintable() and (user := work.users.get(name, for_update=for_update)):
        return user
    raise NotFound(
        f'There is no user "{name}".', code="unknown_user", hint="Run user list for the names, or add it with user add."
    )


def _require_other(name: str, own: str | None) -> None:
    if name == own:
        raise Conflict("This would lock you out yourself.", code="own_user", hint="Have another administrator do it.")


def _known(work: UnitOfWork, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Return the grants, sorted; each is for a business that there is, and that nobody erases meanwhile."""
    known = _sorted(grants)
    for grant in known:
        if grant.business is not None:
            require_business(work, grant.business, for_update=True)
    return known


def _sorted(*grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Return the grants in one order, one a business: of several the last."""
    by_business = {grant.business: grant for grant in chain(*grants)}
    return tuple(by_business[business] for business in sorted(by_business, key=lambda name: name or ""))


def _email(email: str | None) -> str | None:
    if email is None:
        return None
    try:
        return validate_email(email.strip())[1].lower()
    except ValueError:
        raise InvalidInput(
            "This is no e-mail address.", code="bad_email", hint="Write it like anna@example.com."
        ) from None
