"""Barcodes through HTTP and through the command line equal those of ripser.py, as multisets."""

import io
import json
import subprocess

import barcodes
import clouds
import numpy as np
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway", "tda")

# Points, highest dimension, threshold (None: the enclosing radius), field.
POINT_CLOUDS = {
    "uniform in the square": (clouds.uniform(60, 2, seed=1), 1, None, 2),
    "uniform in space": (clouds.uniform(40, 3, seed=2), 2, None, 2),
    "uniform in space, a threshold": (clouds.uniform(80, 3, seed=3), 2, 0.4, 2),
    "uniform in R^6 over Z/7": (clouds.uniform(20, 6, seed=4), 3, None, 7),
    "a sphere": (clouds.sphere(60, 3, seed=5), 2, None, 2),
    "a grid, full of ties": (clouds.grid(4, 3), 2, 2.0, 2),
    "every point twice": (clouds.with_duplicates(20, 3, seed=6), 2, None, 2),
    "one point": (np.zeros((1, 2), dtype=np.float32), 1, None, 2),
    "two equal points": (np.ones((2, 3), dtype=np.float32), 1, None, 2),
    "two points": (np.array([[0, 0], [3, 4]], dtype=np.float32), 1, None, 2),
    "points on a line": (np.arange(12, dtype=np.float32)[:, None], 1, None, 2),
}

# Distances, highest dimension, threshold, field; these are equal to the last bit.
MATRICES = {
    "no metric": (clouds.random_distances(30, seed=7), 2, None, 2),
    "no metric, full of ties": (clouds.random_distances(24, seed=8, levels=4), 3, None, 2),
    "full of ties over Z/3": (clouds.random_distances(24, seed=9, levels=3), 3, None, 3),
    "the projective plane over Z/2": (clouds.projective_plane(), 2, None, 2),
    "the projective plane over Z/3": (clouds.projective_plane(), 2, None, 3),
    "all equal": (np.ones((8, 8), dtype=np.float32) - np.eye(8, dtype=np.float32), 3, None, 2),
}


def each(inputs):
    return pytest.mark.parametrize("case", inputs.values(), ids=inputs.keys())


def parameters(max_dimension, threshold, field):
    given = {"max_dimension": max_dimension, "coefficient_field": field}
    return given if threshold is None else {**given, "max_edge_length": threshold}


def flags(max_dimension, threshold, field):
    given = ["--max-dimension", max_dimension, "--field", field]
    return given if threshold is None else [*given, "--max-edge-length", threshold]


def as_text(rows):
    """Numbers in the fewest digits that read back as the same float32."""
    return "\n".join(",".join(str(value) for value in row) for row in rows) + "\n"


def euclidean(points):
    wide = points.astype(float)
    return np.sqrt(((wide[:, None] - wide[None]) ** 2).sum(axis=2))


def peer(distances, max_dimension, threshold, field):
    pytest.importorskip("ripser", reason="ripser.py, a peer to compare with, is not installed")
    return barcodes.of_ripser(distances, max_dimension, np.inf if threshold is None else threshold, field)


def computed(answer):
    assert answer.status == 200, answer.body.decode()
    return answer.json()["results"]


@each(POINT_CLOUDS)
def test_points_over_http(compute, case):
    points, *options = case
    cloud = {"points": points.tolist(), "dimension": points.shape[1]}
    results = computed(compute({"point_cloud": cloud, "parameters": parameters(*options)}))
    barcodes.assert_equal(barcodes.of_results(results), peer(euclidean(points), *options))


@each(POINT_CLOUDS)
def test_points_on_the_command_line(tda, case):
    points, *options = case
    done = tda("rips", "-", *flags(*options), "--output", "csv", input=as_text(points))
    assert done.returncode == 0, done.stderr
    barcodes.assert_equal(barcodes.of_csv(done.stdout), peer(euclidean(points), *options))


@each(MATRICES)
def test_matrices_over_http(compute, case):
    matrix, *options = case
    body = {"distance_matrix": {"values": matrix.tolist()}, "parameters": parameters(*options)}
    results = computed(compute(body))
    barcodes.assert_equal(barcodes.of_results(results), peer(matrix, *options), relative=1e-7)


@each(MATRICES)
def test_lower_triangles_over_http(compute, case):
    matrix, *options = case
    lower = [value for row in range(len(matrix)) for value in matrix[row, :row].tolist()]
    results = computed(compute({"distance_matrix": {"lower": lower}, "parameters": parameters(*options)}))
    barcodes.assert_equal(barcodes.of_results(results), peer(matrix, *options), relative=1e-7)


