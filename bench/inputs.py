"""The inputs of the benchmark: made from fixed seeds, or read from the folder that TDA_DATA names.

Three files of the Ripser repository's examples (sphere_3_192, o3_1024 and o3_4096, pointsCycloOctane) are used where
TDA_DATA has them. Without it the sphere and the orthogonal matrices are drawn anew, in the same way but from our
seeds, and the row of cyclo-octane is left out.
"""

import os
from pathlib import Path

import numpy as np

CACHE = Path(__file__).resolve().parent / ".cache" / ("real" if os.environ.get("TDA_DATA") else "made")


def data_file(name):
    """The file of that name in TDA_DATA, or None."""
    folder = os.environ.get("TDA_DATA")
    path = Path(folder) / name if folder else None
    return path if path and path.exists() else None


def generator(name):
    """A generator whose seed is the input's name."""
    return np.random.default_rng(list(name.encode()))


def on_sphere(name, count, dimension):
    points = generator(name).normal(size=(count, dimension))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def sphere_3_192():
    """192 points on the sphere in space; returns distances, since the original file holds these."""
    file = data_file("sphere_3_192.lower_distance_matrix")
    if file:
        values = np.array(file.read_text().replace(",", " ").split(), dtype=np.float32)
        matrix = np.zeros((192, 192), dtype=np.float32)
        matrix[np.tril_indices(192, -1)] = values
        return matrix + matrix.T
    points = on_sphere("sphere_3_192", 192, 3)
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def orthogonal(name, count):
    """Random orthogonal 3 × 3 matrices as points in R⁹, uniform in the Haar measure."""
    file = data_file(f"{name}.txt")
    if file:
        return np.loadtxt(file, delimiter="," if "," in file.read_text()[:200] else None)
    factors, triangles = np.linalg.qr(generator(name).normal(size=(count, 3, 3)))
    signs = np.sign(np.diagonal(triangles, axis1=1, axis2=2))
    return (factors * signs[:, None, :]).reshape(count, 9)


def cube(name, count, dimension):
    return generator(name).random((count, dimension))


def torus_in_space(name, count):
    """Uniform by area on the torus with radii 2 and 1: angles of the tube are kept with its share of the area."""
    draw = generator(name)
    tube = np.empty(0)
    while len(tube) < count:
        angles = draw.uniform(0, 2 * np.pi, count)
        tube = np.append(tube, angles[draw.uniform(0, 3, count) < 2 + np.cos(angles)])
    tube, around = tube[:count], draw.uniform(0, 2 * np.pi, count)
    radius = 2 + np.cos(tube)
    return np.column_stack((radius * np.cos(around), radius * np.sin(around), np.sin(tube)))


def clifford_torus(name, count):
    """Uniform on the flat torus in R⁴, both circles of radius 1."""
    angles = generator(name).uniform(0, 2 * np.pi, (count, 2))
    return np.column_stack((np.cos(angles), np.sin(angles)))


def cyclo_octane():
    file = data_file("pointsCycloOctane.csv")
    return np.loadtxt(file, delimiter=",") if file else None


def random_distances(name, count):
    """Symmetric, uniform in (0, 1): no metric."""
    upper = np.triu(generator(name).random((count, count)), 1)
    return upper + upper.T


def clusters(name, count):
    """Eight normal clusters in space, of different widths."""
    draw = generator(name)
    centres, widths = draw.uniform(0, 10, (8, 3)), draw.uniform(0.2, 1, 8)
    own = np.arange(count) % 8
    return centres[own] + draw.normal(size=(count, 3)) * widths[own, None]


def swiss_roll(name, count):
    draw = generator(name)
    angle = 1.5 * np.pi * (1 + 2 * draw.random(count))
    return np.column_stack((angle * np.cos(angle), 21 * draw.random(count), angle * np.sin(angle)))


def delays(name, count):
    """Sliding windows of a sum of two sines, with noise: a torus, thickened."""
    time = np.arange(count + 40) * 0.11
    signal = np.sin(time) + np.sin(np.sqrt(2) * time) + 0.05 * generator(name).normal(size=len(time))
    return np.column_stack([signal[shift : shift + count] for shift in (0, 14, 28)])


def correlations(name, count):
    """Random walks compared by their correlation, 1 less it: few directions, no metric."""
    return correlation_distances(generator(name).normal(size=(count, 120)).cumsum(axis=1))


def noise(name, count):
    """As many signals without anything in common compared by their correlation, 1 less it."""
    return correlation_distances(generator(name).normal(size=(count, 60)))


def linked(name, count):
    """Signals that share three sources in different parts, by 1 less the size of their correlation."""
    draw = generator(name)
    parts = draw.normal(size=(count, 3))
    signals = parts @ draw.normal(size=(3, 60)) + 1.5 * draw.normal(size=(count, 60))
    return correlation_distances(signals, np.abs)


def unlinked(name, count):
    """Signals without anything in common, by 1 less the size of their correlation: no geometry."""
    return correlation_distances(generator(name).normal(size=(count, 60)), np.abs)


def correlation_distances(signals, size=lambda correlations: correlations):
    distances = 1 - size(np.corrcoef(signals))
    np.fill_diagonal(distances, 0)
    return np.maximum((distances + distances.T) / 2, 0)


