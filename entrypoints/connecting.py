"""Connecting a business from answers, the same at a terminal and in the browser."""

from collections.abc import Mapping
from typing import Any

from core.business_changes import StoredBusiness, merged
from core.errors import NotFound
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.look_up import LookUp
from entrypoints.parsing import business_from


def store_answers(connect: ConnectBusiness, look_up: LookUp, name: str, answers: Mapping[str, Any]) -> StoredBusiness:
    """Store what was answered, as a business's document has it: a new business, or a change of one that there is.

    What was not answered stays as it is, or is as by default; None puts a setting back to that.
    Errors: those of ConnectBusiness.store.
    """
    if is_connected(look_up, name):
        return connect.change(name, answers, read=business_from)
    return connect.store(business_from({**merged({}, answers), "name": name}))


def is_connected(look_up: LookUp, name: str) -> bool:
    """Whether there is a business of this name."""
    try:
        look_up.require(name)
    except NotFound:
        return False
    return True
