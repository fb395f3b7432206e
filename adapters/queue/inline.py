"""A queue that does the work at once, in the caller's thread."""

from collections.abc import Callable

from typing_extensions import override

from core.errors import LeaseLost
from core.ports.turns import TransferQueue


class InlineTransferQueue(TransferQueue):
    """Has a business's turn taken before `put` returns, unless another worker holds the business."""

    def __init__(self, take_turn: Callable[[str], None]) -> None:
        self._take_turn = take_turn

    @override
    def put(self, business: str) -> None:
        """Take the business's turn. A lease that was lost on the way is no error: the new holder goes on."""
        try:
            self._take_turn(business)
        except LeaseLost:
            return

    @override
    def put_anew(self, business: str) -> None:
        self.put(business)
