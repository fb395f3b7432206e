"""Passkeys, by Web Authentication."""

from adapters.passkeys.web_authn import WebAuthnCeremony

__all__ = ["WebAuthnCeremony"]
