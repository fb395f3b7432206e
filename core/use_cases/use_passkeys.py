"""Passkeys: a user adds and removes them, and signs in with one."""

from collections.abc import Callable, Sequence

from pydantic import TypeAdapter, ValidationError

from core.api_key import digest_of
from core.audit import Action
from core.auditor import Auditor
from core.errors import InvalidInput, NotAuthenticated, NotFound, TooManyRequests
from core.fields import KeyName
from core.passkey import (
    CHALLENGE_HOLDS,
    Challenge,
    Passkey,
    Site,
    has_gone_back,
    is_challenge_over,
    passkey_copied,
    wrong_passkey,
)
from core.ports.clock import Clock
from core.ports.passkeys import PasskeyCeremony
from core.ports.storage import Storage, UnitOfWork
from core.session import Session, SignInWay, may_be_text, network_of
from core.sign_in_limit import MOST_CHALLENGES, WINDOW, challenge_key
from core.use_cases.sign_in import SignIn, StartedSession

_NAME = TypeAdapter[str](KeyName)


class UsePasskeys:
    """Adds, removes and takes passkeys. `new_text` makes challenges, `new_id` ids, by chance and no two alike."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        auditor: Auditor,
        ceremony: PasskeyCeremony,
        sign_in: SignIn,
        new_id: Callable[[], str],
        new_text: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._ceremony = ceremony
        self._sign_in = sign_in
        self._new_id = new_id
        self._new_text = new_text

    def list(self, user: str) -> Sequence[Passkey]:
        """Return a user's passkeys, the oldest first."""
        with self._storage.transaction() as work:
            return work.passkeys.of_user(user)

    def ask_new(self, session: Session, site: Site, *, name: str) -> str:
        """Begin to add a passkey of this name to the session's user; return what the browser is asked, as JSON.

        Errors: InvalidInput, code `bad_passkey_name`.
        """
        _require_name(name)
        with self._storage.transaction() as work:
            user = work.users.get(session.user)
            if user is None:
                raise wrong_passkey()
            challenge = self._challenge(work, session=session.id)
            return self._ceremony.ask_new(user, site, challenge=challenge, known=work.passkeys.of_user(user.name))

    def add(self, session: Session, site: Site, *, name: str, answer: str) -> Passkey:
        """Add the passkey that the browser has made in this session.

        Errors: InvalidInput, code `bad_passkey_name`; NotAuthenticated, code `wrong_passkey`, also when too much time
        has passed; Conflict, code `passkey_known`.
        """
        _require_name(name)
        with self._auditor.refusals(Action.PASSKEY_ADDED, subject=session.user):
            challenge = self._ceremony.claim_of(answer).challenge
            self._take(challenge, session=session.id)
            made = self._ceremony.made(answer, site, challenge=challenge)
            passkey = Passkey(
                **made.model_dump(), id=self._new_id(), user=session.user, name=name, created_at=self._clock.now()
            )
            with self._storage.transaction() as work:
                work.passkeys.add(passkey)
                self._auditor.done(work, Action.PASSKEY_ADDED, subject=session.user)
            return passkey

    def remove(self, user: str, passkey_id: str) -> None:
        """Remove one of a user's passkeys. Errors: NotFound, code `unknown_passkey`."""
        with self._storage.transaction() as work:
            if not work.passkeys.remove(user, passkey_id):
                raise NotFound("There is no such passkey.", code="unknown_passkey", hint="Load the page again.")
            self._auditor.done(work, Action.PASSKEY_REMOVED, subject=user)

    def ask(self, site: Site, *, address: str | None = None) -> str:
        """Begin to sign in; return what the browser is asked, as JSON. `address` is the caller's, where it is known.

        Errors: TooManyRequests when it was begun from there too often.
        """
        network = network_of(address)
        with self._storage.transaction() as work:
            now = self._clock.now()
            if network:
                asked = work.sign_ins.count_attempt(challenge_key(network), now=now, window=WINDOW)
                if asked.count > MOST_CHALLENGES:
                    raise TooManyRequests(
                        "Signing in with a passkey was begun too often.",
                        code="too_many_attempts",
                        not_before=asked.since + WINDOW,
                    )
            challenge = self._challenge(work)
        return self._ceremony.ask(site, challenge=challenge)

    def sign_in(self, answer: str, site: Site, *, address: str | None = None) -> StartedSession:
        """Sign in with what the browser has signed. `address` is the caller's IP address, where it is known.

        Errors: NotAuthenticated, code `wrong_passkey`, or `passkey_copied` when there are two of that passkey.
        """
        named = None
        try:
            claim = self._ceremony.claim_of(answer)
            self._take(claim.challenge)
            with self._storage.transaction() as work:
                passkey = work.passkeys.of_credential(claim.credential)
            if passkey is None:
                raise wrong_passkey()
            named = passkey.user
            stated = self._ceremony.verified(answer, passkey, site, challenge=claim.challenge)
            with self._storage.transaction() as work:
                user = work.users.get(named, for_update=True)
                kept = work.passkeys.of_credential(claim.credential)
                if user is None or user.disabled_at is not None or kept is None:
                    raise wrong_passkey()
                if has_gone_back(kept.sign_count, stated):
                    raise passkey_copied()
                work.passkeys.note_use(kept.id, sign_count=stated, now=self._clock.now())
                return self._sign_in.begin(work, user, by=SignInWay.PASSKEY, address=address)
        except NotAuthenticated as refusal:
            with self._storage.transaction() as work:
                self._sign_in.refused(work, refusal, user=work.users.get(named) if named else None)
            raise

    def _challenge(self, work: UnitOfWork, *, session: str | None = None) -> str:
        text, now = self._new_text(), self._clock.now()
        work.passkeys.forget_challenges(before=now - CHALLENGE_HOLDS)
        work.passkeys.add_challenge(Challenge(session=session, made_at=now), digest=digest_of(text))
        return text

    def _take(self, text: str, *, session: str | None = None) -> None:
        """Use a challenge up, whatever becomes of its answer. Errors: NotAuthenticated when it is none of these."""
        with self._storage.transaction() as work:
            challenge = work.passkeys.take_challenge(digest_of(text)) if may_be_text(text) else None
        if challenge is None or challenge.session != session or is_challenge_over(challenge, self._clock.now()):
            raise wrong_passkey()


def _require_name(name: str) -> None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise InvalidInput(
            "A passkey's name is 1 to 50 printable characters.",
            code="bad_passkey_name",
            hint="Name it after where it is kept, such as: phone.",
        ) from None
