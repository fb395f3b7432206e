"""What `kvitt plugin new` writes has all that the ports ask for, as they ask for it."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import kvitt
from kvitt.conformance import Bench
from plugins.new_plugin import write_plugin

Load = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin that was just written."""
    folder = tmp_path_factory.mktemp("skeleton") / "written"
    write_plugin("for-the-skeletons-test", folder)
    return folder


@pytest.fixture(scope="module")
def load(folder: Path) -> Iterator[Load]:
    """Give what loads a module of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield lambda module: importlib.import_module(f"kvitt_for_the_skeletons_test.{module}")


@pytest.mark.parametrize(
    ("port", "place"),
    [
        (kvitt.AccountingSystem, "system.System"),
        (kvitt.CustomerRepo, "customers.Customers"),
        (kvitt.ProductCatalog, "products.Products"),
        (kvitt.VatTable, "system.VatCodes"),
        (kvitt.CurrencyTable, "system.Currencies"),
        (kvitt.OrderSink, "orders.Orders"),
        (kvitt.PaymentStatus, "payments.Payments"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_port_is_there_as_it_is_asked_for(port: type, place: str, load: Load) -> None:
    module, _, name = place.partition(".")
    made = getattr(load(module), name)
    if made.__name__ == "System":
        made = made(settings=None, surroundings=None)
    asked = {name: member for name, member in vars(port).items() if not name.startswith("_")}
    assert [name for name in asked if not hasattr(made, name)] == []
    methods = {name: member for name, member in asked.items() if inspect.isfunction(member)}
    assert {name: _parameters(getattr(made, name)) for name in methods} == {
        name: _parameters(method) for name, method in methods.items()
    }


def test_the_bench_has_every_method_that_a_bench_must_have(load: Load, folder: Path) -> None:
    source = (folder / "tests" / "bench.py").read_text(encoding="utf-8")
    space: dict[str, Any] = {"__name__": "bench"}
    exec(compile(source, "bench.py", "exec"), space)  # its own tests call this module `bench`, as others do theirs
    bench = space["SystemBench"](folder)
    assert isinstance(bench, Bench)
    assert load("plugin").Settings.model_validate({k: v for k, v in bench.connection().items() if k != "system"})


def _parameters(method: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    return [
        (one.name, one.kind, one.default) for one in inspect.signature(method).parameters.values() if one.name != "self"
    ]
