"""Records of `tda_events` to events, checked; what is none is a dead letter with its reason."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

import jsonschema
import numpy as np

MAX_BYTES = 4 << 20
# One event from the far future would close every window of its stream.
MAX_AHEAD_MS = 24 * 3600 * 1000


class BadRecord(Exception):
    """Why a record cannot be used: a stable `reason`, as the bridge names it, and a message."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


class Event(NamedTuple):
    """Some points of a stream. `time` in milliseconds since 1970; `points` float64 of shape (points, dimension)."""

    stream: str
    time: int
    points: np.ndarray
    record: "Record"


class Record(NamedTuple):
    """A record as it came. `headers` is a dict of bytes; `topic`, `partition` and `offset` say from where."""

    key: bytes | None
    value: bytes | None
    headers: dict
    topic: str = "tda_events"
    partition: int = 0
    offset: int = 0


class EventReader:
    """Reads records against the JSON Schema `schema` of `tda_events` (a dict)."""

    def __init__(self, schema):
        # The points, most of the text, are checked as an array; the schema sees one in their place.
        self.validator = jsonschema.Draft7Validator(schema)

    def read(self, record, now):
        """The `Event` in a record; `now` in milliseconds since 1970. Raises BadRecord."""
        message = parse(record.value)
        rows = message.get("payload", {}).get("points") if isinstance(message.get("payload"), dict) else None
        if isinstance(rows, list) and rows:
            message["payload"]["points"] = [[0]]
        error = next(iter(self.validator.iter_errors(message)), None)
        if error is not None:
            raise BadRecord("schema", f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}")
        payload = message["payload"]
        time = milliseconds(payload["timestamp"])
        if time > now + MAX_AHEAD_MS:
            raise BadRecord("invalid", "payload.timestamp lies more than a day ahead of the clock")
        return Event(payload["stream_id"], time, points(rows), record)


def parse(value):
    """The JSON object in a record's value, with or without Confluent's prefix of five bytes."""
    if value is None:
        raise BadRecord("tombstone", "the record has no value")
    if not value:
        raise BadRecord("empty", "the record's value is empty")
    if len(value) > MAX_BYTES:
        raise BadRecord("too_large", f"the record has {len(value)} bytes, {MAX_BYTES} are taken")
    if value[0] == 0 and len(value) > 5:
        value = value[5:]
    try:
        message = json.loads(value, parse_constant=reject)
    except (ValueError, RecursionError) as error:
        raise BadRecord("not_json", f"the value is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise BadRecord("schema", "the message is no object")
    return message


def reject(constant):
    raise ValueError(f"{constant} is no JSON number")


def points(rows):
    """Rows of numbers as an array of shape (points, dimension)."""
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    for index, row in enumerate(rows):
        place = f"payload.points[{index}]"
        if not isinstance(row, list) or not row:
            raise BadRecord("schema", f"{place} is no row of coordinates")
        if len(row) != width:
            raise BadRecord("invalid", f"{place} has {len(row)} coordinates, expected {width}")
        for column, value in enumerate(row):
            if type(value) not in (int, float):
                raise BadRecord("schema", f"{place}[{column}] is no number")
    with np.errstate(over="ignore"):
        array = np.array(rows, dtype=float)
        finite = np.isfinite(array.astype(np.float32))
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise BadRecord("invalid", f"payload.points[{row}][{column}] is too large for float32")
    return array


def milliseconds(timestamp):
    """Milliseconds since 1970 of an ISO 8601 text (UTC where it names no zone), or of a number of seconds, or of
    milliseconds where seconds would lie beyond the year 5000.
    """
    if isinstance(timestamp, str):
        try:
            moment = datetime.fromisoformat(timestamp)
        except ValueError:
            raise BadRecord(
                "invalid",
                f"payload.timestamp is {timestamp[:40]!r}, expected a time as in 2026-01-31T12:00:00Z",
            ) from None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    else:
        seconds = timestamp / 1000 if timestamp >= 1e11 else timestamp
    return round(seconds * 1000)