def few_values(name, count):
    """Symmetric, each one of the integers 1 to 5: no metric, and nearly all pairs tie."""
    upper = np.triu(generator(name).integers(1, 6, (count, count)), 1)
    return upper + upper.T


def small_world(name, count):
    """A ring in which each vertex is joined to its three next, a tenth of the edges led elsewhere (Watts and Strogatz,
    1998): how many edges apart.
    """
    draw = generator(name)
    near = np.repeat(np.arange(count), 3)
    far = (near + np.tile([1, 2, 3], count)) % count
    moved = draw.random(len(far)) < 0.1
    far[moved] = draw.integers(0, count, moved.sum())
    return shortest_paths(near, far, np.ones(len(near)), count)


def road_map(name, count):
    """Points in the square, each joined to its five nearest: along edges whose lengths are rounded to percent."""
    from scipy.spatial import cKDTree

    points = generator(name).random((count, 2))
    lengths, far = cKDTree(points).query(points, 6)
    near = np.repeat(np.arange(count), 5)
    return shortest_paths(near, far[:, 1:].ravel(), np.ceil(100 * lengths[:, 1:].ravel()), count)


def shortest_paths(near, far, lengths, count):
    """Distances in the graph with these edges; what is not joined is twice as far as anything that is."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    pairs = near != far
    graph = csr_matrix((lengths[pairs], (near[pairs], far[pairs])), shape=(count, count))
    # Entries given twice are added up; the mean of an integer length and itself is what it was.
    twice = csr_matrix((np.ones(pairs.sum()), (near[pairs], far[pairs])), shape=(count, count))
    graph.data /= twice.data
    distances = dijkstra(graph.maximum(graph.T), directed=False)
    apart = np.isinf(distances)
    distances[apart] = 2 * distances[~apart].max()
    return distances


def grid(side, dimension):
    """Integer points, whose distances are full of ties."""
    return np.stack(np.meshgrid(*[np.arange(side)] * dimension), axis=-1).reshape(-1, dimension)


MAKERS = {
    "sphere_3_192": sphere_3_192,
    "cube_1000": lambda: cube("cube_1000", 1000, 3),
    "o3_1024": lambda: orthogonal("o3_1024", 1024),
    "o3_4096": lambda: orthogonal("o3_4096", 4096),
    "torus_2000": lambda: torus_in_space("torus_2000", 2000),
    "s3_400": lambda: on_sphere("s3_400", 400, 4),
    "cyclo_octane": cyclo_octane,
    "random_100": lambda: random_distances("random_100", 100),
    "cube_50_16": lambda: cube("cube_50_16", 50, 16),
    "clifford_50000": lambda: clifford_torus("clifford_50000", 50_000),
    "clouds_1000": lambda: cube("clouds_1000", 100_000, 3),
}


FAMILIES = {
    "cube": lambda name, count: cube(name, count, 3),
    "cube9": lambda name, count: cube(name, count, 9),
    "torus": torus_in_space,
    "sphere": lambda name, count: on_sphere(name, count, 3),
    "sphere4": lambda name, count: on_sphere(name, count, 4),
    "sphere5": lambda name, count: on_sphere(name, count, 5),
    "random": random_distances,
    "values": few_values,
    "correlations": correlations,
    "noise": noise,
    "linked": linked,
    "unlinked": unlinked,
    "ring": small_world,
    "roads": road_map,
    "clusters": clusters,
    "roll": swiss_roll,
    "delays": delays,
    "grid2": lambda _, side: grid(side, 2),
    "grid3": lambda _, side: grid(side, 3),
    "grid4": lambda _, side: grid(side, 4),
}


def write(name):
    """Writes the input's files into the cache: NAME.npy (float32), NAME.txt for programs that read text.

    Names of families, such as cube-500 and grid3-9, say how many points, or points a side, there are.
    Returns False when the input is not to be had.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    family, _, size = name.partition("-")
    array = FAMILIES[family](name, int(size)) if size else MAKERS[name]()
    if array is None:
        return False
    array = np.ascontiguousarray(array, dtype=np.float32)
    np.save(CACHE / f"{name}.npy", array)
    with (CACHE / f"{name}.txt").open("w") as text:
        for row in array:
            text.write(",".join(map(str, row)) + "\n")
    return True


def write_edges(name, threshold):
    """Writes the pairs of points within `threshold` (at most, by float32 distance): NAME.edges.npz with the arrays
    i, j, d, and NAME.edges as lines of `i j d`.
    """
    from scipy.spatial import cKDTree

    points = np.load(CACHE / f"{name}.npy").astype(float)
    pairs = cKDTree(points).query_pairs(threshold * (1 + 1e-6), output_type="ndarray")
    lengths = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1).astype(np.float32)
    kept = lengths <= np.float32(threshold)
    pairs, lengths = pairs[kept], lengths[kept]
    np.savez(CACHE / f"{name}.edges.npz", i=pairs[:, 0], j=pairs[:, 1], d=lengths)
    with (CACHE / f"{name}.edges").open("w") as text:
        for (i, j), length in zip(pairs.tolist(), lengths, strict=True):
            text.write(f"{i} {j} {length}\n")


if __name__ == "__main__":
    import sys

    found = write(sys.argv[1])
    if found and len(sys.argv) > 2:
        write_edges(sys.argv[1], float(sys.argv[2]))
    sys.exit(0 if found else 3)