@each(MATRICES)
@pytest.mark.parametrize("form", ["distances", "lower-distances", "upper-distances"])
def test_matrices_on_the_command_line(tda, case, form):
    matrix, *options = case
    rows = range(len(matrix))
    written = {
        "distances": as_text(matrix),
        "lower-distances": as_text(matrix[row, :row] for row in rows if row > 0),
        "upper-distances": as_text(matrix[row, row + 1 :] for row in rows if row + 1 < len(matrix)),
    }
    done = tda("rips", "-", "--input", form, *flags(*options), "--output", "text", input=written[form])
    assert done.returncode == 0, done.stderr
    barcodes.assert_equal(barcodes.of_text(done.stdout), peer(matrix, *options), relative=1e-6)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
@pytest.mark.parametrize("field", [2, 5])
def test_sparse_graphs_on_the_command_line(tda, share, field):
    sparse = pytest.importorskip("scipy.sparse", reason="SciPy, which ripser.py needs, is not installed")
    count, options = 30, (2, None, field)
    edges = [edge for edge in clouds.random_graph(count, share, seed=10) if edge[:2] != (0, count - 1)]
    edges.append((0, count - 1, 1.5))  # so that the file names the last vertex whatever the share
    text = "\n".join(f"{i} {j} {np.float32(length)}" for i, j, length in edges)
    done = tda("rips", "-", "--input", "sparse", *flags(*options), "--output", "text", input=text)
    assert done.returncode == 0, done.stderr
    rows, columns, lengths = zip(*edges, strict=True)
    graph = sparse.coo_matrix((lengths, (rows, columns)), shape=(count, count))
    barcodes.assert_equal(
        barcodes.of_text(done.stdout), peer((graph + graph.T).tocoo(), *options), relative=1e-6
    )


def test_projective_plane_has_its_classes_over_two_only(compute):
    """Known without any peer: one class in H1 and one in H2, from 1 to 2, over Z/2; none over Z/3."""
    found = {}
    for field in (2, 3):
        matrix = {"values": clouds.projective_plane().tolist()}
        body = {"distance_matrix": matrix, "parameters": parameters(2, None, field)}
        bars = barcodes.of_results(computed(compute(body)))
        found[field] = {dimension: bars[dimension].tolist() for dimension in (1, 2) if dimension in bars}
    assert found == {2: {1: [[1, 2]], 2: [[1, 2]]}, 3: {}}


@pytest.mark.parametrize("name", ["a sphere", "a grid, full of ties", "uniform in R^6 over Z/7"])
def test_any_number_of_threads_gives_the_same_bytes(tda, name):
    points, *options = POINT_CLOUDS[name]
    outputs = {
        tda(
            "rips", "-", *flags(*options), "--threads", threads, "--output", "text", input=as_text(points)
        ).stdout
        for threads in (1, 2, 3)
    }
    assert len(outputs) == 1
    assert barcodes.of_text(outputs.pop())


def test_every_output_of_the_command_line_says_the_same(tda, folder):
    points, *options = POINT_CLOUDS["a sphere"]
    run = {
        form: tda("rips", "-", *flags(*options), "--output", form, input=as_text(points)).stdout
        for form in ("text", "json", "csv")
    }
    expected = barcodes.of_results(json.loads(run["json"]))
    barcodes.assert_equal(barcodes.of_text(run["text"]), expected, relative=1e-6)
    barcodes.assert_equal(barcodes.of_csv(run["csv"]), expected, relative=1e-6)


def test_npz_output_is_numpy_s(shared, tda, folder):
    points, *options = POINT_CLOUDS["a sphere"]
    line = [service.PROGRAMS / "tda", "rips", "--socket", shared.socket, "-", *map(str, flags(*options))]
    done = subprocess.run(
        [*line, "--output", "npz"], input=as_text(points).encode(), capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    arrays = np.load(io.BytesIO(done.stdout))
    text = tda("rips", "-", *flags(*options), "--output", "text", input=as_text(points)).stdout
    found = {int(name[1:]): arrays[name] for name in arrays.files if len(arrays[name])}
    barcodes.assert_equal(found, barcodes.of_text(text), relative=1e-6)


def test_numpy_and_json_files(tda, folder):
    points, *options = POINT_CLOUDS["uniform in space"]
    np.save(folder / "cloud.npy", points)
    (folder / "cloud.json").write_text(json.dumps(points.tolist()))
    (folder / "cloud.csv").write_text("x,y,z\n" + as_text(points))
    (folder / "cloud.txt").write_text(as_text(points).replace(",", "  "))
    outputs = {
        tda("rips", folder / name, *flags(*options), "--output", "text").stdout
        for name in ("cloud.npy", "cloud.json", "cloud.csv", "cloud.txt")
    }
    assert len(outputs) == 1
    assert barcodes.of_text(outputs.pop())
