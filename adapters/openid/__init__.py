"""Signing in by OpenID Connect: the code flow, with PKCE."""

from adapters.openid.provider import HttpOpenIdProvider

__all__ = ["HttpOpenIdProvider"]
