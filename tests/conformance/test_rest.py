from collections.abc import Mapping

import pytest

from entrypoints.demo.world import demo_rest_business
from plugins.conformance import AccountingSystemConformance, Call, Trouble
from sandbox.twentyfour_seven_office import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.sandbox import DEMO_OTHER_ACCOUNT
from tests.conformance.office import OfficeBench, Strike

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
    tells_part_payments = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.environment = {"KVITT_TFSO_REST_URL": sandbox.rest_url, "KVITT_TFSO_LOGIN_URL": sandbox.url}

    def connection(self) -> Mapping[str, str]:
        accounting: dict[str, str] = demo_rest_business(self._organization(DEMO_ACCOUNT))["accounting"]
        return accounting

    def refused_connection(self) -> Mapping[str, str]:
        return {**self.connection(), "client_secret": "wrong-horse"}

    def other_books(self) -> Mapping[str, str]:
        organization_id = self._organization(DEMO_OTHER_ACCOUNT)
        return {**self.connection(), "account_name": DEMO_OTHER_ACCOUNT, "organization_id": organization_id}

    def operation(self, call: Call) -> str:
        return _OPERATIONS[call]

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        return _FAULTS[trouble]

    def _organization(self, account: str) -> str:
        return str(self.sandbox.account(account).number)


class TestRest(AccountingSystemConformance):
    @pytest.fixture
    def bench(self, sandbox: Sandbox) -> RestBench:
        return RestBench(sandbox)
