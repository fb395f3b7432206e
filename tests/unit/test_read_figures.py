from collections.abc import Sequence
from datetime import UTC, datetime

from core.business import Business, Connection
from core.call_budget import CallBudget
from core.ports.installation import DeliveryFigures, SystemFigures
from core.transfer import TransferState
from core.use_cases.read_figures import ReadFigures, SystemReport
from tests.fakes import FakeAccountingSystems, FakeClock, FakeStorage

BUDGET = CallBudget(limit=7200, used=12, resets_at=datetime(2026, 11, 23, 15, tzinfo=UTC))
CONNECTION = {"account_name": "Fjellutleie AS", "password": "open sesame"}
STATES = {TransferState.QUEUED: 2, TransferState.REJECTED: 1}


class FiguresGiven:
    def __init__(self, *figures: SystemFigures) -> None:
        self._figures = figures

    def by_system(self) -> Sequence[SystemFigures]:
        return self._figures

    def of_deliveries(self) -> DeliveryFigures:
        return DeliveryFigures()


def figures_of(*given: SystemFigures, calls: CallBudget | None = BUDGET) -> Sequence[SystemReport]:
    clock = FakeClock()
    storage = FakeStorage(clock)
    systems = FakeAccountingSystems(clock, is_in_transaction=lambda: storage.is_in_transaction)
    with storage.transaction() as work:
        for name, settings in (("fjell", CONNECTION), ("vidde", {})):
            work.businesses.put(Business(name=name, accounting=Connection.of("fake", settings)))
    systems.of("fjell").call_budget = calls
    reports = ReadFigures(figures=FiguresGiven(*given), storage=storage, systems=systems, clock=clock).read()
    assert systems.of("fjell").calls == []
    return reports


def test_each_system_is_told_of_with_its_calls_and_transfers() -> None:
    assert figures_of(SystemFigures("fake", "fjell", STATES)) == [SystemReport("fake", BUDGET, STATES)]


def test_a_system_that_does_not_count_has_no_calls() -> None:
    assert figures_of(SystemFigures("fake", "fjell", STATES), calls=None) == [SystemReport("fake", None, STATES)]


def test_a_business_that_can_not_be_opened_hides_nothing_else() -> None:
    reports = figures_of(
        SystemFigures("fake", "fjell", STATES), SystemFigures("gone", "vidde", {}), SystemFigures("x", "nobody", {})
    )
    assert reports == [
        SystemReport("fake", BUDGET, STATES),
        SystemReport("gone", None, {}),
        SystemReport("x", None, {}),
    ]


def test_with_no_business_there_is_nothing_to_tell() -> None:
    assert figures_of() == []
