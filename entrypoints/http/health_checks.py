"""Looking whether this process can do its work, also while nothing else is answered."""

import asyncio
from collections.abc import Callable, Mapping

from core.errors import TryAgain
from entrypoints.http.threads import Threads
from entrypoints.readiness import Readiness

_AT_ONCE = 4
_PATIENCE_SECONDS = 5.0


class HealthChecks:
    """Reads readiness in threads of its own, and looks whether there are `threads` left for the other requests."""

    def __init__(self, readiness: Callable[[], Readiness], threads: Threads) -> None:
        self._readiness = readiness
        self._others = threads
        self._own = Threads(_AT_ONCE, name="http-health")

    async def read(self) -> Mapping[str, Exception | None]:
        """Return each check by its name, with what was raised where it fails."""
        return {**await self._readiness_in_time(), "threads": self._exhausted()}

    async def _readiness_in_time(self) -> Mapping[str, Exception | None]:
        """Where the checks hang, themselves or those of others who asked before, this is what is found."""
        hangs = TryAgain(
            f"The checks have had no end for {_PATIENCE_SECONDS:g} s.",
            code="checks_hang",
            hint="See whether the database answers; restart this process when it does and this lasts.",
        )
        try:
            return await asyncio.wait_for(self._own.run(self._readiness().read), _PATIENCE_SECONDS)
        except TimeoutError:
            return {"storage": hangs}

    def _exhausted(self) -> Exception | None:
        try:
            self._others.require_free()
        except TryAgain as trouble:
            return trouble
        return None

    def stop(self) -> None:
        """Look no more."""
        self._own.shutdown(cancel_futures=True)
