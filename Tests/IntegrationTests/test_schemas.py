"""The schemas of messages: our validator beside one that is not ours."""

import json
import random
import subprocess

import pytest
import service
from kafka_client import schema

pytestmark = pytest.mark.programs("tda-bridge")


def test_our_validator_agrees_with_jsonschema():
    """Mutations of good messages, judged by tda-bridge validate and by Python's jsonschema."""
    randomness = random.Random(7)
    metadata = {"message_id": "1", "timestamp": "2026-01-01T00:00:00Z", "source": "x", "version": "1.0"}
    pairs = [{"dimension": 0, "birth": 0, "death": "infinity", "persistence": "infinity"}]
    good = {
        "tda_jobs": {
            "job_id": "j", "algorithm": "a", "status": "failed", "parameters": {},
            "error": {"code": "C", "message": ""},
        },
        "tda_results": {
            "job_id": "j", "result_id": "r", "result_type": "persistence_diagram", "persistence_pairs": pairs,
            "betti_numbers": {"beta_0": 1}, "statistics": {},
        },
        "tda_events": {"event_type": "point_cloud_update", "stream_id": "s", "points": [[0, 1.5]], "timestamp": 0},
        "tda_requests": {"point_cloud": {"points": [[0]], "dimension": 1}, "parameters": {}},
    }  # fmt: skip
    types = {
        "tda_jobs": "job.failed",
        "tda_results": "result.generated",
        "tda_events": "stream.event",
        "tda_requests": "compute.request",
    }
    values = [
        None,
        True,
        0,
        1,
        -1,
        2.0,
        2.5,
        1e300,
        "",
        "x",
        "infinity",
        "é" * 300,
        [],
        {},
        [[]],
        [1],
        {"a": 1},
    ]

    def mutated(value):
        if randomness.random() < 0.15:
            return randomness.choice(values)
        if isinstance(value, dict):
            return {k: mutated(v) for k, v in value.items() if randomness.random() > 0.05}
        if isinstance(value, list):
            return [mutated(each) for each in value * randomness.randint(1, 2)]
        return value

    for topic, payload in good.items():
        message = {"metadata": {**metadata, "message_type": types[topic]}, "payload": payload}
        assert schema(topic).is_valid(message)
        tries = [message] + [mutated(message) for _ in range(1500)]
        lines = "\n".join(json.dumps(each) for each in tries)
        ours = subprocess.run(
            [service.PROGRAMS / "tda-bridge", "validate", topic], input=lines, capture_output=True, text=True
        ).stdout.splitlines()
        assert len(ours) == len(tries)
        judge = schema(topic)
        for each, verdict in zip(tries, ours, strict=True):
            assert (verdict == "ok") == judge.is_valid(each), (topic, each, verdict)
