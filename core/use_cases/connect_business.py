"""Connect a business: store how its books are reached. Nobody is called; verifying and the first send do that."""

from core.business import Business, Connection
from core.errors import InvalidInput
from core.ports.accounting_system import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.transfer import due_now

_AT_ONCE = 1000


def release_parked(work: UnitOfWork, business: str, *, clock: Clock) -> None:
    """Queue again what waits for the business's connection to be mended."""
    while parked := work.transfers.not_begun(business, parked=True, limit=_AT_ONCE):
        work.transfers.save_all([due_now(transfer, now=clock.now()) for transfer in parked])


class ConnectBusiness:
    """Stores a business, new or changed."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock

    def store(self, business: Business) -> Business:
        """Store the business and return it as stored.

        Secrets left out of an existing business's connection are kept. A changed connection forgets what was read
        through the old one and releases the transfers that were parked for it.

        Errors: InvalidInput, naming every setting that is missing, wrong or unknown.
        """
        with self._storage.transaction() as work:
            earlier = work.businesses.get(business.name)
            connection = self._systems.checked(self._with_kept_secrets(business.accounting, earlier))
            stored = business.model_copy(update={"accounting": connection})
            self._require_fitting(stored)
            work.businesses.put(stored)
            if earlier and earlier.accounting != connection:
                work.references.drop(business.name)
                release_parked(work, business.name, clock=self._clock)
        return stored

    def _with_kept_secrets(self, given: Connection, earlier: Business | None) -> Connection:
        if earlier is None or earlier.accounting.system != given.system:
            return given
        secrets = self._systems.secrets(given.system)
        kept = {name: value for name, value in earlier.accounting.settings.items() if name in secrets}
        return Connection.of(given.system, {**kept, **given.settings})

    def _require_fitting(self, business: Business) -> None:
        longest = self._systems.open(business).limits.product_name
        for field, name in (("product_name", business.product_name), ("category_name", business.category_name)):
            if len(name) > longest:
                raise InvalidInput(
                    f"{field} is longer than the {longest} characters that the accounting system takes.",
                    hint=f"Choose a shorter {field}.",
                )
