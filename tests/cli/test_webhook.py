"""`kvitt webhook`: what is asked for is what is done."""

import pytest

from entrypoints.cli.exit_codes import ExitCode
from tests.cli.conftest import Kvitt

HOOKS = "https://shop.example/hooks"


@pytest.mark.parametrize("types", ["", " ", ","])
def test_no_type_at_all_is_not_meant_to_be_all_of_them(kvitt: Kvitt, types: str) -> None:
    """A variable of a script that is not set would have a webhook get what it is not to get."""
    assert kvitt("webhook", "add", HOOKS, "--types", types).code == ExitCode.REFUSED
    assert kvitt("webhook", "list", "--json").json == []

    webhook = kvitt("webhook", "add", HOOKS, "--types", "invoice.paid", "--json").json["id"]
    assert kvitt("webhook", "set", webhook, "--types", types).code == ExitCode.REFUSED
    assert kvitt("webhook", "show", webhook, "--json").json["types"] == ["invoice.paid"]
