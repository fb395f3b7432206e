"""What every storage promises (core/ports/storage.py), whatever it is made of; grouped as the stores are.

A subclass supplies the fixture `storage`, empty, and `let_pass` too where its leases run by another clock than the
real one.
"""

from tests.storage_contract.access import AccessContract, AnswerContract
from tests.storage_contract.batches import BatchContract
from tests.storage_contract.businesses import BooksContract, BusinessContract, ReferenceContract
from tests.storage_contract.customers import CustomerContract
from tests.storage_contract.events import (
    AccessTroubleContract,
    EventContract,
    FinishedBatchContract,
    SeenContract,
)
from tests.storage_contract.invoices import InvoiceContract
from tests.storage_contract.listing import ListingContract
from tests.storage_contract.personal_data import ForgettingContract, RecordContract
from tests.storage_contract.recovery import RecoveryContract
from tests.storage_contract.statuses import FollowUpContract, StatusContract
from tests.storage_contract.sums import SumContract
from tests.storage_contract.transactions import TransactionContract
from tests.storage_contract.transfers import TransferContract
from tests.storage_contract.turns import IntentContract, LeaseContract, StoryContract
from tests.storage_contract.users import UserContract
from tests.storage_contract.webhooks import WebhookContract


class StorageContract(
    TransactionContract,
    BusinessContract,
    InvoiceContract,
    ListingContract,
    BatchContract,
    TransferContract,
    IntentContract,
    CustomerContract,
    ReferenceContract,
    StatusContract,
    FollowUpContract,
    StoryContract,
    SumContract,
    AnswerContract,
    AccessContract,
    UserContract,
    LeaseContract,
    BooksContract,
    RecordContract,
    ForgettingContract,
    RecoveryContract,
    WebhookContract,
    EventContract,
    AccessTroubleContract,
    FinishedBatchContract,
    SeenContract,
):
    """Every promise of core/ports/storage.py."""
