"""The console's stylesheet, scripts and icon: what changes has another address, so that browsers keep it for good.

htmx and its extension for server-sent events lie beside ours as their npm packages have them, with their licences.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FOLDER = files("entrypoints.console").joinpath("static")
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: its type, its bytes, the same made small, and a hash that tells it from other versions."""

    media_type: str
    content: bytes
    small: bytes
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Read all of them, once, by their names."""
    found = {}
    for file in _FOLDER.iterdir():
        media_type = next((kind for ending, kind in _MEDIA_TYPES.items() if file.name.endswith(ending)), None)
        if media_type:
            content = file.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            found[file.name] = Asset(media_type, content, gzip.compress(content, mtime=0), version)
    return found


def static(name: str) -> str:
    """Return the address of a file, with its version. Errors: KeyError, where there is none."""
    return f"/static/{name}?v={assets()[name].version}"
