"""What is published: results of windows and dead letters, in the shapes of the Kafka contract and the bridge."""

import json
import math
import uuid
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

WINDOWS = uuid.uuid5(uuid.NAMESPACE_URL, "https://tda-platform/window")
SOURCE = "tda-flink"


class Message(NamedTuple):
    """A record to publish; `headers` is a dict of bytes. A dead letter has `is_dead_letter`."""

    key: bytes | None
    value: bytes | None
    headers: dict
    is_dead_letter: bool = False


def contract_time(milliseconds):
    """As in 2026-01-31T12:00:00.123Z."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def window_id(stream, start, end):
    """Follows from stream and window, so that a window which is computed again has the same; the bridge's is equal."""
    return str(uuid.uuid5(WINDOWS, f"{stream}\n{start}\n{end}"))


def number(value, precision):
    """As JSON writes it: the shortest text that reads back as the same number of that precision."""
    if math.isinf(value):
        return "infinity"
    return float(str(np.float32(value))) if precision == "float32" else float(value)


def persistence_pairs(diagrams, precision):
    return [
        {
            "dimension": dimension,
            "birth": number(birth, precision),
            "death": number(death, precision),
            "persistence": number(death - birth, precision),
        }
        for dimension, diagram in enumerate(diagrams)
        for birth, death in diagram.tolist()
    ]


def window_completed(closed, result, precision, now):
    """The message about a window that was computed; `closed` a `ClosedWindow`, `now` in milliseconds since 1970."""
    own = window_id(closed.stream, closed.start, closed.end)
    payload = {
        "stream_id": closed.stream,
        "result_id": own,
        "persistence_pairs": persistence_pairs(result.diagrams, precision),
        "betti_numbers": {f"beta_{k}": count for k, count in enumerate(result.betti_numbers)},
        "window_metadata": {
            "window_start": contract_time(closed.start),
            "window_end": contract_time(closed.end),
            "event_count": closed.event_count,
            "point_count": len(closed.points),
            "closed_by": closed.reason,
        },
        "stream_processing": {"engine": "flink", "latency_ms": max(0, now - closed.closed_at)},
    }
    time = contract_time(now)
    metadata = {
        "message_id": own,
        "message_type": "stream.window.completed",
        "timestamp": time,
        "source": SOURCE,
        "version": "1.0",
        "correlation_id": own,
    }
    headers = {
        "ce_specversion": "1.0",
        "ce_id": own,
        "ce_type": "stream.window.completed",
        "ce_source": SOURCE,
        "ce_subject": closed.stream,
        "ce_time": time,
        "content-type": "application/json",
    }
    if closed.trace_parent:
        headers["traceparent"] = closed.trace_parent
    return Message(
        closed.stream.encode(),
        json.dumps({"metadata": metadata, "payload": payload}, separators=(",", ":")).encode(),
        {name: text.encode() for name, text in headers.items()},
    )


def dead_letter(record, reason, message, now):
    """A record that goes to the dead-letter topic as it came, with what was wrong in headers of its own."""
    headers = {name: value for name, value in record.headers.items() if not name.startswith("dlq.")}
    told = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "error.code": reason,
        "error.message": message[:1000],
        "failed_at": contract_time(now),
    }
    headers |= {f"dlq.{name}": str(value).encode() for name, value in told.items()}
    return Message(record.key, record.value, headers, is_dead_letter=True)
