"""The fixtures that all parts of the conformance suite share, and how their assertions speak."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.transfer import Transfer, TransferState
from plugins.conformance.bench import Bench, Call, HasStruck, HeldOrder, NotPossible, Trouble
from plugins.conformance.installation import Installation, make_template

CAN_NOT_DELETE = "this plugin says that its system can't delete orders (Limits, deletes_orders)"
CAN_DELETE = "this plugin says that its system deletes orders (Limits, deletes_orders)"


class Setup:
    """Gives each test a fresh installation, connected to the books of the author's bench."""

    @pytest.fixture
    def bench(self) -> Bench:
        """The books to try the plugin on. Overridden by the plugin's author."""
        raise NotImplementedError("override the fixture `bench`: it returns (or yields) your Bench, with empty books")

    @pytest.fixture
    def database_template(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """An empty database of Kvitt's, made once in a run of the tests."""
        file = tmp_path_factory.getbasetemp() / "kvitt-template.db"
        return file if file.exists() else make_template(file)

    @pytest.fixture
    def kvitt(self, bench: Bench, tmp_path: Path, database_template: Path) -> Iterator[Installation]:
        """An installation with the business connected."""
        folder = tmp_path / "kvitt"
        folder.mkdir()
        installation = Installation(folder, template=database_template, environment=bench.environment)
        try:
            system = bench.connection()["system"]
            broken = "; ".join(f"{plugin.name}: {plugin.raised}" for plugin in installation.systems.broken)
            assert system in installation.systems.names, (
                f'No plugin "{system}" is registered. Is it installed (pip install -e .), with an entry point in the '
                f"group kvitt.plugins, and does its hook add that name? Known: {installation.systems.names}. "
                f"Broken: {broken or 'none'}."
            )
            installation.connect(bench.connection())
            yield installation
        finally:
            installation.close()
            bench.close()

    @staticmethod
    def struck(bench: Bench, call: Call, trouble: Trouble) -> HasStruck:
        """Arrange trouble, or skip the test where the bench can't."""
        try:
            return bench.strike(call, trouble)
        except NotPossible as impossible:
            pytest.skip(f"{trouble.value} at {call.value}: {impossible}")

    @staticmethod
    def arrived(transfer: Transfer) -> None:
        """See that the transfer has arrived."""
        told = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else "no error"
        assert transfer.state is TransferState.TRANSFERRED, (
            f"Invoice {transfer.invoice} should have arrived; its transfer is {transfer.state}: {told}"
        )

    @staticmethod
    def the_order(bench: Bench) -> HeldOrder:
        """Return the one order that the books hold."""
        bench.settle()
        orders = bench.orders()
        assert len(orders) == 1, f"One invoice is one order; the books hold {len(orders)}."
        return orders[0]
