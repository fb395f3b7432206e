"""The HTTP API: thin handlers that translate between JSON and the use cases."""

from entrypoints.http.app import create_app
from entrypoints.http.server import serve

__all__ = ["create_app", "serve"]
