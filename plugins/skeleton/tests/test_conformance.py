"""Whether the plugin does what Kvitt's users were promised. Run `pytest -rs`, and read what was skipped, and why."""

import pytest

from bench import SystemBench
from kvitt.conformance import AccountingSystemConformance


class TestConformance(AccountingSystemConformance):
    @pytest.fixture
    def bench(self) -> SystemBench:
        return SystemBench()
