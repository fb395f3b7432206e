"""The addresses of sign-in links.

The text is in the query: a fragment would need a script. It is worth nothing once it was used, nor after its time.
"""

from urllib.parse import urlencode

PATH = "/sign-in/link"


def link_address(base: str, text: str) -> str:
    """Return the address of the link of this text; `base` is where the console is, such as https://kvitt.example."""
    return f"{base.rstrip('/')}{PATH}?{urlencode({'token': text})}"
