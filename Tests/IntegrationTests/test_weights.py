"""Weighted filtrations and greedy subsamples: `tda rips` and the API beside giotto-ph and ripser.py."""

import json

import barcodes
import clouds
import numpy as np
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda", "tda-gateway")

EXPONENTS = {1: "1", 2: "2", np.inf: "infinity"}


def text(rows):
    return "\n".join(" ".join(map(str, np.atleast_1d(row))) for row in rows)


def of_giotto(points, weights, max_dimension=2, **parameters):
    giotto = pytest.importorskip("gph", reason="giotto-ph, a peer to compare with, is not installed")
    diagrams = giotto.ripser_parallel(
        points, maxdim=max_dimension, weights=weights, weight_params=parameters
    )["dgms"]
    return {dimension: np.asarray(bars, dtype=float) for dimension, bars in enumerate(diagrams)}


@pytest.mark.parametrize("p", EXPONENTS)
@pytest.mark.parametrize("r, neighbours", [(1, 3), (2, 5), (3.5, 1)])
def test_a_distance_to_measure(tda, p, r, neighbours):
    points = clouds.uniform(60, 3, seed=neighbours)
    flags = ["--weights", "dtm", "--weight-p", EXPONENTS[p], "--neighbours", neighbours, "--dtm-r", r]
    done = tda("rips", "-", "--max-dimension", 2, *flags, input=text(points))
    assert done.returncode == 0, done.stderr
    theirs = of_giotto(points, "DTM", p=p, r=r, n_neighbors=neighbours)
    barcodes.assert_equal(barcodes.of_text(done.stdout), theirs)


@pytest.mark.parametrize("p", EXPONENTS)
@pytest.mark.parametrize("scale", [0, 0.01, 0.3, 2])
def test_given_weights(tda, folder, p, scale):
    """From none to so large that most edges appear with their later end."""
    points = clouds.uniform(50, 2, seed=7)
    weights = clouds.uniform(50, 1, seed=8)[:, 0] * np.float32(scale)
    (folder / "weights.txt").write_text(text(weights))
    flags = ["--weights", folder / "weights.txt", "--weight-p", EXPONENTS[p], "--max-dimension", 2]
    done = tda("rips", "-", *flags, input=text(points))
    assert done.returncode == 0, done.stderr
    barcodes.assert_equal(barcodes.of_text(done.stdout), of_giotto(points, weights.astype(float), p=p))


def test_weights_over_http(compute):
    points = clouds.uniform(30, 2, seed=9)
    weights = clouds.uniform(30, 1, seed=10)[:, 0]
    cloud = {"points": points.tolist(), "dimension": 2}
    measured = compute(
        {"point_cloud": cloud, "parameters": {"weights": "DTM", "weight_params": {"p": "infinity"}}}
    )
    given = compute({"point_cloud": cloud, "parameters": {"weights": weights.tolist()}})
    for answer, theirs in (
        (measured, of_giotto(points, "DTM", max_dimension=1, p=np.inf)),
        (given, of_giotto(points, weights.astype(float), max_dimension=1, p=1)),
    ):
        assert answer.status == 200, answer.body
        barcodes.assert_equal(barcodes.of_results(answer.json()["results"]), theirs)


@pytest.mark.parametrize(
    "parameters, place",
    [
        ({"weights": "dmt"}, "parameters.weights"),
        ({"weights": [1, -1]}, "weights[1]"),
        ({"weights": [1]}, "weights"),
        ({"weights": "DTM", "weight_params": {"n_neighbors": 2}}, "n_neighbors"),
        ({"weights": "DTM", "weight_params": {"p": 3}}, "p: 3"),
        ({"subsample": 3}, "subsample"),
        ({"subsample": 0}, "subsample"),
    ],
)
def test_what_cannot_be_is_refused_by_name(compute, parameters, place):
    answer = compute({"point_cloud": {"points": [[0], [1]]}, "parameters": parameters})
    assert answer.status == 400, answer.body
    assert place in answer.json()["error"]["message"]


@pytest.mark.parametrize("count, size", [(40, 10), (200, 30), (30, 30)])
def test_a_greedy_subsample(compute, count, size):
    """The same points as ripser.py chooses, whose distances it takes in double precision."""
    ripser = pytest.importorskip("ripser", reason="ripser.py, a peer to compare with, is not installed")
    points = clouds.uniform(count, 3, seed=count)
    answer = compute({"point_cloud": {"points": points.tolist()}, "parameters": {"subsample": size}})
    assert answer.status == 200, answer.body
    results = answer.json()["results"]
    theirs = ripser.ripser(points.astype(float), maxdim=1, n_perm=size)
    if size < count:
        assert results["subsample"]["indices"] == theirs["idx_perm"].tolist()
    assert results["subsample"]["covering_radius"] == pytest.approx(theirs["r_cover"], rel=1e-5)
    barcodes.assert_equal(barcodes.of_results(results), dict(enumerate(theirs["dgms"])))


def test_a_subsample_keeps_the_numbers_of_its_points(shared, tda):
    """Two far clusters: the essential class's cocycle names points of the input, not of the subsample."""
    points = np.concatenate([clouds.uniform(20, 2, seed=1), clouds.uniform(20, 2, seed=2) + 100])
    done = tda("rips", "-", "--subsample", 2, "--representatives", "--output", "json", input=text(points))
    results = json.loads(done.stdout)
    chosen = results["subsample"]["indices"]
    assert chosen[0] == 0 and chosen[1] >= 20
    named = {
        vertex for pair in results["persistence_pairs"] for (vertex,) in pair["representative"]["simplices"]
    }
    assert named == set(chosen)
    assert "covering radius" in done.stderr


def test_a_subsample_of_distances(shared):
    """With repeated points: no point is chosen twice."""
    points = clouds.with_duplicates(6, 2, seed=3)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    answer = service.fetch(
        f"{shared.base}/tda/compute/vietoris-rips",
        {"distance_matrix": {"values": distances.tolist()}, "parameters": {"subsample": 9}},
    )
    subsample = answer.json()["results"]["subsample"]
    assert len(set(subsample["indices"])) == 9
    assert subsample["covering_radius"] == 0
