"""Users of the console, who is signed in there and by which passkeys, and who tries to.

Of texts no more than a digest is kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    case,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from typing_extensions import override

from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import insert_into
from adapters.storage.schema import (
    EVERY_BUSINESS,
    console_sessions,
    passkey_challenges,
    passkeys,
    sign_in_attempts,
    sign_in_links,
    user_grants,
    users,
)
from core.errors import Conflict
from core.passkey import Challenge, Passkey
from core.ports.user_stores import KeptSession, PasskeyStore, SessionRing, SignInStore, UserStore
from core.rights import Role
from core.session import Session, SignInLink
from core.sign_in_limit import Attempts
from core.user import Grant, User

_SHOWN = select(
    users.c.name,
    users.c.email,
    users.c.created_at,
    users.c.disabled_at,
    users.c.secret_hash.is_not(None).label("has_password"),
)


class SqlUserStore(UserStore):
    """The users."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, user: User) -> None:
        new = insert_into(self._database.dialect.name, users).values(_row(user) | {"created_at": user.created_at})
        if self._database.scalar(new.on_conflict_do_nothing().returning(users.c.name)) is None:
            if self.get(user.name) is None:
                raise _email_taken()
            raise Conflict(
                f'There is a user "{user.name}" already.', code="user_exists", hint="Choose another name for this one."
            )
        self._put_grants(user)

    @override
    def put(self, user: User) -> None:
        try:
            with self._database.begin_nested():
                self._database.execute(update(users).where(users.c.name == user.name).values(_row(user)))
        except IntegrityError:
            raise _email_taken() from None
        self._database.execute(delete(user_grants).where(user_grants.c.user_name == user.name))
        self._put_grants(user)

    @override
    def get(self, name: str, *, for_update: bool = False) -> User | None:
        return self._only(users.c.name == name, for_update=for_update)

    @override
    def of_email(self, email: str) -> User | None:
        return self._only(users.c.email == email)

    @override
    def list(self, *, limit: int, after: str | None = None) -> Sequence[User]:
        query = _SHOWN.order_by(users.c.name).limit(limit)
        if after is not None:
            query = query.where(users.c.name > after)
        return _with_grants(self._database, self._database.execute(query).mappings().all())

    @override
    def is_empty(self) -> bool:
        return self._database.scalar(select(users.c.name).limit(1)) is None

    @override
    def password(self, name: str) -> str | None:
        return self._database.scalar(select(users.c.secret_hash).where(users.c.name == name))

    @override
    def put_password(self, name: str, kept: str | None) -> None:
        self._database.execute(update(users).where(users.c.name == name).values(secret_hash=kept))

    @override
    def forget_business(self, business: str) -> None:
        self._database.execute(delete(user_grants).where(user_grants.c.business == business))

    def _only(self, condition: ColumnElement[bool], *, for_update: bool = False) -> User | None:
        query = _SHOWN.where(condition)
        if for_update:
            query = query.with_for_update()
        return next(iter(_with_grants(self._database, self._database.execute(query).mappings().all())), None)

    def _put_grants(self, user: User) -> None:
        rows = [
            {"user_name": user.name, "business": grant.business or EVERY_BUSINESS, "role": grant.role}
            for grant in user.grants
        ]
        if rows:
            self._database.execute(insert(user_grants), rows)


def _email_taken() -> Conflict:
    return Conflict(
        "Another user has this e-mail address.", code="email_taken", hint="Run user list to see whose it is."
    )


def _row(user: User) -> dict[str, Any]:
    return {"name": user.name, "email": user.email, "disabled_at": user.disabled_at}


def _with_grants(database: Connection, rows: Sequence[RowMapping]) -> Sequence[User]:
    """Return the users of these rows, with their grants."""
    grants: dict[str, list[Grant]] = {row["name"]: [] for row in rows}
    query = select(user_grants).where(user_grants.c.user_name.in_(list(grants))).order_by(user_grants.c.business)
    for row in database.execute(query) if rows else ():
        grants[row.user_name].append(_grant(row.business, row.role))
    return [User.model_validate({**row, "grants": tuple(grants[row["name"]])}) for row in rows]


def _grant(business: str, role: str) -> Grant:
    return Grant(business=business or None, role=Role(role))


