"""Records to events: what is taken, and what each bad record is told."""

import json
from pathlib import Path

import pytest
from tda_flink.events import BadRecord, EventReader, Record
from tda_flink.messages import dead_letter, window_id

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas/tda_events.json").read_text())
NOW = 1_767_225_600_000


def value(**changes):
    payload = {
        "event_type": "point_cloud_update",
        "stream_id": "s",
        "points": [[0, 1], [2, 3.5]],
        "timestamp": "2026-01-01T00:00:00.250Z",
    }
    metadata = {"message_id": "m", "message_type": "stream.event"}
    payload.update(changes)
    payload = {name: content for name, content in payload.items() if content is not None}
    return json.dumps({"metadata": metadata, "payload": payload}).encode()


def read(content):
    return EventReader(SCHEMA).read(Record(b"k", content, {}), NOW)


def test_an_event_is_its_stream_time_and_points():
    event = read(value())
    assert (event.stream, event.time, event.points.tolist()) == ("s", NOW + 250, [[0, 1], [2, 3.5]])


@pytest.mark.parametrize(
    "timestamp",
    ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01 00:00:00", 1767225600, 1767225600000],
)
def test_times_are_texts_seconds_or_milliseconds(timestamp):
    assert read(value(timestamp=timestamp)).time == NOW


def test_the_prefix_of_a_schema_registry_is_passed_over():
    assert read(b"\0\0\0\0\7" + value()).stream == "s"


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (None, "tombstone", "no value"),
        (b"", "empty", "empty"),
        (b"x" * (5 << 20), "too_large", "are taken"),
        (b"{", "not_json", "not JSON"),
        (b"\xff\xfe", "not_json", "not JSON"),
        (b"[" * 100_000, "not_json", "not JSON"),
        (b'{"metadata": {}, "payload": NaN}', "not_json", "NaN"),
        (b"[]", "schema", "no object"),
        (value(stream_id=None), "schema", "stream_id"),
        (value(stream_id=""), "schema", "payload.stream_id"),
        (value(points="many"), "schema", "payload.points"),
        (value(points=[]), "schema", "payload.points"),
        (value(points=[[0, "1"]]), "schema", r"points\[0\]\[1\]"),
        (value(points=[[0, True]]), "schema", r"points\[0\]\[1\]"),
        (value(points=[[]]), "schema", r"points\[0\]"),
        (value(points=[[0, 1], [2]]), "invalid", r"points\[1\] has 1 coordinates, expected 2"),
        (value(points=[[0, 1e300]]), "invalid", r"points\[0\]\[1\] is too large"),
        (value(timestamp="yesterday"), "invalid", "yesterday"),
        (value(timestamp="2026-02-01T00:00:00Z"), "invalid", "ahead of the clock"),
    ],
)
def test_bad_records_say_what_is_wrong(content, reason, words):
    with pytest.raises(BadRecord, match=words) as caught:
        read(content)
    assert caught.value.reason == reason


def test_a_dead_letter_is_the_record_as_it_came_with_its_place_and_reason():
    record = Record(b"k", b"{", {"trace": b"t", "dlq.topic": b"old"}, "tda_events", 2, 17)
    letter = dead_letter(record, "not_json", "no", NOW)
    assert (letter.key, letter.value, letter.is_dead_letter) == (b"k", b"{", True)
    assert letter.headers == {
        "trace": b"t",
        "dlq.topic": b"tda_events",
        "dlq.partition": b"2",
        "dlq.offset": b"17",
        "dlq.error.code": b"not_json",
        "dlq.error.message": b"no",
        "dlq.failed_at": b"2026-01-01T00:00:00.000Z",
    }


def test_the_id_of_a_window_follows_from_its_stream_and_span():
    assert window_id("s", 0, 10_000) == window_id("s", 0, 10_000) != window_id("s", 0, 9_000)
