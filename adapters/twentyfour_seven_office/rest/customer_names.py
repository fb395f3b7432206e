"""The names of customers that were seen lately: an order has to be given its customer's name as well as its id."""

from threading import Lock

from cachetools import FIFOCache

_MOST = 10_000


class CustomerNames:
    """Names by customer id, the latest that were seen. Safe to use from many threads."""

    def __init__(self) -> None:
        self._names: FIFOCache[str, str] = FIFOCache(_MOST)
        self._lock = Lock()

    def put(self, customer_id: str, name: str) -> None:
        """Remember a name."""
        with self._lock:
            self._names[customer_id] = name

    def get(self, customer_id: str) -> str | None:
        """Return the name that was seen last, or None."""
        with self._lock:
            return self._names.get(customer_id)
