"""Events by stream to closed windows: the state and the timers around `windows`."""

import time
from typing import NamedTuple

import numpy as np
from pyflink.common.typeinfo import Types
from pyflink.datastream import OutputTag
from pyflink.datastream.functions import KeyedProcessFunction, ProcessFunction
from pyflink.datastream.state import ListStateDescriptor, ValueStateDescriptor

from . import windows
from .events import BadRecord, EventReader
from .messages import dead_letter

DEAD_LETTERS = OutputTag("dead-letters", Types.PICKLED_BYTE_ARRAY())
# Event time at the end of a bounded source.
END_OF_TIME = (1 << 63) - 1


class ClosedWindow(NamedTuple):
    """A window to compute: `points` of all its events, float64 of shape (points, dimension). `records` are those of
    its events, in case it fails. Times in milliseconds since 1970.
    """

    stream: str
    start: int
    end: int
    reason: str
    points: np.ndarray
    event_count: int
    records: list
    trace_parent: str | None
    closed_at: int


def now_ms():
    return round(time.time() * 1000)


class Parsing(ProcessFunction):
    """Records to events; what is none goes to the dead letters."""

    def __init__(self, schema):
        self.schema = schema

    def open(self, runtime_context):
        self.reader = EventReader(self.schema)

    def process_element(self, record, context):
        now = now_ms()
        try:
            yield self.reader.read(record, now)
        except BadRecord as bad:
            yield DEAD_LETTERS, dead_letter(record, bad.reason, str(bad), now)


class Windowing(KeyedProcessFunction):
    """Events keyed by stream to `ClosedWindow`s. Every stream has an event time of its own, as in the bridge."""

    def __init__(self, shape):
        self.shape = shape

    def open(self, runtime_context):
        state = Types.PICKLED_BYTE_ARRAY()
        self.waiting = runtime_context.get_list_state(ListStateDescriptor("events", state))
        self.progress = runtime_context.get_state(ValueStateDescriptor("progress", state))
        # The processing time of the last arrival, to tell a quiet stream by.
        self.arrival = runtime_context.get_state(ValueStateDescriptor("arrival", Types.LONG()))

    def process_element(self, event, context):
        progress = self.progress.value() or windows.Progress()
        if progress.is_late(event.time, self.shape):
            yield (
                DEAD_LETTERS,
                dead_letter(
                    event.record,
                    "late",
                    "its windows were closed before it came; see --lateness-seconds",
                    now_ms(),
                ),
            )
            return
        self.waiting.add(event)
        progress = progress.taking(event.time, self.shape)
        self.progress.update(progress)
        timers = context.timer_service()
        self.arrival.update(timers.current_processing_time())
        timers.register_processing_time_timer(timers.current_processing_time() + self.shape.idle)
        timers.register_event_time_timer(END_OF_TIME)
        boundary = progress.latest - self.shape.lateness
        if progress.is_due(boundary):
            yield from self.closed(
                event.stream,
                windows.close_through(boundary, "watermark", self.waiting.get(), progress, self.shape),
            )

    def on_timer(self, timestamp, context):
        progress = self.progress.value()
        if progress is None or progress.next_end is None:
            return
        if timestamp == END_OF_TIME:
            cut = windows.close_all("end", self.waiting.get(), progress, self.shape)
        else:
            quiet = timestamp - self.arrival.value()
            if quiet < self.shape.idle:
                return
            cut = windows.close_quiet(quiet, self.waiting.get(), progress, self.shape)
            if cut[1]:
                context.timer_service().register_processing_time_timer(timestamp + self.shape.step)
        yield from self.closed(context.get_current_key(), cut)

    def closed(self, stream, cut):
        closed, waiting, progress = cut
        self.waiting.update(waiting)
        self.progress.update(progress)
        for window in closed:
            yield from closed_window(stream, window)


def closed_window(stream, window):
    """A window's points in one cloud; events of another dimension than the first become dead letters."""
    dimension = window.events[0].points.shape[1]
    now = now_ms()
    fitting = []
    for event in window.events:
        if event.points.shape[1] == dimension:
            fitting.append(event)
        else:
            own = event.points.shape[1]
            message = f"the points have {own} coordinates, those of the window before them {dimension}"
            yield DEAD_LETTERS, dead_letter(event.record, "invalid", message, now)
    traces = [event.record.headers.get("traceparent") for event in fitting]
    yield ClosedWindow(
        stream,
        window.start,
        window.end,
        window.reason,
        np.concatenate([event.points for event in fitting]),
        len(fitting),
        [event.record for event in fitting],
        next((trace.decode(errors="replace") for trace in reversed(traces) if trace), None),
        now,
    )
