"""A queue that remembers what was put, and can do the work at once."""

from collections.abc import Callable

from core.errors import LeaseLost


class FakeQueue:
    """Records each put. With `take_turn`, the business's turn is taken before `put` returns."""

    def __init__(self, take_turn: Callable[[str], None] | None = None) -> None:
        self.puts: list[str] = []
        self.take_turn = take_turn

    def put(self, business: str) -> None:
        """Record it, and take the turn when there is somebody to take it."""
        self.puts.append(business)
        if self.take_turn is None:
            return
        try:
            self.take_turn(business)
        except LeaseLost:
            return  # the new holder goes on

    def put_anew(self, business: str) -> None:
        """The same: this queue has no turns that could be left over."""
        self.put(business)
