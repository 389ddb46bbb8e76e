"""Barcodes as the programs write them, and how two of them are compared."""

import csv
import io

import numpy as np

# What float32 distances of the same points may differ by from one program to another.
RELATIVE = 1e-5


def of_results(results):
    """{dimension: (n, 2) array} of the HTTP API's `results` object."""
    bars = {}
    for pair in results["persistence_pairs"]:
        bars.setdefault(pair["dimension"], []).append((float(pair["birth"]), float(pair["death"])))
    return {dimension: np.array(pairs) for dimension, pairs in bars.items()}


def of_text(text):
    """{dimension: (n, 2) array} of `tda rips --output text`: lines of dimension, birth, death."""
    bars = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[0].isdigit():
            bars.setdefault(int(fields[0]), []).append((float(fields[1]), float(fields[2])))
    return {dimension: np.array(pairs) for dimension, pairs in bars.items()}


def of_csv(text):
    """{dimension: (n, 2) array} of `tda rips --output csv`, which has a header row."""
    bars = {}
    for row in csv.DictReader(io.StringIO(text)):
        bars.setdefault(int(row["dimension"]), []).append((float(row["birth"]), float(row["death"])))
    return {dimension: np.array(pairs) for dimension, pairs in bars.items()}


def of_ripser(distances, max_dimension, threshold=np.inf, field=2):
    """{dimension: (n, 2) array} that ripser.py finds, from a dense matrix or a scipy sparse one."""
    import ripser

    diagrams = ripser.ripser(
        distances, maxdim=max_dimension, thresh=threshold, coeff=field, distance_matrix=True
    )["dgms"]
    return {dimension: np.asarray(bars, dtype=float) for dimension, bars in enumerate(diagrams) if len(bars)}


def assert_equal(ours, theirs, relative=RELATIVE):
    """Asserts that two barcodes are the same multisets, dimension by dimension, each value within `relative`.

    Bars shorter than the tolerance may be there in one and not in the other: rounding decides.
    """
    for dimension in sorted({*ours, *theirs}):
        mine, other = (lasting(bars.get(dimension), relative) for bars in (ours, theirs))
        assert len(mine) == len(other), f"H{dimension}: {len(mine)} bars, expected {len(other)}"
        np.testing.assert_allclose(mine, other, rtol=relative, err_msg=f"H{dimension}")


def lasting(bars, relative):
    """The bars that are longer than the tolerance, sorted by birth and death."""
    if bars is None:
        return np.empty((0, 2))
    births, deaths = bars[:, 0], bars[:, 1]
    kept = bars[
        np.isinf(deaths) | (deaths - births > relative * np.abs(np.where(np.isinf(deaths), 1, deaths)))
    ]
    return kept[np.lexsort((kept[:, 1], kept[:, 0]))]
