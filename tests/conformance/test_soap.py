from collections.abc import Mapping

import pytest

from entrypoints.demo.world import demo_business
from plugins.conformance import AccountingSystemConformance, Call, Trouble
from sandbox.twentyfour_seven_office import Sandbox
from sandbox.twentyfour_seven_office.sandbox import DEMO_OTHER_ACCOUNT
from tests.conformance.office import OfficeBench, Strike

_OPERATIONS = {
    Call.FIND_CUSTOMER: "GetCompanies",
    Call.CREATE_CUSTOMER: "SaveCompanies",
    Call.UPDATE_CUSTOMER: "SaveCompanies",
    Call.FIND_PRODUCT: "GetProducts",
    Call.CREATE_PRODUCT: "SaveProducts",
    Call.FIND_CATEGORY: "GetCategories",
    Call.CREATE_CATEGORY: "SaveCategories",
    Call.READ_VAT: "GetVatTypeList",
    Call.CREATE_ORDER: "SaveInvoices",
    Call.FIND_ORDER: "GetInvoices",
    Call.READ_STATE: "GetInvoices",
}
_FAULTS: Mapping[Trouble, Strike] = {
    Trouble.REFUSED: ("fault", {"text": "Instance validation error: 'X' is not a valid value for OrderStateValues."}),
    Trouble.TEMPORARY: ("fault", {"text": "The request was throttled."}),
    Trouble.NO_ACCESS: ("fault", {"text": "You do not have access to this service."}),
    Trouble.LOST_BUT_DONE: ("reset_after", {}),
    Trouble.LOST_AND_NOT_DONE: ("reset", {}),
}


class SoapBench(OfficeBench):
    """Reached through SOAP."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.environment = {"KVITT_TFSO_API_URL": sandbox.url}

    def connection(self) -> Mapping[str, str]:
        accounting: dict[str, str] = demo_business()["accounting"]
        return accounting

    def refused_connection(self) -> Mapping[str, str]:
        return {**self.connection(), "password": "wrong-horse"}

    def other_books(self) -> Mapping[str, str]:
        return {**self.connection(), "account_name": DEMO_OTHER_ACCOUNT}

    def operation(self, call: Call) -> str:
        return _OPERATIONS[call]

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        return _FAULTS[trouble]


class TestSoap(AccountingSystemConformance):
    @pytest.fixture
    def bench(self, sandbox: Sandbox) -> SoapBench:
        return SoapBench(sandbox)
