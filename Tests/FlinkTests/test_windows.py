"""How the Flink job cuts streams into windows, against the definition written out."""

import random
from collections import defaultdict
from typing import NamedTuple

import pytest
from tda_flink.windows import Progress, WindowShape, close_all, close_quiet, close_through

TUMBLING = WindowShape(length=10, step=10)
SLIDING = WindowShape(length=10, step=4)


class Event(NamedTuple):
    time: int
    number: int


def run(times, shape):
    """The windows of a stream whose events have these times, closed at the end; and the events that came late."""
    waiting, progress, closed, late = [], Progress(), [], []
    for number, time in enumerate(times):
        event = Event(time, number)
        if progress.is_late(time, shape):
            late.append(event)
            continue
        waiting.append(event)
        progress = progress.taking(time, shape)
        boundary = progress.latest - shape.lateness
        if progress.is_due(boundary):
            windows, waiting, progress = close_through(boundary, "watermark", waiting, progress, shape)
            closed += windows
    windows, waiting, _ = close_all("end", waiting, progress, shape)
    assert not waiting
    return closed + windows, late


def by_definition(events, shape):
    """Every window that has events, by its start."""
    windows = defaultdict(list)
    for event in sorted(events, key=lambda event: event.time):
        first = (event.time - shape.length) // shape.step + 1
        for k in range(first, event.time // shape.step + 1):
            windows[k * shape.step].append(event)
    return dict(sorted(windows.items()))


@pytest.mark.parametrize(("length", "step"), [(10, 10), (10, 4), (7, 1), (1, 1)])
def test_in_order_streams_are_cut_by_definition(length, step):
    for seed in range(40):
        draw = random.Random(seed)
        times = sorted(draw.randrange(100) for _ in range(draw.randrange(1, 40)))
        shape = WindowShape(length=length, step=step)
        closed, late = run(times, shape)
        expected = by_definition([Event(time, number) for number, time in enumerate(times)], shape)
        assert not late
        assert {window.start: window.events for window in closed} == expected
        assert all(window.end - window.start == length for window in closed)


@pytest.mark.parametrize("step", [10, 4])
def test_events_within_the_lateness_may_come_in_any_order(step):
    for seed in range(40):
        draw = random.Random(seed)
        shape = WindowShape(length=10, step=step, lateness=15)
        times = sorted((draw.randrange(200) for _ in range(60)), key=lambda time: time + draw.randrange(15))
        closed, late = run(times, shape)
        expected = by_definition([Event(time, number) for number, time in enumerate(times)], shape)
        assert not late
        assert {window.start: window.events for window in closed} == expected


def test_what_comes_after_its_windows_were_closed_is_late():
    closed, late = run([5, 25, 7, 26], TUMBLING)
    assert [event.time for event in late] == [7]
    assert [[event.time for event in window.events] for window in closed] == [[5], [25, 26]]


def test_a_quiet_stream_closes_and_what_comes_later_is_a_window_of_its_own():
    progress = Progress().taking(12, TUMBLING)
    (first,), waiting, progress = close_quiet(3000, [Event(12, 0)], progress, TUMBLING)
    assert (first.start, first.end, first.reason, waiting) == (10, 20, "idle", [])
    assert progress.is_late(12, TUMBLING) and not progress.is_late(13, TUMBLING)
    (rest,), _, _ = close_all("end", [Event(15, 1)], progress.taking(15, TUMBLING), TUMBLING)
    assert (rest.start, rest.end) == (13, 20)


def test_sliding_windows_of_a_quiet_stream_close_step_by_step():
    events = [Event(9, 0)]
    progress = Progress().taking(9, SLIDING)
    (first,), waiting, progress = close_quiet(SLIDING.idle, events, progress, SLIDING)
    assert (first.start, first.end, waiting) == (0, 10, events)
    windows, waiting, progress = close_quiet(SLIDING.idle + 8, waiting, progress, SLIDING)
    assert [window.start for window in windows] == [4, 8] and not waiting


@pytest.mark.parametrize(
    "wrong", [{"length": 0, "step": 0}, {"length": 5, "step": 6}, {"lateness": -1}, {"idle": 0}]
)
def test_shapes_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        WindowShape(**wrong)
