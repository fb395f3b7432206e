"""The conformance suite: the one class that a plugin's author subclasses."""

from plugins.conformance.booked_orders import BookedOrders
from plugins.conformance.booked_products import BookedProducts
from plugins.conformance.budgets import Budgets
from plugins.conformance.check_status import CheckStatusBehaviour
from plugins.conformance.connections import Connections
from plugins.conformance.declared import Declared
from plugins.conformance.faults import ExactlyOnce
from plugins.conformance.finding_customers import FindingCustomers
from plugins.conformance.in_bulk import InBulk
from plugins.conformance.kills import Kills
from plugins.conformance.order_ports import OrderPorts
from plugins.conformance.port_errors import PortErrors
from plugins.conformance.record_ports import RecordPorts
from plugins.conformance.withdrawing import Withdrawing


class AccountingSystemConformance(
    FindingCustomers,
    BookedProducts,
    BookedOrders,
    CheckStatusBehaviour,
    ExactlyOnce,
    PortErrors,
    Connections,
    RecordPorts,
    OrderPorts,
    Withdrawing,
    Declared,
    Kills,
    InBulk,
    Budgets,
):
    """Drives an accounting system through all that Kvitt promises, and through trouble.

    Subclass it in a module of your plugin's tests, under a name that begins with Test, and override one fixture:

        from kvitt.conformance import AccountingSystemConformance

        class TestMyLedger(AccountingSystemConformance):
            @pytest.fixture
            def bench(self, tmp_path):
                return MyBench(tmp_path)

    and run pytest. Install your plugin first (`pip install -e .`): it is found through its entry point in the group
    `kvitt.plugins`, as users' installations find it.

    `bench` hands over a `Bench` of yours with fresh, empty books for each test: the connection (what stands under
    `accounting` in a business's JSON), a look at the books without the plugin, the accountant's acts (publish, pay,
    delete), and `strike(call, trouble)`, which arranges that the next call of a kind meets trouble in the core's
    words: refused, temporary, no access, or an answer that is lost, with its effect or without. What a bench can't do
    it says with NotPossible, and the test is skipped for that reason: read the skips as what was not shown.

    What is shown:

    - FindingCustomers, BookedProducts, BookedOrders, CheckStatusBehaviour: the real use cases, over a database of the
      suite's own, send invoices of all kinds; customer, product, order, rows, and what Check Status answers are
      compared with the books.
    - ExactlyOnce: each kind of trouble at each call. In the end there is exactly one order, customer, product and
      category; what was refused waits for a person, what has no access is parked, what was lost is looked for.
    - PortErrors: each kind of trouble at each call is the error that it is, and no other.
    - Withdrawing: where the plugin says that its system deletes orders (Limits), an order that is no invoice is deleted
      once, and a published one never; where it says that it does not, a person is asked to.
    - Connections, RecordPorts, OrderPorts: what the ports promise beyond that: answers item by item, exact
      references, a directory of all customers, limits that hold, settings that are checked, secrets told nowhere.

    No test sleeps: time that has to pass is the suite's own clock moving on.
    """
