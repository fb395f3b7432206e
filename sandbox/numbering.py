"""Numbers given out one after the other."""


class Numbering:
    """Gives out numbers with `next()`; `upcoming` is the one that comes next."""

    def __init__(self, first: int) -> None:
        self.upcoming = first

    def __next__(self) -> int:
        self.upcoming += 1
        return self.upcoming - 1
