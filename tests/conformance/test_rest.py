from collections.abc import Mapping

import pytest

from plugins.conformance import AccountingSystemConformance, Call, Tier, Trouble
from sandbox import Sandbox
from tests.conformance.office import OfficeBench, Strike
from tests.systems import REST

_OPERATIONS = {
    Call.FIND_CUSTOMER: "GET /customers",
    Call.CREATE_CUSTOMER: "POST /customers",
    Call.UPDATE_CUSTOMER: "PATCH /customers/{customerId}",
    Call.FIND_PRODUCT: "GET /products",
    Call.CREATE_PRODUCT: "POST /products",
    Call.FIND_CATEGORY: "GET /productcategories",
    Call.CREATE_CATEGORY: "POST /productcategories",
    Call.READ_VAT: "GET /taxes",
    Call.CREATE_ORDER: "POST /salesorders",
    Call.ADD_ROW: "POST /salesorders/{id}/lines",
    Call.FINISH_ORDER: "PATCH /salesorders/{id}",
    Call.FIND_ORDER: "GET /salesorders",
    Call.DELETE_ORDER: "DELETE /salesorders/{id}",
    Call.READ_STATE: "GET /salesorders/{id}",
}
_FAULTS: Mapping[Trouble, Strike] = {
    Trouble.REFUSED: ("validation_error", {}),
    Trouble.TEMPORARY: ("throttled", {}),
    Trouble.NO_ACCESS: ("forbidden", {}),
    Trouble.LOST_BUT_DONE: ("reset_after", {}),
    Trouble.LOST_AND_NOT_DONE: ("reset", {}),
}


class RestBench(OfficeBench):
    """Reached through REST."""

    writes_orders_in_steps = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, REST)

    def operation(self, call: Call) -> str:
        return _OPERATIONS[call]

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        return _FAULTS[trouble]


class TestRest(AccountingSystemConformance):
    reaches = Tier.GOLD

    @pytest.fixture
    def bench(self, sandbox: Sandbox) -> RestBench:
        return RestBench(sandbox)
