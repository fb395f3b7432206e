from pathlib import Path

import pytest

from bench import LedgerBench
from kvitt.conformance import AccountingSystemConformance


class TestLedger(AccountingSystemConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LedgerBench:
        return LedgerBench(tmp_path, monkeypatch)