_SESSION = select(
    console_sessions.c.id,
    console_sessions.c.user_name.label("user"),
    console_sessions.c.csrf,
    console_sessions.c.begun_by.label("by"),
    console_sessions.c.address,
    console_sessions.c.created_at,
    console_sessions.c.last_seen_at,
    console_sessions.c.ended_at,
)
# A session with its user, once for each grant: asked for with every page, so it is one question.
_KEPT = (
    _SESSION.add_columns(
        *(column.label(f"user_{name}") for name, column in _SHOWN.selected_columns.items()),
        user_grants.c.business,
        user_grants.c.role,
    )
    .join(users, users.c.name == console_sessions.c.user_name)
    .outerjoin(user_grants, user_grants.c.user_name == users.c.name)
    .where(console_sessions.c.digest == bindparam("digest"))
    .order_by(user_grants.c.business)
)
_FORGOTTEN = (
    (console_sessions.c.id, console_sessions.c.last_seen_at),
    (sign_in_links.c.digest, sign_in_links.c.made_at),
    (sign_in_attempts.c.key, sign_in_attempts.c.begun_at),
)


class SqlSignInStore(SignInStore):
    """Sessions, sign-in links, and attempts at passwords."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add_session(self, session: Session, *, digest: str) -> None:
        row = session.model_dump(exclude={"user", "by"})
        self._database.execute(
            insert(console_sessions).values(row | {"user_name": session.user, "begun_by": session.by, "digest": digest})
        )

    @override
    def session(self, digest: str) -> Session | None:
        return _session(self._database, digest)

    @override
    def sessions(self, user: str) -> Sequence[Session]:
        query = _SESSION.where(console_sessions.c.user_name == user, console_sessions.c.ended_at.is_(None))
        newest_first = query.order_by(console_sessions.c.created_at.desc(), console_sessions.c.id.desc())
        return [Session.model_validate(dict(row)) for row in self._database.execute(newest_first).mappings()]

    @override
    def note_seen(self, session_id: str, *, now: datetime) -> None:
        is_later = console_sessions.c.last_seen_at < now
        self._database.execute(
            update(console_sessions).where(console_sessions.c.id == session_id, is_later).values(last_seen_at=now)
        )

    @override
    def end(self, user: str, *, now: datetime, only: str | None = None, but: str | None = None) -> bool:
        these = [console_sessions.c.user_name == user, console_sessions.c.ended_at.is_(None)]
        if only is not None:
            these.append(console_sessions.c.id == only)
        if but is not None:
            these.append(console_sessions.c.id != but)
        return self._database.execute(update(console_sessions).where(*these).values(ended_at=now)).rowcount > 0

    @override
    def end_everything(self, *, now: datetime) -> None:
        live = update(console_sessions).where(console_sessions.c.ended_at.is_(None))
        self._database.execute(live.values(ended_at=now))
        self._database.execute(delete(sign_in_links))

    @override
    def has_come_from(self, user: str, address: str) -> bool:
        query = select(console_sessions.c.id).where(
            console_sessions.c.user_name == user, console_sessions.c.address == address
        )
        return self._database.scalar(query.limit(1)) is not None

    @override
    def add_link(self, link: SignInLink, *, digest: str) -> None:
        row = link.model_dump(exclude={"user"}) | {"user_name": link.user, "digest": digest}
        self._database.execute(insert(sign_in_links).values(row))

    @override
    def use_link(self, digest: str, *, now: datetime) -> SignInLink | None:
        unused = update(sign_in_links).where(sign_in_links.c.digest == digest, sign_in_links.c.used_at.is_(None))
        is_first = self._database.execute(unused.values(used_at=now)).rowcount > 0
        row = self._database.execute(select(sign_in_links).where(sign_in_links.c.digest == digest)).first()
        if row is None:
            return None
        return SignInLink(user=row.user_name, made_at=row.made_at, used_at=None if is_first else row.used_at)

    @override
    def count_attempt(self, key: str, *, now: datetime, window: timedelta) -> Attempts:
        new = insert_into(self._database.dialect.name, sign_in_attempts).values(key=key, begun_at=now, count=1)
        has_passed = sign_in_attempts.c.begun_at <= literal(now - window, sign_in_attempts.c.begun_at.type)
        counted = new.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "begun_at": case((has_passed, new.excluded.begun_at), else_=sign_in_attempts.c.begun_at),
                "count": case((has_passed, 1), else_=sign_in_attempts.c["count"] + 1),
            },
        ).returning(sign_in_attempts.c.begun_at, sign_in_attempts.c["count"])
        since, count = self._database.execute(counted).one()
        return Attempts(since, count)

    @override
    def uncount_attempt(self, key: str) -> None:
        count = sign_in_attempts.c["count"]
        self._database.execute(
            update(sign_in_attempts).where(sign_in_attempts.c.key == key, count > 0).values(count=count - 1)
        )

    @override
    def forget(self, *, before: datetime, limit: int) -> bool:
        more = False
        for key, at in _FORGOTTEN:
            old = self._database.scalars(select(key).where(at < before).order_by(at).limit(limit)).all()
            self._database.execute(delete(key.table).where(key.in_(old)))
            more = more or len(old) == limit
        return more


_PASSKEY = select(
    passkeys.c.id,
    passkeys.c.user_name.label("user"),
    *(column for column in passkeys.c if column.name not in ("id", "user_name")),
)


class SqlPasskeyStore(PasskeyStore):
    """Passkeys and their challenges."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, passkey: Passkey) -> None:
        row = passkey.model_dump(exclude={"user"}) | {"user_name": passkey.user}
        new = insert_into(self._database.dialect.name, passkeys).values(row)
        added = self._database.scalar(
            new.on_conflict_do_nothing(index_elements=["credential"]).returning(passkeys.c.id)
        )
        if added is None:
            raise passkey_known()

    @override
    def of_credential(self, credential: str) -> Passkey | None:
        row = self._database.execute(_PASSKEY.where(passkeys.c.credential == credential)).mappings().first()
        return Passkey.model_validate(dict(row)) if row else None

    @override
    def of_user(self, user: str) -> Sequence[Passkey]:
        query = _PASSKEY.where(passkeys.c.user_name == user).order_by(passkeys.c.created_at, passkeys.c.id)
        return [Passkey.model_validate(dict(row)) for row in self._database.execute(query).mappings()]

    @override
    def note_use(self, passkey_id: str, *, sign_count: int, now: datetime) -> None:
        self._database.execute(
            update(passkeys).where(passkeys.c.id == passkey_id).values(sign_count=sign_count, last_used_at=now)
        )

    @override
    def remove(self, user: str, passkey_id: str) -> bool:
        this = delete(passkeys).where(passkeys.c.user_name == user, passkeys.c.id == passkey_id)
        return self._database.execute(this).rowcount > 0

    @override
    def add_challenge(self, challenge: Challenge, *, digest: str) -> None:
        self._database.execute(insert(passkey_challenges).values(challenge.model_dump() | {"digest": digest}))

    @override
    def take_challenge(self, digest: str) -> Challenge | None:
        taken = delete(passkey_challenges).where(passkey_challenges.c.digest == digest)
        row = (
            self._database.execute(taken.returning(passkey_challenges.c.session, passkey_challenges.c.made_at))
            .mappings()
            .first()
        )
        return Challenge.model_validate(dict(row)) if row else None

    @override
    def forget_challenges(self, *, before: datetime) -> None:
        self._database.execute(delete(passkey_challenges).where(passkey_challenges.c.made_at <= before))


def passkey_known() -> Conflict:
    """Say that a credential is some user's already."""
    return Conflict("This passkey was added before.", code="passkey_known", hint="It signs in already.")


class SqlSessionRing(SessionRing):
    """The sessions, read without waiting for any writer."""

    def __init__(self, storage: SqlDatabase) -> None:
        self._storage = storage

    @override
    def find_session(self, digest: str) -> KeptSession | None:
        with self._storage.read() as database:
            rows = database.execute(_KEPT, {"digest": digest}).mappings().all()
        if not rows:
            return None
        row = rows[0]
        session = {name: row[name] for name in Session.model_fields}
        user = {name: row[f"user_{name}"] for name in User.model_fields if name != "grants"}
        grants = tuple(_grant(row["business"], row["role"]) for row in rows if row["role"])
        return KeptSession(Session.model_validate(session), User.model_validate({**user, "grants": grants}))


def _session(database: Connection, digest: str) -> Session | None:
    row = database.execute(_SESSION.where(console_sessions.c.digest == digest)).mappings().first()
    return Session.model_validate(dict(row)) if row else None
