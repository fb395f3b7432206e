"""The fixtures that all parts of the conformance suite share, and how their assertions speak."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from core.transfer import Transfer, TransferState
from plugins.conformance.bench import Bench, Call, HasStruck, HeldOrder, Trouble
from plugins.conformance.installation import Installation, make_template
from plugins.conformance.tiers import Tier, note, pytest_configure


class Setup:
    """Gives each test a fresh installation, connected to the books of the author's bench."""

    tier: ClassVar[Tier] = Tier.BRONZE
    """What a part's tests are for, unless one says otherwise."""

    reaches: ClassVar[Tier | None] = None
    """The tier that a plugin's tests hold it to: the run fails where all tests were run and it is not reached."""

    @pytest.fixture(autouse=True)
    def _told_at_the_end(self, request: pytest.FixtureRequest) -> None:
        """Have the end of the run tell the plugin's tier."""
        pytest_configure(request.config)
        note(
            request.node,
            suite=type(self).__name__,
            reaches=self.reaches,
            changed=not inspect.getmodule(request.function).__name__.startswith(__package__),  # type: ignore[union-attr]
        )

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
    def kvitt(
        self, bench: Bench, tmp_path: Path, database_template: Path, request: pytest.FixtureRequest
    ) -> Iterator[Installation]:
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
            note(request.node, system=system, left_out=installation.systems.abilities(system).left_out)
            installation.connect(bench.connection())
            yield installation
        finally:
            installation.close()
            bench.close()

    @staticmethod
    def struck(bench: Bench, call: Call, trouble: Trouble) -> HasStruck:
        """Arrange trouble, or skip the test where the bench can't."""
        return bench.strike(call, trouble)

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

    @staticmethod
    def mended(kvitt: Installation, transfer: Transfer) -> Transfer:
        """Do what a person does about a transfer that was refused or parked."""
        if transfer.is_parked:
            kvitt.verify()
        elif transfer.state is TransferState.REJECTED:
            kvitt.retry(transfer)
        return kvitt.drive(transfer.invoice)

    def one_of_each(self, bench: Bench, transfer: Transfer) -> None:
        """See that there is one order, as the transfer says, and one of each that it took."""
        self.arrived(transfer)
        order = self.the_order(bench)
        assert order.id == transfer.order_id, "the transfer knows the order that is there"
        assert [row.quantity for row in order.rows] == [1], "the order has its rows, each once"
        held = {
            "customers": len(bench.customers()),
            "products": len(bench.products()),
        }
        assert held == {"customers": 1, "products": 1}, (
            f"Exactly one of each is in the books in the end, whatever happened on the way; there are {held}."
        )
        assert len(bench.categories()) <= 1, "and no more than one category"
