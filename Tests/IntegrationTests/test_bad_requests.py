"""What the HTTP contract calls malformed gets its status, its code and a message that names the place, and the
next good request is answered right.
"""

import json

import clouds
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

SQUARE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]], "dimension": 2}


def cloud(points, **more):
    return {"point_cloud": {"points": points, **more}}


def matrix(values):
    return {"distance_matrix": {"values": values}}


def given(**parameters):
    return {"point_cloud": SQUARE, "parameters": parameters}


# A body, and what the message must name.
MALFORMED = {
    "not JSON": (b'{"point_cloud": ', None),
    "no body": (b"", None),
    "a list": ([1, 2, 3], None),
    "no input": ({"parameters": {}}, "point_cloud"),
    "two inputs": ({"point_cloud": SQUARE, **matrix([[0, 1], [1, 0]])}, None),
    "no points": (cloud([]), "points"),
    "a point without coordinates": (cloud([[]]), "points"),
    "points that are no list": (cloud(7), "points"),
    "a point that is no list": (cloud([[0, 0], 7]), "points[1]"),
    "ragged points": (
        cloud([[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3]]),
        "points[3] has 2 coordinates, expected 3",
    ),
    "text for a number": (cloud([[0, 0], [1, "one"]]), "points[1]"),
    "null for a number": (cloud([[0, 0], [1, None]]), "points[1]"),
    "a number that is not finite": (b'{"point_cloud": {"points": [[0, 0], [1, 1e999]]}}', "points[1]"),
    "a dimension that differs": (cloud([[0, 0]], dimension=3), "points[0] has 2 coordinates, expected 3"),
    "a ragged matrix": (matrix([[0, 1], [1]]), "values[1]"),
    "a matrix that is not square": (matrix([[0, 1, 2], [1, 0, 2]]), None),
    "a matrix that is not symmetric": (matrix([[0, 1], [2, 0]]), None),
    "a negative distance": (matrix([[0, -1], [-1, 0]]), None),
    "a lower triangle of no size": ({"distance_matrix": {"lower": [1, 2]}}, "lower"),
    "a negative length": (given(max_edge_length=-1), "max_edge_length"),
    "a length in words": (given(max_edge_length="long"), "max_edge_length"),
    "a negative dimension": (given(max_dimension=-1), "max_dimension"),
    "half a dimension": (given(max_dimension=1.5), "max_dimension"),
    "no threads": (given(num_threads=0), "num_threads"),
    "an unknown metric": (given(metric="taxicab"), "metric"),
    "minkowski below 1": (given(metric="minkowski", p=0.5), "p"),
    "a field that is not prime": (given(coefficient_field=4), "coefficient_field"),
    "a field that is too large": (given(coefficient_field=32771), "coefficient_field"),
    "an unknown precision": (given(precision="float16"), "precision"),
}


@pytest.mark.parametrize(("body", "place"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_requests(compute, body, place):
    answer = compute(body)
    assert answer.status == 400, answer.body.decode()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == 400
    assert {"type", "title", "detail"} <= problem.keys()
    assert problem["error"]["code"] == "VALIDATION_ERROR"
    if place is not None:
        assert place in problem["error"]["message"]
    assert_still_right(compute)


def test_nesting_without_end(compute):
    assert compute(b'{"point_cloud": ' + b"[" * 200_000).status == 400
    assert_still_right(compute)


def assert_still_right(compute):
    answer = compute({"point_cloud": SQUARE})
    assert answer.status == 200, answer.body.decode()
    loops = [pair for pair in answer.json()["results"]["persistence_pairs"] if pair["dimension"] == 1]
    assert [(loop["birth"], round(loop["death"], 5)) for loop in loops] == [(1.0, 1.41421)]


def test_unknown_route(shared):
    answer = service.fetch(f"{shared.base}/tda/compute/sheaf", {})
    assert answer.status == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_the_answer_has_every_field(compute):
    fresh = {"cache_results": False}
    answer = compute({"point_cloud": SQUARE, "parameters": {"max_dimension": 1}, "job_options": fresh})
    assert answer.status == 200
    job = answer.json()
    fields = (
        "job_id algorithm status created_at completed_at computation_time_ms input_data parameters results"
    )
    assert set(fields.split()) <= job.keys()
    assert (job["algorithm"], job["status"]) == ("vietoris_rips", "completed")
    assert job["input_data"] == {"num_points": 4, "dimension": 2, "file_id": None}
    results = job["results"]
    assert results["betti_numbers"] == {"beta_0": 1, "beta_1": 0}
    assert results["cached"] is False
    essential = [pair for pair in results["persistence_pairs"] if pair["death"] == "infinity"]
    assert essential == [{"dimension": 0, "birth": 0, "death": "infinity", "persistence": "infinity"}]
    statistics = "computation_time_ms memory_peak_mb num_points num_edges num_threads backend phases"
    assert set(statistics.split()) <= results["statistics"].keys()
    assert results["statistics"]["num_points"] == 4


def test_request_id_is_echoed_or_made(shared):
    url = f"{shared.base}/tda/compute/vietoris-rips"
    assert (
        service.fetch(url, {"point_cloud": SQUARE}, {"X-Request-Id": "abc"}).headers["X-Request-Id"] == "abc"
    )
    assert service.fetch(url, {"point_cloud": SQUARE}).headers["X-Request-Id"]


def test_estimate(shared):
    answer = service.fetch(f"{shared.base}/tda/estimate", {"point_cloud": SQUARE})
    assert answer.status == 200, answer.body.decode()
    estimate = answer.json()
    assert estimate["admissible"] is True
    assert estimate["mode"] == "sync"
    assert estimate["estimated_time_ms"] >= 0
    assert estimate["estimated_memory_mb"] >= 0


def test_ten_thousand_points_become_a_job(shared, compute):
    points = clouds.uniform(10_000, 3, seed=1).astype(float).round(4).tolist()
    body = {**cloud(points), "parameters": {"max_edge_length": 2}}
    assert service.fetch(f"{shared.base}/tda/estimate", body).json()["mode"] == "async"
    answer = compute(body)
    assert answer.status == 202, answer.body.decode()
    job = answer.json()
    assert answer.headers["Location"] == job["status_url"] == f"/api/v1/jobs/{job['job_id']}"
    assert service.fetch(f"{shared.base}/jobs/{job['job_id']}/cancel", b"").status == 200


def test_a_computation_above_the_memory_budget(folder, start):
    path = folder / "tda.sock"
    start.daemon(path, "--memory-limit", str(64 << 20))
    base = start.gateway(path, folder / "data").base
    points = [[float(i), float(i * i % 97)] for i in range(12_000)]
    answer = service.fetch(f"{base}/tda/compute/vietoris-rips", cloud(points))
    assert answer.status == 422, answer.body.decode()
    assert answer.json()["error"]["code"] == "RESOURCE_LIMIT"


def test_tokens(folder, start):
    path = folder / "tda.sock"
    start.daemon(path)
    base = start.gateway(path, folder / "data", environment={"TDA_API_TOKENS": "first,second"}).base
    url = f"{base}/tda/compute/vietoris-rips"
    body = json.dumps({"point_cloud": SQUARE}).encode()

    without = service.fetch(url, body)
    assert (without.status, without.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    wrong = service.fetch(url, body, {"Authorization": "Bearer third"})
    assert (wrong.status, wrong.json()["error"]["code"]) == (403, "FORBIDDEN")
    for token in ("first", "second"):
        assert service.fetch(url, body, {"Authorization": f"Bearer {token}"}).status == 200
    assert service.fetch(f"{base}/health").status == 200
