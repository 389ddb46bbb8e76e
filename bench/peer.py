"""One computation by one Python peer, in this process; prints what it took as JSON.

usage: peer.py NAME FILE KIND MAX-DIMENSION THRESHOLD THREADS

NAME is ripser.py, giotto-ph, giotto-ph+collapse, gudhi or gudhi+collapse. KIND is points, distances, edges (an npz
with i, j, d) or clouds (points, a hundred to a cloud). THRESHOLD may be inf. The time runs from the loaded array to
the bars; the memory is the process's growth over what the interpreter, the modules and the input take. Something small
of the same kind runs before, so that code which is read for the first time does not count.
"""

import importlib
import json
import sys
import time

import numpy as np

CLOUD = 100


def with_ripser(data, kind, max_dimension, threshold, threads):
    run = importlib.import_module("ripser").ripser
    return run(data, maxdim=max_dimension, thresh=threshold, distance_matrix=kind != "points")["dgms"]


def with_giotto(data, kind, max_dimension, threshold, threads, collapse=False):
    run = importlib.import_module("gph").ripser_parallel
    metric = "euclidean" if kind == "points" else "precomputed"
    options = {"maxdim": max_dimension, "thresh": threshold, "n_threads": threads, "collapse_edges": collapse}
    return run(data, metric=metric, **options)["dgms"]


def with_gudhi(data, kind, max_dimension, threshold, threads, collapse=False):
    gudhi = importlib.import_module("gudhi")
    if kind == "edges":
        tree = gudhi.SimplexTree()
        tree.insert_batch(np.arange(data.shape[0]).reshape(1, -1), np.zeros(data.shape[0]))
        tree.insert_edges_from_coo_matrix(data)
    else:
        given = {"points": data} if kind == "points" else {"distance_matrix": data}
        tree = gudhi.RipsComplex(**given, max_edge_length=threshold).create_simplex_tree(max_dimension=1)
    if collapse:
        tree.collapse_edges(nb_iterations=1)
    tree.expansion(max_dimension + 1)
    tree.compute_persistence(homology_coeff_field=2)
    return [tree.persistence_intervals_in_dimension(dimension) for dimension in range(max_dimension + 1)]


PEERS = {
    "ripser.py": with_ripser,
    "giotto-ph": with_giotto,
    "giotto-ph+collapse": lambda *job: with_giotto(*job, collapse=True),
    "gudhi": with_gudhi,
    "gudhi+collapse": lambda *job: with_gudhi(*job, collapse=True),
}
MODULES = {"ripser.py": "ripser", "giotto-ph": "gph", "gudhi": "gudhi"}


def load(file, kind):
    if kind != "edges":
        return np.load(file)
    from scipy.sparse import coo_matrix

    edges = np.load(file)
    count = int(max(edges["i"].max(), edges["j"].max())) + 1
    rows, columns = np.append(edges["i"], edges["j"]), np.append(edges["j"], edges["i"])
    return coo_matrix((np.append(edges["d"], edges["d"]), (rows, columns)), shape=(count, count))


def beginning(data, kind, count=24):
    """The first points alone; None of a sparse graph, whose first points may have no edges."""
    if kind == "edges":
        return None
    return data[:count, :count] if kind == "distances" else data[:count]


def enclosing_radius(data, kind):
    """What a peer without a default threshold is given, outside its time."""
    from scipy.spatial.distance import cdist

    distances = cdist(data, data) if kind == "points" else data
    return float(distances.max(axis=1).min()) * (1 + 1e-7)


def memory(field):
    """A line of /proc/self/status, in bytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))


def main():
    name, file, kind, max_dimension, threshold, threads = sys.argv[1:]
    compute = PEERS[name]
    importlib.import_module(MODULES[name.split("+")[0]])
    data = load(file, kind)
    threshold = float(threshold)
    if np.isinf(threshold) and name.startswith("gudhi") and kind in ("points", "distances"):
        threshold = enclosing_radius(data, kind)

    small = beginning(data, kind)
    if small is not None:
        compute(small, "points" if kind == "clouds" else kind, int(max_dimension), threshold, int(threads))

    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = memory("VmRSS")
    start = time.perf_counter()
    if kind == "clouds":
        clouds = data.reshape(-1, CLOUD, data.shape[1])
        all_diagrams = [
            compute(cloud, "points", int(max_dimension), threshold, int(threads)) for cloud in clouds
        ]
    else:
        all_diagrams = [compute(data, kind, int(max_dimension), threshold, int(threads))]
    seconds = time.perf_counter() - start
    grown = memory("VmHWM") - before

    counts = [0] * (int(max_dimension) + 1)
    for diagrams in all_diagrams:
        for dimension, bars in enumerate(diagrams):
            bars = np.asarray(bars, dtype=float).reshape(-1, 2)
            counts[dimension] += int(np.sum(bars[:, 1] - bars[:, 0] > 1e-5 * bars[:, 0] + 1e-9))
    print(json.dumps({"seconds": seconds, "memory": grown, "counts": counts}))


main()
