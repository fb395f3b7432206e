"""The installation's secret keys: in a file of its own, or given by the operator.

The first one seals, all of them open; there are several while they are being rotated.
"""

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cryptography.fernet import Fernet
from typing_extensions import override

from adapters.file_lock import alone_at
from adapters.secrets.fernet_secret_box import keys_in
from core.errors import InvalidInput, TryAgain
from core.ports.secret_box import SealingKeys

_FILE_NAME = "secret.key"
_OTHERS = stat.S_IRWXO | stat.S_IWGRP


class KeyFile(SealingKeys):
    """The keys of an installation that was given none: a file in the data folder, made on first run, one key a line.

    The file changes whole: whoever reads it sees it before or after.
    """

    is_ours = True

    def __init__(self, home: Path) -> None:
        self._file = home / _FILE_NAME
        self._seen: object = None

    def keys(self) -> list[str]:
        """Return the keys, the first of them made when there is none yet.

        Processes that start at once get the same one. The file and a folder made for it are for their owner alone.
        Errors: InvalidInput, code `bad_secret_key` when it holds something else (which is never shown),
        `secret_key_exposed` when others than its owner and group can read it, or group or others can write it, or
        `no_secret_key` when it can be neither read nor made.
        """
        try:
            if not self._file.exists():
                self._make()
            self._seen = self._version()
            kept = self._file.read_text(encoding="utf-8", errors="replace")
            mode = self._file.stat().st_mode
        except OSError as error:
            raise self._unusable(error) from error
        keys = keys_in(kept, source=f"What the file {self._file} holds")
        if mode & _OTHERS:
            raise InvalidInput(
                f"Others can read the secret key: the mode of {self._file} is {stat.S_IMODE(mode):o}.",
                code="secret_key_exposed",
                hint=f"Run: chmod 600 {self._file} . If others may have read it, run kvitt secret rotate after that.",
            )
        return keys

    def renewed(self) -> Sequence[str] | None:
        """Return the keys when the file is another than when it was last read, else None; None too when it is gone."""
        with suppress(OSError):
            if self._version() != self._seen:
                return self.keys()
        return None

    @override
    @contextmanager
    def rotating(self) -> Iterator[None]:
        """Keep others from rotating for the length of the block; a process that dies holds nobody up.

        Errors: TryAgain, code `rotation_running`; InvalidInput, code `no_secret_key`.
        """
        self.keys()
        with ExitStack() as held:
            try:
                held.enter_context(alone_at(self._file, waits=False))
            except BlockingIOError:
                raise TryAgain(
                    "The secret key is being rotated by another process.",
                    code="rotation_running",
                    hint="Wait until it is done, then see what it printed.",
                ) from None
            except OSError as error:
                raise self._unusable(error) from error
            yield

    @override
    def begin(self) -> None:
        """Put a new key before the present one. Where there are several a rotation was broken off: it is gone on with.

        Errors: those of keys.
        """
        keys = self.keys()
        if len(keys) == 1:
            self._write([Fernet.generate_key().decode(), *keys])

    @override
    def finish(self) -> int:
        """Keep the first key alone, and return how many were dropped. Errors: those of keys."""
        keys = self.keys()
        if len(keys) > 1:
            self._write(keys[:1])
        return len(keys) - 1

    def _make(self) -> None:
        """Give a new key the file's name, unless another process was first.

        Linking is what makes it safe: the name appears at once with the whole key, and never replaces another.
        """
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._draft([Fernet.generate_key().decode()]) as draft, suppress(FileExistsError):
            os.link(draft, self._file)

    def _write(self, keys: Sequence[str]) -> None:
        """Put these keys in the place of those that the file holds, so that they survive a power cut."""
        try:
            with self._draft(keys) as draft:
                draft.replace(self._file)
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def _draft(self, keys: Sequence[str]) -> Iterator[Path]:
        draft = self._file.with_name(f".{_FILE_NAME}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                stream.writelines(f"{key}\n" for key in keys)
                stream.flush()
                os.fsync(stream.fileno())
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _version(self) -> object:
        found = self._file.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _unusable(self, error: OSError) -> InvalidInput:
        return InvalidInput(
            f"The secret key can't be kept in {self._file}: {error.strerror}.",
            code="no_secret_key",
            hint="Make KVITT_HOME a writable folder, or set a key in KVITT_SECRET_KEY.",
        )


class GivenKeys(SealingKeys):
    """The keys that the operator gives in the environment, between white space or commas: theirs to change.

    Errors: InvalidInput, code `bad_secret_key`; what was given is never shown.
    """

    is_ours = False

    def __init__(self, given: str) -> None:
        self._keys = keys_in(given, source="The given secret key (KVITT_SECRET_KEY)")

    def __repr__(self) -> str:
        return f"<GivenKeys: {len(self._keys)}>"

    def keys(self) -> list[str]:
        """Return the keys."""
        return list(self._keys)

    def renewed(self) -> Sequence[str] | None:
        """Return None: the environment of a process does not change while it runs."""
        return None

    @override
    @contextmanager
    def rotating(self) -> Iterator[None]:
        """Let others do the same: to seal anew with the first key twice does no harm."""
        yield

    @override
    def begin(self) -> None:
        """Leave the keys as they are: the new one is the first that was given."""

    @override
    def finish(self) -> int:
        """Return 0: the operator takes the old ones away."""
        return 0
