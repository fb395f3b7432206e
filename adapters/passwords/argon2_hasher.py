"""The PasswordHasher port with Argon2id, at the strength that OWASP's Password Storage Cheat Sheet names first."""

import secrets
import threading
from functools import cached_property

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from typing_extensions import override

from core.ports.passwords import PasswordHasher

MEMORY_KIB, ROUNDS, LANES = 19 * 1024, 2, 1

_AT_ONCE = 2
"""So many are hashed at a time, at most: each takes memory, and anybody may have us hash."""


class Argon2PasswordHasher(PasswordHasher):
    """For any number of threads. Strength: memory in KiB, rounds over it, and lanes at once."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=lanes)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    @override
    def hash(self, password: str) -> str:
        with self._turns:
            return self._argon2.hash(password)

    @override
    def verify(self, kept: str | None, password: str) -> bool:
        try:
            with self._turns:
                return self._argon2.verify(self._nobodys if kept is None else kept, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    @override
    def is_outdated(self, kept: str) -> bool:
        return self._argon2.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash(secrets.token_hex())
