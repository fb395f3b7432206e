import json
from pathlib import Path
from typing import Any

import pytest

from core.invoice import Invoice
from tests.fakes import Gateway

_EXAMPLES = Path(__file__).parents[3] / "shared" / "examples"


@pytest.fixture
def gateway() -> Gateway:
    """An installation with a business, whose queue works at once."""
    return Gateway()


@pytest.fixture(scope="session")
def examples() -> list[Invoice]:
    """The example invoices, which are kept beside the checkout."""
    files = sorted(_EXAMPLES.glob("[0-9]*.json"))
    if not files:
        pytest.skip("the example invoices are not beside this checkout (../shared/examples)")
    return [Invoice.model_validate(json.loads(file.read_text("utf-8"))) for file in files]


@pytest.fixture(scope="session")
def example_totals(examples: list[Invoice]) -> dict[str, dict[str, str]]:
    """What the example invoices add up to, by number."""
    stated: dict[str, Any] = json.loads((_EXAMPLES / "totals.json").read_text("utf-8"))
    totals: dict[str, dict[str, str]] = stated["totals"]
    return totals
