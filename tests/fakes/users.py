"""Users, sessions and links in memory, within the transactions of tests.fakes.storage; and a hash of passwords."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.errors import Conflict
from core.passkey import Challenge, Credential, Passkey, Site, wrong_passkey
from core.ports.passkeys import Claim
from core.session import Session, SignInLink
from core.sign_in_limit import Attempts
from core.user import User

if TYPE_CHECKING:
    from tests.fakes.storage import FakeUnitOfWork


class FakePasswordHasher:
    """The PasswordHasher port, quick and readable. `strength` is how strong it has become; `verified` counts."""

    def __init__(self) -> None:
        self.strength = 1
        self.verified = 0

    def hash(self, password: str) -> str:
        return f"{self.strength}:{password[::-1]}"

    def verify(self, kept: str | None, password: str) -> bool:
        self.verified += 1
        return kept is not None and kept.partition(":")[2] == password[::-1]

    def is_outdated(self, kept: str) -> bool:
        return kept.partition(":")[0] != str(self.strength)


class FakeUsers:
    """The UserStore port."""

    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _all(self) -> dict[str, User]:
        return self._work.tables.users

    def add(self, user: User) -> None:
        self._require_free(user)
        if user.name in self._all:
            raise Conflict(f'There is a user "{user.name}" already.', code="user_exists")
        self._all[user.name] = user

    def put(self, user: User) -> None:
        self._require_free(user)
        kept = {"has_password": self._all[user.name].has_password, "created_at": self._all[user.name].created_at}
        self._all[user.name] = user.model_copy(update=kept)

    def get(self, name: str, *, for_update: bool = False) -> User | None:
        return self._all.get(name)

    def of_email(self, email: str) -> User | None:
        return next((user for user in self._all.values() if user.email == email), None)

    def list(self, *, limit: int, after: str | None = None) -> Sequence[User]:
        return [user for name, user in sorted(self._all.items()) if after is None or name > after][:limit]

    def is_empty(self) -> bool:
        return not self._all

    def password(self, name: str) -> str | None:
        return self._work.tables.passwords.get(name)

    def put_password(self, name: str, kept: str | None) -> None:
        self._work.tables.passwords[name] = kept
        self._all[name] = self._all[name].model_copy(update={"has_password": kept is not None})

    def forget_business(self, business: str) -> None:
        for name, user in self._all.items():
            left = tuple(grant for grant in user.grants if grant.business != business)
            self._all[name] = user.model_copy(update={"grants": left})

    def _require_free(self, user: User) -> None:
        if user.email and any(one.email == user.email and one.name != user.name for one in self._all.values()):
            raise Conflict("Another user has this e-mail address.", code="email_taken")


class FakeSignIns:
    """The SignInStore port."""

    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _sessions(self) -> dict[str, Session]:
        return self._work.tables.console_sessions

    def add_session(self, session: Session, *, digest: str) -> None:
        self._sessions[digest] = session

    def session(self, digest: str) -> Session | None:
        return self._sessions.get(digest)

    def sessions(self, user: str) -> Sequence[Session]:
        live = [one for one in self._sessions.values() if one.user == user and one.ended_at is None]
        return sorted(live, key=lambda one: (one.created_at, one.id), reverse=True)

    def note_seen(self, session_id: str, *, now: datetime) -> None:
        for digest, one in self._sessions.items():
            if one.id == session_id:
                seen = max(now, one.last_seen_at)
                self._sessions[digest] = one.model_copy(update={"last_seen_at": seen})

    def end(self, user: str, *, now: datetime, only: str | None = None, but: str | None = None) -> bool:
        ended = {
            digest: one.model_copy(update={"ended_at": now})
            for digest, one in self._sessions.items()
            if one.user == user and one.ended_at is None and only in (None, one.id) and one.id != but
        }
        self._sessions.update(ended)
        return bool(ended)

    def end_everything(self, *, now: datetime) -> None:
        for name in {one.user for one in self._sessions.values()}:
            self.end(name, now=now)
        self._work.tables.sign_in_links.clear()

    def has_come_from(self, user: str, address: str) -> bool:
        return any(one.user == user and one.address == address for one in self._sessions.values())

    def add_link(self, link: SignInLink, *, digest: str) -> None:
        self._work.tables.sign_in_links[digest] = link

    def use_link(self, digest: str, *, now: datetime) -> SignInLink | None:
        link = self._work.tables.sign_in_links.get(digest)
        if link and link.used_at is None:
            self._work.tables.sign_in_links[digest] = link.model_copy(update={"used_at": now})
        return link

    def count_attempt(self, key: str, *, now: datetime, window: timedelta) -> Attempts:
        kept = self._work.tables.sign_in_attempts.get(key)
        is_new = kept is None or kept.since <= now - window
        counted = Attempts(now, 1) if kept is None or is_new else Attempts(kept.since, kept.count + 1)
        self._work.tables.sign_in_attempts[key] = counted
        return counted

    def uncount_attempt(self, key: str) -> None:
        kept = self._work.tables.sign_in_attempts.get(key)
        if kept and kept.count:
            self._work.tables.sign_in_attempts[key] = Attempts(kept.since, kept.count - 1)

    def forget(self, *, before: datetime, limit: int) -> bool:
        tables = self._work.tables
        old_sessions = [key for key, one in tables.console_sessions.items() if one.last_seen_at < before][:limit]
        old_links = [key for key, one in tables.sign_in_links.items() if one.made_at < before][:limit]
        old_attempts = [key for key, one in tables.sign_in_attempts.items() if one.since < before][:limit]
        for key in old_sessions:
            del tables.console_sessions[key]
        for key in old_links:
            del tables.sign_in_links[key]
        for key in old_attempts:
            del tables.sign_in_attempts[key]
        return limit in (len(old_sessions), len(old_links), len(old_attempts))


class FakePasskeys:
    """The PasskeyStore port."""

    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _all(self) -> dict[str, Passkey]:
        return self._work.tables.passkeys

    def add(self, passkey: Passkey) -> None:
        if self.of_credential(passkey.credential):
            raise Conflict("This passkey was added before.", code="passkey_known")
        self._all[passkey.id] = passkey

    def of_credential(self, credential: str) -> Passkey | None:
        return next((one for one in self._all.values() if one.credential == credential), None)

    def of_user(self, user: str) -> Sequence[Passkey]:
        return sorted((one for one in self._all.values() if one.user == user), key=lambda one: (one.created_at, one.id))

    def note_use(self, passkey_id: str, *, sign_count: int, now: datetime) -> None:
        used = {"sign_count": sign_count, "last_used_at": now}
        self._all[passkey_id] = self._all[passkey_id].model_copy(update=used)

    def remove(self, user: str, passkey_id: str) -> bool:
        is_theirs = passkey_id in self._all and self._all[passkey_id].user == user
        if is_theirs:
            del self._all[passkey_id]
        return is_theirs

    def add_challenge(self, challenge: Challenge, *, digest: str) -> None:
        self._work.tables.passkey_challenges[digest] = challenge

    def take_challenge(self, digest: str) -> Challenge | None:
        return self._work.tables.passkey_challenges.pop(digest, None)

    def forget_challenges(self, *, before: datetime) -> None:
        kept = self._work.tables.passkey_challenges
        for digest in [digest for digest, one in kept.items() if one.made_at <= before]:
            del kept[digest]


class FakeCeremony:
    """The PasskeyCeremony port. Answers are what `answer_of` writes; nothing is signed."""

    def ask_new(self, user: User, site: Site, *, challenge: str, known: Sequence[Passkey]) -> str:
        return json.dumps({"challenge": challenge, "known": [one.credential for one in known]})

    def ask(self, site: Site, *, challenge: str) -> str:
        return json.dumps({"challenge": challenge})

    def claim_of(self, answer: str) -> Claim:
        try:
            said = json.loads(answer)
            return Claim(said["credential"], said["challenge"])
        except (ValueError, KeyError):
            raise wrong_passkey() from None

    def made(self, answer: str, site: Site, *, challenge: str) -> Credential:
        said = self._said(answer, site, challenge)
        return Credential(credential=said["credential"], public_key="key", sign_count=said["count"])

    def verified(self, answer: str, passkey: Passkey, site: Site, *, challenge: str) -> int:
        said = self._said(answer, site, challenge)
        if said["credential"] != passkey.credential:
            raise wrong_passkey()
        return int(said["count"])

    def _said(self, answer: str, site: Site, challenge: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(answer)
        if (said["origin"], said["challenge"]) != (site.origin, challenge):
            raise wrong_passkey()
        return said


def answer_of(asked: str, *, credential: str = "phone", count: int = 0, origin: str = "https://kvitt.example") -> str:
    """Answer what FakeCeremony asked."""
    challenge = json.loads(asked)["challenge"]
    return json.dumps({"challenge": challenge, "credential": credential, "count": count, "origin": origin})
