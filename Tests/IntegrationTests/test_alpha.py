"""Alpha complexes from end to end: the command line, HTTP, and GUDHI's exact answers."""

import json

import alpha_clouds
import clouds
import numpy as np
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda", "tda-gateway")

TRIANGLE = [[0, 0], [1, 0], [0.5, 0.75]]
RANDOM_CLOUDS = 400


@pytest.fixture
def alpha(shared):
    """alpha(points, parameter=…) posts to the alpha route and returns the answer."""

    def post(points, **parameters):
        body = {"point_cloud": {"points": np.asarray(points).tolist()}, "parameters": parameters}
        answer = service.fetch(f"{shared.base}/tda/compute/alpha-complex", body)
        assert answer.status == 200, answer.body
        return answer.json()

    return post


def bars(results, count):
    pairs = [
        (pair["dimension"], pair["birth"], float(pair["death"])) for pair in results["persistence_pairs"]
    ]
    return alpha_clouds.by_dimension(pairs, count)


def test_the_contracts_triangle(alpha):
    answer = alpha(TRIANGLE)
    assert (answer["algorithm"], answer["status"]) == ("alpha_complex", "completed")
    assert answer["results"]["alpha_shape"] == {"vertices": 3, "edges": 3, "triangles": 1, "tetrahedra": 0}
    assert answer["parameters"]["max_alpha_value"] == "infinity"


def test_the_command_line(tda):
    text = clouds.csv(TRIANGLE)
    lines = tda("alpha", "-", input=text).stdout.splitlines()
    assert lines[0] == "0 0 0.45069390943299864"
    assert lines[-1].startswith("1 0.5 ")
    results = json.loads(
        tda("alpha", "-", "--output", "json", "--max-alpha-value", "0.48", input=text).stdout
    )
    assert results["alpha_shape"] == {"vertices": 3, "edges": 2, "triangles": 0, "tetrahedra": 0}
    assert results["betti_numbers"] == {"beta_0": 1, "beta_1": 0}
    assert tda("estimate", "-", "--complex", "alpha", input=text).stdout.startswith("time ")


def test_a_loop_is_represented_by_its_edges(tda):
    text = clouds.csv(TRIANGLE)
    lines = tda("alpha", "-", "--field", "3", "--representatives", input=text).stdout.splitlines()
    edges = {edge.split("*")[-1] for edge in lines[-1].split(" ")[3:]}
    assert edges == {"1-0", "2-0", "2-1"}


def test_what_is_no_point_of_the_plane_or_of_space(tda):
    for text, name in (("1\n2\n3", "1"), ("1,2,3,4\n5,6,7,9", "4")):
        done = tda("alpha", "-", input=text)
        assert done.returncode == 65
        assert f"these have {name}" in done.stderr
        assert "Vietoris–Rips" in done.stderr


@pytest.mark.parametrize(("dimension", "side"), [(2, 7), (3, 4)])
def test_a_grid_has_the_simplices_of_its_closed_cells(alpha, dimension, side):
    """Up to half the spacing the edges of the grid, then the squares, then the cubes with all their faces."""
    grid = np.stack(np.meshgrid(*[np.arange(side)] * dimension), -1).reshape(-1, dimension)
    n, cells = side, (side - 1) ** dimension
    edges = dimension * (n - 1) * n ** (dimension - 1)
    squares = (n - 1) ** 2 if dimension == 2 else 3 * (n - 1) ** 2 * n

    def shape(radius):
        return alpha(grid, max_alpha_value=radius)["results"]["alpha_shape"]

    assert shape(0.49) == {"vertices": n**dimension, "edges": 0, "triangles": 0, "tetrahedra": 0}
    assert shape(0.5) == {"vertices": n**dimension, "edges": edges, "triangles": 0, "tetrahedra": 0}
    # A square's diagonal splits it into two triangles.
    half_diagonal = np.sqrt(0.5)
    flat = shape(half_diagonal)
    assert flat["edges"] == edges + squares
    assert flat["triangles"] == 2 * squares
    if dimension == 3:
        whole = shape(np.sqrt(0.75))
        assert whole["tetrahedra"] in range(5 * cells, 6 * cells + 1)
        euler = whole["vertices"] - whole["edges"] + whole["triangles"] - whole["tetrahedra"]
        assert euler == 1


def test_a_torus_has_its_homology_over_every_field(alpha):
    angles = np.random.default_rng(3).random((1500, 2)) * 2 * np.pi
    (u, v) = angles.T
    torus = np.stack([(2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)], axis=1)
    for field in (2, 3, 32749):
        results = alpha(torus, coefficient_field=field)["results"]
        long = [
            pair["dimension"]
            for pair in results["persistence_pairs"]
            if pair["death"] != "infinity" and pair["persistence"] > 0.4
        ]
        assert sorted(long) == [1, 1, 2]


@pytest.fixture
def gudhi():
    return pytest.importorskip("gudhi", reason="GUDHI, a peer to compare with, is not installed")


@pytest.mark.parametrize("name", [name for name, _ in alpha_clouds.special()])
def test_special_position(alpha, gudhi, name):
    cloud = dict(alpha_clouds.special())[name]
    results = alpha(cloud)["results"]
    assert alpha_clouds.same(bars(results, cloud.shape[1]), alpha_clouds.of_gudhi(gudhi, cloud))


@pytest.mark.parametrize("start", range(0, RANDOM_CLOUDS, 50))
def test_random_clouds(alpha, gudhi, start):
    for seed in range(start, start + 50):
        cloud = alpha_clouds.random_cloud(seed)
        field = [2, 3, 11][seed % 3]
        results = alpha(cloud, coefficient_field=field)["results"]
        theirs = alpha_clouds.of_gudhi(gudhi, cloud, field)
        assert alpha_clouds.same(bars(results, cloud.shape[1]), theirs), f"seed {seed}"


def test_uniform_points(alpha, gudhi):
    for dimension in (2, 3):
        cloud = np.random.default_rng(7).random((3000, dimension))
        results = alpha(cloud)["results"]
        assert alpha_clouds.same(bars(results, dimension), alpha_clouds.of_gudhi(gudhi, cloud))
