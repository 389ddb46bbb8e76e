"""Cocycles and generators, checked from outside: by their coboundaries, and beside giotto-ph's generators."""

import json
from itertools import combinations

import clouds
import numpy as np
import pytest

pytestmark = pytest.mark.programs("tdad", "tda")


def distances(points):
    return np.linalg.norm(points[:, None].astype(float) - points[None], axis=2).astype(np.float32)


def represented(tda, lengths, max_dimension, field=2, threads=2):
    text = "\n".join(" ".join(map(str, row[:i])) for i, row in enumerate(lengths) if i)
    flags = ["--max-dimension", max_dimension, "--field", field, "--threads", threads, "--output", "json"]
    done = tda("rips", "-", "--input", "lower-distances", "--representatives", *flags, input=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["persistence_pairs"]


def coboundary_fault(lengths, pair, field):
    """A simplex before the bar's end on which the coboundary of its cocycle is not 0; None if there is none."""
    death = float(pair["death"])
    values = {
        tuple(simplex): coefficient
        for simplex, coefficient in zip(
            pair["representative"]["simplices"], pair["representative"]["coefficients"], strict=True
        )
    }
    for simplex in combinations(range(len(lengths) - 1, -1, -1), pair["dimension"] + 2):
        if max(lengths[a, b] for a, b in combinations(simplex, 2)) >= death:
            continue
        faces = (simplex[:i] + simplex[i + 1 :] for i in range(len(simplex)))
        total = sum((-1) ** i * values.get(face, 0) for i, face in enumerate(faces))
        if total % field:
            return simplex
    return None


@pytest.mark.parametrize("field", [2, 3, 11])
@pytest.mark.parametrize("make", [clouds.uniform, clouds.sphere, clouds.with_duplicates])
def test_cocycles_have_no_coboundary_before_the_death(tda, make, field):
    lengths = distances(make(16, 3, seed=field))
    for pair in represented(tda, lengths, 2, field):
        assert coboundary_fault(lengths, pair, field) is None, pair


def test_the_same_for_every_number_of_threads(tda):
    lengths = distances(clouds.sphere(90, 3, seed=5))
    assert represented(tda, lengths, 2, threads=1) == represented(tda, lengths, 2, threads=2)


def test_generators_are_giottos(tda):
    """With all lengths different there is only one answer; a vertex of dimension 0 is one of its component."""
    giotto = pytest.importorskip("gph", reason="giotto-ph, a peer to compare with, is not installed")
    lengths = distances(clouds.uniform(70, 3, seed=11))
    assert len(np.unique(lengths)) == 70 * 69 // 2 + 1
    pairs = represented(tda, lengths, 2)
    found = giotto.ripser_parallel(lengths, maxdim=2, metric="precomputed", return_generators=True)
    finite_0, finite_higher, essential_0, _ = found["gens"]

    def ours(dimension):
        return [
            [*each["representative"]["birth"], *(each["representative"]["death"] or [])]
            for each in pairs
            if each["dimension"] == dimension
        ]

    def edges(generators):
        return {
            tuple(frozenset(map(int, row[i : i + 2])) for i in range(0, len(row), 2)) for row in generators
        }

    assert edges(row[1:] for row in ours(0)) == edges(row[1:] for row in finite_0) | {()}
    assert len([row for row in ours(0) if len(row) == 1]) == len(essential_0) == 1
    for dimension in (1, 2):
        assert edges(ours(dimension)) == edges(finite_higher[dimension - 1])
