"""Passwords, hashed with Argon2id."""

from adapters.passwords.argon2_hasher import Argon2PasswordHasher

__all__ = ["Argon2PasswordHasher"]
