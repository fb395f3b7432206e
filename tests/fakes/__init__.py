"""Stand-ins that behave like the real thing, keep everything in memory and fail on request.

Nothing here opens a socket or sleeps; time stands still until a test moves it.
"""

from tests.fakes.accounting_system import (
    BookedOrder,
    Books,
    FakeAccountingSystem,
    FakeAccountingSystems,
    norwegian_vat_codes,
)
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import Gateway
from tests.fakes.keeping import FakeCallCounter, FakeSecretBox, FakeSessionStore
from tests.fakes.queue import FakeQueue
from tests.fakes.storage import FakeStorage

__all__ = [
    "BookedOrder",
    "Books",
    "FakeAccountingSystem",
    "FakeAccountingSystems",
    "FakeCallCounter",
    "FakeClock",
    "FakeQueue",
    "FakeSecretBox",
    "FakeSessionStore",
    "FakeStorage",
    "Gateway",
    "norwegian_vat_codes",
]
