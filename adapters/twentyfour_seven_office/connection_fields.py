"""Field types that connection settings of 24SevenOffice's APIs have in common."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _filled(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not value.strip():
        raise ValueError("must not be blank")
    if _UNWRITABLE.search(value):
        raise ValueError("holds a control character")
    return secret


FilledSecret = Annotated[SecretStr, AfterValidator(_filled)]
"""A secret that says something. No message ever shows it."""
