"""How a stream is cut into windows of event time: pure functions, the same rules as the bridge's.

Times are milliseconds. Windows are [k·step, k·step + length); step = length is tumbling. A stream's windows close when
an event `lateness` later than their end has come, or when the stream was quiet.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True)
class WindowShape:
    length: int = 10_000
    step: int = 10_000
    lateness: int = 0
    idle: int = 3_000

    def __post_init__(self):
        if not 0 < self.step <= self.length:
            raise ValueError(f"a window of {self.length} ms cannot begin every {self.step} ms")
        if self.lateness < 0 or self.idle <= 0:
            raise ValueError("lateness must not be negative, and the idle time must be above 0")

    @property
    def is_tumbling(self):
        return self.step == self.length

    def first_end(self, time):
        """The end of the first window that ends after `time`."""
        return ((time - self.length) // self.step + 1) * self.step + self.length

    def last_end(self, time):
        """The end of the last window that `time` is in."""
        return time // self.step * self.step + self.length


@dataclass(frozen=True)
class Progress:
    """How far a stream has come: its latest event time; where its windows are closed; the first end that waits."""

    latest: int | None = None
    floor: int | None = None
    next_end: int | None = None

    def is_late(self, time, shape):
        """Whether all windows of an event of that time are closed."""
        if self.floor is None:
            return False
        return time < self.floor if shape.is_tumbling else shape.last_end(time) <= self.floor

    def taking(self, time, shape):
        """With one more event."""
        end = shape.first_end(time)
        if self.floor is not None:
            end = max(end, shape.first_end(self.floor))
        return replace(
            self,
            latest=time if self.latest is None else max(self.latest, time),
            next_end=end if self.next_end is None else min(self.next_end, end),
        )

    def is_due(self, boundary):
        return self.next_end is not None and self.next_end <= boundary


class Window(NamedTuple):
    """A closed window with its events, by time; events of one time in the order in which they came."""

    start: int
    end: int
    events: list
    reason: str


def close_through(boundary, reason, events, progress, shape):
    """Closes the windows that end at `boundary` or before.

    `events` are all that wait, in the order in which they came, each with a `time`. Returns the windows, the events
    that still wait, and the progress.
    """
    waiting = sorted(events, key=lambda event: event.time)
    windows, floor = [], progress.floor
    while waiting:
        end = shape.first_end(waiting[0].time)
        if floor is not None:
            end = max(end, shape.first_end(floor))
        if end > boundary:
            return windows, waiting, replace(progress, floor=floor, next_end=end)
        start = end - shape.length
        if shape.is_tumbling and floor is not None:
            start = max(start, floor)
        inside = [event for event in waiting if event.time < end]
        windows.append(Window(start, end, inside, reason))
        floor = end
        waiting = [event for event in waiting if shape.last_end(event.time) > floor]
    return windows, waiting, replace(progress, floor=floor, next_end=None)


def close_quiet(quiet, events, progress, shape):
    """Closes what `quiet` milliseconds without an event say."""
    if shape.is_tumbling:
        return close_all("idle", events, progress, shape)
    steps = (quiet - shape.idle) // shape.step
    boundary = shape.first_end(progress.latest) + steps * shape.step
    return close_through(boundary, "idle", events, progress, shape)


def close_all(reason, events, progress, shape):
    """Closes every window that has events. What comes later for the rest of a tumbling one is a window of its own."""
    if not events:
        return [], [], progress
    windows, waiting, progress = close_through(
        shape.last_end(progress.latest), reason, events, progress, shape
    )
    if shape.is_tumbling and windows:
        progress = replace(progress, floor=progress.latest + 1)
    return windows, waiting, progress
