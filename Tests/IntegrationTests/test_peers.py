"""Random inputs: `tda rips` beside GUDHI, giotto-ph and ripser.py, whichever is installed.

Lengths are float32 numbers, so that every program has the same ones to the last bit, and few of them differ.
"""

import barcodes
import numpy as np
import pytest

pytestmark = pytest.mark.programs("tdad", "tda")

SEEDS = range(6)
FIELDS = [2, 3, 11]


def random_lengths(seed):
    """A symmetric matrix, infinite where two vertices are never joined, and a threshold or None."""
    random = np.random.default_rng(seed)
    count = int(random.integers(8, 22))
    kinds = int(random.choice([3, 10, 1000]))
    values = random.integers(1, kinds + 1, (count, count)) / np.float32(kinds)
    lengths = np.triu(values, 1).astype(np.float32)
    lengths += lengths.T
    threshold = None if random.random() < 0.5 else float(lengths.max() * np.float32(0.75))
    return lengths, threshold


def random_graph(seed):
    """The same with about half of the pairs missing; the last vertex is joined to the first."""
    lengths, threshold = random_lengths(seed)
    random = np.random.default_rng(seed + 1000)
    missing = np.triu(random.random(lengths.shape) < 0.5, 1)
    missing[0, -1] = False
    lengths[missing | missing.T] = np.inf
    return lengths, threshold


def edges(lengths, threshold):
    """Rows, columns and lengths of the pairs up to the threshold, each once."""
    rows, columns = np.nonzero(np.triu(np.isfinite(lengths), 1))
    kept = lengths[rows, columns] <= (np.inf if threshold is None else threshold)
    return rows[kept], columns[kept], lengths[rows, columns][kept]


def of_gudhi(lengths, max_dimension, threshold, field):
    gudhi = pytest.importorskip("gudhi", reason="GUDHI, a peer to compare with, is not installed")
    tree = gudhi.SimplexTree()
    for vertex in range(len(lengths)):
        tree.insert([vertex], 0)
    for a, b, length in zip(*edges(lengths, threshold), strict=True):
        tree.insert([a, b], length)
    tree.expansion(max_dimension + 1)
    tree.compute_persistence(homology_coeff_field=field, min_persistence=0, persistence_dim_max=True)
    return {
        dimension: np.asarray(tree.persistence_intervals_in_dimension(dimension)).reshape(-1, 2)
        for dimension in range(max_dimension + 1)
    }


def as_coordinates(lengths, threshold):
    """The graph as SciPy has it. It holds no pair of length 0, nor does `random_lengths` make any."""
    sparse = pytest.importorskip("scipy.sparse", reason="SciPy, which the peers need, is not installed")
    rows, columns, kept = edges(lengths, threshold)
    shape = lengths.shape
    both = np.concatenate([rows, columns]), np.concatenate([columns, rows])
    return sparse.coo_matrix((np.concatenate([kept, kept]), both), shape=shape)


def of_giotto(lengths, max_dimension, threshold, field):
    giotto = pytest.importorskip("gph", reason="giotto-ph, a peer to compare with, is not installed")
    diagrams = giotto.ripser_parallel(
        as_coordinates(lengths, threshold), maxdim=max_dimension, coeff=field, metric="precomputed"
    )["dgms"]
    return {dimension: np.asarray(bars, dtype=float) for dimension, bars in enumerate(diagrams)}


def of_ripser(lengths, max_dimension, threshold, field):
    pytest.importorskip("ripser", reason="ripser.py, a peer to compare with, is not installed")
    return barcodes.of_ripser(as_coordinates(lengths, threshold), max_dimension, field=field)


PEERS = pytest.mark.parametrize("peer", [of_gudhi, of_giotto, of_ripser])


def flags(max_dimension, threshold, field):
    given = ["--max-dimension", max_dimension, "--field", field, "--output", "text"]
    return given if threshold is None else [*given, "--max-edge-length", threshold]


@PEERS
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_matrices(tda, seed, field, peer):
    lengths, threshold = random_lengths(seed)
    text = "\n".join(" ".join(map(str, lengths[row, :row])) for row in range(1, len(lengths)))
    done = tda("rips", "-", "--input", "lower-distances", *flags(3, threshold, field), input=text)
    assert done.returncode == 0, done.stderr
    barcodes.assert_equal(barcodes.of_text(done.stdout), peer(lengths, 3, threshold, field), relative=1e-6)


@PEERS
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_graphs(tda, seed, field, peer):
    lengths, threshold = random_graph(seed)
    text = "\n".join(f"{a} {b} {length}" for a, b, length in zip(*edges(lengths, None), strict=True))
    done = tda("rips", "-", "--input", "sparse", *flags(3, threshold, field), input=text)
    assert done.returncode == 0, done.stderr
    barcodes.assert_equal(barcodes.of_text(done.stdout), peer(lengths, 3, threshold, field), relative=1e-6)
