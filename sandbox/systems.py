"""The accounting systems that are stood in for, in one world."""

from dataclasses import dataclass

from sandbox.desk import Desk
from sandbox.tripletex.system import Tripletex
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice
from sandbox.world import World


@dataclass(frozen=True)
class Systems:
    """All of them."""

    world: World
    office: TwentyFourSevenOffice
    tripletex: Tripletex

    @property
    def desks(self) -> list[Desk]:
        """What is on the accountants' desks, one for each company."""
        return [*self.office.desks, *self.tripletex.desks]

    def desk(self, name: str) -> Desk:
        """A company's desk by its key or name; of two with one name, that at 24SevenOffice. Errors: KeyError."""
        desks = self.desks
        for found in (lambda desk: desk.key == name, lambda desk: desk.name == name):
            for desk in filter(found, desks):
                return desk
        raise KeyError(name)

    def end_sessions(self) -> None:
        """End every session, and take back every token."""
        self.office.end_sessions()
        self.tripletex.end_sessions()

    def reset(self) -> None:
        """Empty all books, end all sessions, forget faults, calls and quota; companies and who may use them stay."""
        with self.world.lock:
            self.office.reset()
            self.tripletex.reset()
            self.world.reset()
