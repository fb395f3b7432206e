from collections.abc import Mapping

import pytest

from plugins.conformance import AccountingSystemConformance, Call, HasStruck, Tier, Trouble
from sandbox import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT, Sandbox
from sandbox.tripletex import DEMO_EMPLOYEE_TOKEN
from tests.conformance.office import OfficeBench, Strike
from tests.systems import TRIPLETEX

_OPERATIONS = {
    Call.FIND_CUSTOMER: "GET /customer",
    Call.CREATE_CUSTOMER: "POST /customer",
    Call.UPDATE_CUSTOMER: "PUT /customer/{id}",
    Call.FIND_PRODUCT: "GET /product",
    Call.CREATE_PRODUCT: "POST /product",
    Call.FIND_CATEGORY: "GET /product/group",
    Call.CREATE_CATEGORY: "POST /product/group",
    Call.READ_VAT: "GET /ledger/vatType",
    Call.CREATE_ORDER: "POST /order",
    Call.FIND_ORDER: "GET /order",
    Call.READ_STATE: "GET /order",
}
_FAULTS: Mapping[Trouble, Strike] = {
    Trouble.REFUSED: ("validation_error", {}),
    Trouble.TEMPORARY: ("throttled", {}),
    Trouble.NO_ACCESS: ("forbidden", {}),
    Trouble.LOST_BUT_DONE: ("reset_after", {}),
    Trouble.LOST_AND_NOT_DONE: ("reset", {}),
}


_TOGETHER = {
    "POST /customer": "POST /customer/list",
    "PUT /customer/{id}": "PUT /customer/list",
    "POST /order": "POST /order/list",
}
"""What writes several things, by what writes one."""

_NEVER = 1_000_000_000


class TripletexBench(OfficeBench):
    """The company that the token is of."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, TRIPLETEX)
        companies = [sandbox.tripletex.company(name) for name in (DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT)]
        sandbox.tripletex.add_login(DEMO_EMPLOYEE_TOKEN, companies=companies)
        self._logins_before = self._logins()

    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        if (call, trouble) == (Call.FIND_CATEGORY, Trouble.NO_ACCESS):
            return self._lock_out(call)
        operation, (kind, options) = self.operation(call), self.fault(call, trouble)
        names = [operation, *([_TOGETHER[operation]] if operation in _TOGETHER else [])]
        faults = [self.sandbox.inject(name, kind, **options) for name in names]

        def has_struck() -> bool:
            """Whether one has; the other is for nothing then."""
            if struck := any(fault.times == 0 for fault in faults):
                for fault in faults:
                    fault.after = _NEVER
            return struck

        return has_struck

    def _lock_out(self, call: Call) -> HasStruck:
        """Where product groups are forbidden, there are none: there is no access when no login is left, either."""
        is_logged_in = self._logins() > self._logins_before
        self.sandbox.inject(self.system.logging_in, "forbidden", after=0 if is_logged_in else 1)
        ended = self.sandbox.inject(self.operation(call), "session_expired")
        return lambda: ended.times == 0

    def _logins(self) -> int:
        return [call.operation for call in self.sandbox.journal.calls()].count(self.system.logging_in)

    def operation(self, call: Call) -> str:
        return _OPERATIONS[call]

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        return _FAULTS[trouble]


class TestTripletex(AccountingSystemConformance):
    reaches = Tier.SILVER  # what the plugin leaves out (Abilities, left_out) keeps it from gold, and nothing else does

    @pytest.fixture
    def bench(self, sandbox: Sandbox) -> TripletexBench:
        return TripletexBench(sandbox)
