"""Inputs for the tests, all of them made here from fixed seeds."""

from itertools import combinations

import numpy as np


def uniform(count, dimension, seed):
    """Points in the unit cube, in float32 so that every program reads the same numbers."""
    return np.random.default_rng(seed).random((count, dimension), dtype=np.float32)


def sphere(count, dimension, seed):
    """Points on the unit sphere of R^dimension."""
    points = np.random.default_rng(seed).normal(size=(count, dimension))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def grid(side, dimension):
    """An integer grid, whose distances are full of ties."""
    axes = np.meshgrid(*[np.arange(side)] * dimension)
    return np.stack(axes, axis=-1).reshape(-1, dimension).astype(np.float32)


def with_duplicates(count, dimension, seed):
    """Uniform points, each of them twice."""
    return np.repeat(uniform(count, dimension, seed), 2, axis=0)


def random_distances(count, seed, levels=None):
    """A symmetric matrix with a zero diagonal that is no metric; with `levels`, of so many different values."""
    generator = np.random.default_rng(seed)
    values = (
        generator.random((count, count))
        if levels is None
        else generator.integers(1, levels + 1, (count, count))
    )
    upper = np.triu(values.astype(np.float32), 1)
    return upper + upper.T


def random_graph(count, share, seed):
    """The edges (i, j, length) of a random graph with about `share` of all pairs."""
    generator = np.random.default_rng(seed)
    pairs = [pair for pair in combinations(range(count), 2) if generator.random() < share]
    return [(i, j, float(np.float32(generator.random()))) for i, j in pairs]


# The projective plane on six vertices: each of the fifteen edges lies in two of the ten triangles.
PROJECTIVE_PLANE = [
    (0, 1, 4), (0, 1, 5), (0, 2, 3), (0, 2, 5), (0, 3, 4), (1, 2, 3), (1, 2, 4), (1, 3, 5), (2, 4, 5), (3, 4, 5),
]  # fmt: skip


def projective_plane():
    """Distances whose flag complex at 1 is the barycentric subdivision of PROJECTIVE_PLANE: faces that contain
    one another are 1 apart, all others 2. Over Z/2 it has one class in H1 and one in H2, over Z/3 none.
    """
    faces = sorted(
        {face for triangle in PROJECTIVE_PLANE for size in (1, 2, 3) for face in combinations(triangle, size)}
    )
    matrix = np.full((len(faces), len(faces)), 2, dtype=np.float32)
    np.fill_diagonal(matrix, 0)
    for (i, a), (j, b) in combinations(enumerate(faces), 2):
        if set(a) <= set(b) or set(b) <= set(a):
            matrix[i, j] = matrix[j, i] = 1
    return matrix


def csv(points):
    return "\n".join(",".join(map(str, point)) for point in points)


def long_request():
    """A computation of many seconds, for tests that stop it: cocycles of a sphere in R⁴."""
    return {
        "point_cloud": {"points": sphere(800, 4, seed=1).tolist()},
        "parameters": {"max_dimension": 3, "representatives": True},
    }
