from collections.abc import Mapping

import pytest

from plugins.conformance import AccountingSystemConformance, Call, Tier, Trouble
from sandbox import Sandbox
from tests.conformance.office import OfficeBench, Strike
from tests.systems import SOAP

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
        super().__init__(sandbox, SOAP)

    def operation(self, call: Call) -> str:
        return _OPERATIONS[call]

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        return _FAULTS[trouble]


class TestSoap(AccountingSystemConformance):
    reaches = Tier.GOLD

    @pytest.fixture
    def bench(self, sandbox: Sandbox) -> SoapBench:
        return SoapBench(sandbox)
