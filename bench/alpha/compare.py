"""Compares barcodes of bench-alpha with GUDHI's AlphaComplex(precision='exact'), cloud by cloud.

    python bench/alpha/compare.py [count] [seed]

needs gudhi and numpy, and a build: swift build -c release --product bench-alpha
"""

import os
import subprocess
import sys
import tempfile

import gudhi
import numpy as np

BENCH = ".build/release/bench-alpha"
TOLERANCE = 1e-9


def special_clouds():
    """Clouds that break inexact programs."""
    yield "one point", np.array([[1.0, 2.0]])
    yield "one point in space", np.array([[1.0, 2.0, 3.0]])
    for d in (2, 3):
        yield "all equal", np.full((7, d), 0.1)
        yield "two points", np.arange(2 * d, dtype=float).reshape(2, d)
        yield "three points", np.eye(3, d)
        yield "four points", np.vstack([np.zeros(d), np.eye(3, d)])
        line = np.arange(9)[:, None] * np.array([0.1, 0.3, 0.7])[None, :d]
        yield "almost on a line", line
        yield "on a line", np.arange(9)[:, None] * np.array([1.0, 3.0, 5.0])[None, :d]
        for k in (2, 3, 4, 5):
            grid = np.stack(np.meshgrid(*[np.arange(k)] * d), -1).reshape(-1, d).astype(float)
            yield f"grid {k}", grid
            yield f"grid {k} of tenths", grid * 0.1
            yield f"grid {k} far away", grid + 1e9
    circle = [(x, y) for x in range(-65, 66) for y in range(-65, 66) if x * x + y * y == 65 * 65]
    yield "circle", np.array(circle, dtype=float)
    yield "circle and centre", np.array([*circle, (0, 0)], dtype=float)
    flat = np.array([(x, y, 7) for x, y in circle], dtype=float)
    yield "circle in space", flat
    yield "tilted circle", flat @ np.array([[2.0, 1, 2], [-2, 2, 1], [1, 2, -2]])
    sphere = np.array(
        [
            (x, y, z)
            for x in range(-9, 10)
            for y in range(-9, 10)
            for z in range(-9, 10)
            if x * x + y * y + z * z == 81
        ],
        dtype=float,
    )
    yield "sphere", sphere
    yield "sphere and centre", np.vstack([sphere, np.zeros(3)])
    yield "two spheres", np.vstack([sphere, 3 * sphere])
    rng = np.random.default_rng(5)
    for d in (2, 3):
        scales = [1e-12, 1e-6, 1.0, 1e6, 1e12]
        yield "scales", np.vstack([s * rng.normal(size=(8, d)) for s in scales])
        yield (
            "grids of scales",
            np.vstack([s * rng.integers(-3, 4, size=(8, d)) for s in (2.0**-40, 1.0, 2.0**40)]),
        )


def random_cloud(rng):
    d = int(rng.integers(2, 4))
    n = int(rng.integers(1, 40))
    kind = rng.integers(0, 8)
    if kind == 0:
        return rng.random((n, d))
    if kind == 1:
        return rng.integers(0, 4, size=(n, d)).astype(float)
    if kind == 2:
        return rng.integers(-2, 3, size=(n, d)) * 0.1
    if kind == 3:
        x = rng.normal(size=(n, d))
        return x / np.linalg.norm(x, axis=1)[:, None]
    if kind == 4:
        x = rng.integers(-50, 51, size=(n, d)).astype(float)
        x[:, -1] = x[:, 0] + (2 * x[:, 1] if d == 3 else 0)
        return x
    if kind == 5:
        return rng.normal(size=(n, d)) * 10.0 ** rng.integers(-12, 13, size=(n, 1))
    if kind == 6:
        return rng.integers(0, 9, size=(n, d)).astype(float)
    return np.repeat(rng.random((n, d)).astype(np.float32).astype(float), 2, axis=0)


def gudhi_bars(points):
    tree = gudhi.AlphaComplex(points=points, precision="exact").create_simplex_tree()
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0, persistence_dim_max=True)
    bars = [[], [], []]
    for dimension in range(min(points.shape[1], 3)):
        for birth, death in tree.persistence_intervals_in_dimension(dimension):
            birth, death = np.sqrt(birth), np.sqrt(death)
            if death == np.inf or death - birth > TOLERANCE * death:
                bars[dimension].append((birth, death))
    return [sorted(b) for b in bars], tree.num_simplices()


def our_bars(clouds, *arguments):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        for cloud in clouds:
            np.array(cloud.shape, dtype=np.int64).tofile(file)
            np.ascontiguousarray(cloud, dtype=np.float64).tofile(file)
    try:
        text = subprocess.run(
            [BENCH, file.name, *arguments], check=True, capture_output=True, text=True
        ).stdout
    finally:
        os.unlink(file.name)
    results = []
    for line in text.splitlines():
        words = line.split()
        if words[0] == "shape":
            results.append(([[], [], []], sum(map(int, words[1:]))))
        elif words[0] in "012" and len(words) == 3:
            birth, death = float(words[1]), float(words[2])
            if death == np.inf or death - birth > TOLERANCE * death:
                results[-1][0][int(words[0])].append((birth, death))
    return [([sorted(b) for b in bars], size) for bars, size in results]


def same(ours, theirs):
    return all(
        len(a) == len(b) and (not a or np.allclose(a, b, rtol=TOLERANCE, atol=0))
        for a, b in zip(ours, theirs, strict=True)
    )


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    named = list(special_clouds())
    named += [(f"random {i}", random_cloud(rng)) for i in range(count)]
    results = our_bars([cloud for _, cloud in named], "1")
    assert len(results) == len(named), (len(results), len(named))
    wrong = 0
    for (name, cloud), (ours, size) in zip(named, results, strict=True):
        theirs, their_size = gudhi_bars(cloud)
        if not same(ours, theirs):
            wrong += 1
            if wrong <= 5:
                print("DIFFERENT", name, cloud.shape, size, their_size)
                print(" ours  ", [len(b) for b in ours])
                print(" theirs", [len(b) for b in theirs])
                np.save(f"/tmp/different-{wrong}.npy", cloud)
    print(f"{len(named)} clouds, {wrong} different")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
