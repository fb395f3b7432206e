from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox

_PLUGINS = ("test_soap.py", "test_rest.py", "test_tripletex.py")
"""The modules that run the kit on a plugin of ours."""


@pytest.hookimpl(tryfirst=True)  # before what is marked as an attack is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Show each promise with one of our plugins, in turn; make conformance shows all with each, and tells the tiers."""
    promises: dict[str, int] = {}
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name in _PLUGINS:
            promise = promises.setdefault(item.name, len(promises))
            if _PLUGINS[promise % len(_PLUGINS)] != item.path.name:
                item.add_marker(pytest.mark.attack)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for all tests of a plugin; each bench empties its books."""
    with Sandbox.demo(logins_per_minute=0) as sandbox:
        yield sandbox
