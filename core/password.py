"""Passwords that people choose: in which form they are compared, and which are taken.

Pure. How they are kept is a port's affair (core.ports.passwords). Source: docs/access.md, "Signing in".
"""

import unicodedata

from core.errors import InvalidInput

SHORTEST, LONGEST = 12, 1000
"""Characters. The length is what keeps a password from being guessed; no kinds of characters are demanded."""

_NAMES_LOOKED_FOR = 3  # shorter ones are in any text


def normal_form(password: str) -> str:
    """Return the password as it is compared: the same signs typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def accepted_password(password: str, *, user: str) -> str:
    """Return a new password in its normal form.

    Errors: InvalidInput, code `bad_password`, which does not repeat it.
    """
    form = normal_form(password)
    is_text = not any("\ud800" <= sign <= "\udfff" for sign in form)
    if not is_text or len(form) < SHORTEST or max(len(form), len(password)) > LONGEST:  # as typed, too: see SignIn
        raise _bad(f"A password is {SHORTEST} to {LONGEST} characters.")
    if len(user) >= _NAMES_LOOKED_FOR and normal_form(user).casefold() in form.casefold():
        raise _bad("The password contains the user's name.")
    return form


def _bad(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_password", hint="Choose another: several words in a row are easy to keep.")
