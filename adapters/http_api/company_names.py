"""Which company names are near the one that a business gives: a person may have meant one of them. Pure."""

import difflib
from collections.abc import Iterable

from core.identity import tidy

_NEAR = 0.7
_MOST_NEAR = 3


def near_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the companies' names that are near. Others stay unnamed: they are other businesses' affairs."""
    by_form: dict[str, list[str]] = {}
    for name in names:
        by_form.setdefault(tidy(name).casefold(), []).append(name)
    forms = difflib.get_close_matches(tidy(wanted).casefold(), by_form, n=_MOST_NEAR, cutoff=_NEAR)
    return list(dict.fromkeys(name for form in forms for name in by_form[form]))


def told_of_near(similar: Iterable[str]) -> str:
    """Say which names are near, as a sentence."""
    quoted = ", ".join(f'"{name}"' for name in similar)
    return f"Similar names: {quoted}." if quoted else "No company has a similar name."
