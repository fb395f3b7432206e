"""Getting transfers worked on."""

from typing import Protocol


class TransferQueue(Protocol):
    """Something that has a business's due transfers worked off, here and now or soon and elsewhere."""

    def put(self, business: str) -> None:
        """Say that this business has due transfers. Saying it twice does no harm."""

    def put_anew(self, business: str) -> None:
        """Say so although a turn was put before: nobody holds the business, so whoever had that turn is gone."""
