"""A machine whose clocks a test sets."""

from datetime import UTC, datetime, timedelta

from adapters.clock import MachineClocks

_START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


class FakeMachine:
    """Its clocks stand still until they are moved; `clocks` are what a storage is opened with."""

    def __init__(self, boot: str = "a", *, wall: datetime = _START) -> None:
        self.boot = boot
        self.elapsed = timedelta(hours=1)
        self.wall = wall
        self.clocks = MachineClocks(wall=lambda: self.wall, elapsed=lambda: self.elapsed, boot=lambda: self.boot)

    def pass_time(self, length: timedelta) -> None:
        """Let time pass, on all its clocks."""
        self.elapsed += length
        self.wall += length

    def set_wall_clock(self, by: timedelta) -> None:
        """Step the wall clock."""
        self.wall += by

    def restart(self, boot: str) -> None:
        """Start the machine anew: what it has been up for begins again."""
        self.boot = boot
        self.elapsed = timedelta(seconds=1)
