"""Whether the plugin does what Kvitt's users were promised. The end of a run tells its tier, and what is missing."""

from pathlib import Path

import pytest

from bench import SystemBench
from kvitt.conformance import AccountingSystemConformance


class TestConformance(AccountingSystemConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> SystemBench:
        return SystemBench(tmp_path)
