"""Points for alpha complexes that break inexact programs, random small ones, and GUDHI's exact answer to both."""

import numpy as np

# Bars shorter than this part of their death are left out: GUDHI's filtration values are rounded.
TOLERANCE = 1e-9


def special():
    """Names and clouds in special position, of all scales at once, or next to nothing."""
    yield "one point", np.array([[1.0, 2.0]])
    yield "one point in space", np.array([[1.0, 2.0, 3.0]])
    for d in (2, 3):
        yield f"all equal {d}", np.full((7, d), 0.1)
        yield f"two points {d}", np.arange(2 * d, dtype=float).reshape(2, d)
        yield f"three points {d}", np.eye(3, d)
        yield f"four points {d}", np.vstack([np.zeros(d), np.eye(3, d)])
        line = np.arange(9)[:, None] * np.array([0.1, 0.3, 0.7])[None, :d]
        yield f"almost on a line {d}", line
        yield f"on a line {d}", np.arange(9)[:, None] * np.array([1.0, 3.0, 5.0])[None, :d]
        for k in (2, 3, 4, 5):
            grid = np.stack(np.meshgrid(*[np.arange(k)] * d), -1).reshape(-1, d).astype(float)
            yield f"grid {k}^{d}", grid
            yield f"grid {k}^{d} of tenths", grid * 0.1
            yield f"grid {k}^{d} far away", grid + 1e9
    circle = [(x, y) for x in range(-65, 66) for y in range(-65, 66) if x * x + y * y == 65 * 65]
    yield "circle", np.array(circle, dtype=float)
    yield "circle and centre", np.array([*circle, (0, 0)], dtype=float)
    flat = np.array([(x, y, 7) for x, y in circle], dtype=float)
    yield "circle in space", flat
    yield "tilted circle", flat @ np.array([[2.0, 1, 2], [-2, 2, 1], [1, 2, -2]])
    ball = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3), -1).reshape(-1, 3).astype(float)
    sphere = ball[(ball**2).sum(axis=1) == 81]
    yield "sphere", sphere
    yield "sphere and centre", np.vstack([sphere, np.zeros(3)])
    yield "two spheres", np.vstack([sphere, 3 * sphere])
    random = np.random.default_rng(5)
    for d in (2, 3):
        scales = [1e-12, 1e-6, 1.0, 1e6, 1e12]
        yield f"scales {d}", np.vstack([s * random.normal(size=(8, d)) for s in scales])
        far = [s * (random.normal(size=(8, d)) + 3) for s in scales]
        yield f"clusters at scales {d}", np.vstack(far)
        powers = [s * random.integers(-3, 4, size=(8, d)) for s in (2.0**-40, 1.0, 2.0**40)]
        yield f"grids of scales {d}", np.vstack(powers)


def random_cloud(seed):
    """Up to 40 points: in general position, on small grids, on spheres, flat, of many scales, or repeated."""
    random = np.random.default_rng(seed)
    d = int(random.integers(2, 4))
    n = int(random.integers(1, 40))
    kind = random.integers(0, 8)
    if kind == 0:
        return random.random((n, d))
    if kind == 1:
        return random.integers(0, 4, size=(n, d)).astype(float)
    if kind == 2:
        return random.integers(-2, 3, size=(n, d)) * 0.1
    if kind == 3:
        x = random.normal(size=(n, d))
        return x / np.linalg.norm(x, axis=1)[:, None]
    if kind == 4:
        x = random.integers(-50, 51, size=(n, d)).astype(float)
        x[:, -1] = x[:, 0] + (2 * x[:, 1] if d == 3 else 0)
        return x
    if kind == 5:
        return random.normal(size=(n, d)) * 10.0 ** random.integers(-12, 13, size=(n, 1))
    if kind == 6:
        return random.integers(0, 9, size=(n, d)).astype(float)
    return np.repeat(random.random((n, d)).astype(np.float32).astype(float), 2, axis=0)


def of_gudhi(gudhi, points, field=2):
    """Sorted bars of each dimension by GUDHI's exact alpha complex, births and deaths as radii."""
    tree = gudhi.AlphaComplex(points=points, precision="exact").create_simplex_tree()
    tree.compute_persistence(homology_coeff_field=field, min_persistence=0, persistence_dim_max=True)
    pairs = [
        (dimension, np.sqrt(birth), np.sqrt(death))
        for dimension in range(points.shape[1])
        for birth, death in tree.persistence_intervals_in_dimension(dimension)
    ]
    return by_dimension(pairs, points.shape[1])


def by_dimension(pairs, count):
    """The bars (dimension, birth, death) in sorted lists, without those that are next to nothing."""
    bars = [[] for _ in range(count)]
    for dimension, birth, death in pairs:
        if death == np.inf or death - birth > TOLERANCE * death:
            bars[dimension].append((birth, death))
    return [sorted(list_) for list_ in bars]


def same(ours, theirs):
    return all(
        len(a) == len(b) and (not a or np.allclose(a, b, rtol=TOLERANCE, atol=0))
        for a, b in zip(ours, theirs, strict=True)
    )
