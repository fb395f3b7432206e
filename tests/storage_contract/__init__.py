"""What every storage promises (core/ports/storage.py), whatever it is made of; a module for each store.

A subclass supplies the fixture `storage`, empty, and `let_pass` too where its leases run by another clock than the
real one.
"""

from tests.storage_contract.access import AccessContract
from tests.storage_contract.answers import AnswerContract
from tests.storage_contract.batches import BatchContract
from tests.storage_contract.books import BooksContract
from tests.storage_contract.businesses import BusinessContract
from tests.storage_contract.customers import CustomerContract
from tests.storage_contract.forgetting import ForgettingContract
from tests.storage_contract.intents import IntentContract
from tests.storage_contract.invoices import InvoiceContract
from tests.storage_contract.leases import LeaseContract
from tests.storage_contract.records import RecordContract
from tests.storage_contract.recovery import RecoveryContract
from tests.storage_contract.references import ReferenceContract
from tests.storage_contract.statuses import FollowUpContract, StatusContract
from tests.storage_contract.story import StoryContract
from tests.storage_contract.transactions import TransactionContract
from tests.storage_contract.transfers import TransferContract


class StorageContract(
    TransactionContract,
    BusinessContract,
    InvoiceContract,
    BatchContract,
    TransferContract,
    IntentContract,
    CustomerContract,
    ReferenceContract,
    StatusContract,
    FollowUpContract,
    StoryContract,
    AnswerContract,
    AccessContract,
    LeaseContract,
    BooksContract,
    RecordContract,
    ForgettingContract,
    RecoveryContract,
):
    """Every promise of core/ports/storage.py."""
