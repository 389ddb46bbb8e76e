"""What a barcode can be computed of: points, distances, a sparse graph; as message and arrays of the wire."""

import numpy as np

from . import tda_pb2 as pb

SCALARS = {np.dtype("<f4"): pb.FLOAT32, np.dtype("<f8"): pb.FLOAT64}


def numbers(values, name):
    """As a C-contiguous little-endian array of float32 where it is float32 already, else of float64."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected an array of real numbers, got {array.dtype}")
    return np.ascontiguousarray(array, dtype="<f4" if array.dtype == np.float32 else "<f8")


def per_vertex(count, dtype, **named):
    """The one of `named`, vertex births or weights, that is there, as an array of `dtype` in a list; or nothing."""
    given = {name: values for name, values in named.items() if values is not None}
    if len(given) > 1:
        raise ValueError(f"give {' or '.join(given)}, not both")
    for name, values in given.items():
        array = np.ascontiguousarray(values, dtype=dtype)
        if array.shape != (count,):
            raise ValueError(f"{name}: expected {count} numbers, got an array of shape {array.shape}")
        return [array]
    return []


class Points:
    """`coordinates`: an array of shape (points, dimension), real numbers, finite. `weights`: one number a point,
    for a weighted filtration.
    """

    def __init__(self, coordinates, weights=None):
        array = numbers(coordinates, "points")
        if array.ndim != 2 or 0 in array.shape:
            raise ValueError(f"points: expected an array of shape (points, dimension), got {array.shape}")
        count, dimension = array.shape
        scalars = SCALARS[array.dtype]
        own = per_vertex(count, array.dtype, weights=weights)
        points = pb.Points(count=count, dimension=dimension, weights=bool(own))
        self.message = pb.Input(scalars=scalars, points=points)
        self.arrays = [array, *own]


class Distances:
    """`distances`: a symmetric square array, of which the strict lower triangle is read; or that triangle
    row by row, d(1,0), d(2,0), d(2,1), …, as an array of one axis. `vertex_births`, or `weights` for a weighted
    filtration: one number a point.
    """

    def __init__(self, distances, vertex_births=None, weights=None):
        array = numbers(distances, "distances")
        if array.ndim == 2 and array.shape[0] == array.shape[1] > 0:
            count = len(array)
            array = array[np.tril_indices(count, -1)]
        elif array.ndim == 1:
            count = (1 + int(np.sqrt(1 + 8 * len(array)))) // 2
            if count * (count - 1) // 2 != len(array):
                raise ValueError(f"distances: {len(array)} numbers are no triangle's")
        else:
            raise ValueError(f"distances: expected a square array or a triangle, got shape {array.shape}")
        own = per_vertex(count, array.dtype, vertex_births=vertex_births, weights=weights)
        self.message = pb.Input(
            scalars=SCALARS[array.dtype],
            distances=pb.Distances(
                count=count, vertex_births=vertex_births is not None, weights=weights is not None
            ),
        )
        self.arrays = [array, *own]


class Graph:
    """A sparse graph of `count` vertices: `edges` of shape (edges, 2), `lengths` of shape (edges,).
    `vertex_births` or `weights`: one number a vertex.
    """

    def __init__(self, count, edges, lengths, vertex_births=None, weights=None):
        ends = np.asarray(edges)
        lengths = numbers(lengths, "lengths")
        if ends.dtype.kind not in "iu" or ends.ndim != 2 or ends.shape[1] != 2:
            raise ValueError(f"edges: expected integers of shape (edges, 2), got {ends.dtype} {ends.shape}")
        if lengths.shape != (len(ends),):
            raise ValueError(f"lengths: expected {len(ends)} numbers, got an array of shape {lengths.shape}")
        if len(ends) and not 0 <= ends.min() <= ends.max() < count:
            raise ValueError(f"edges: a vertex is outside 0 to {count - 1}")
        own = per_vertex(count, lengths.dtype, vertex_births=vertex_births, weights=weights)
        self.message = pb.Input(
            scalars=SCALARS[lengths.dtype],
            sparse=pb.Sparse(
                count=count,
                edges=len(ends),
                vertex_births=vertex_births is not None,
                weights=weights is not None,
            ),
        )
        self.arrays = [np.ascontiguousarray(ends, dtype="<i4"), lengths, *own]


def as_input(value):
    """`value` where it is an input already; anything else is taken as the coordinates of points."""
    return value if isinstance(value, Points | Distances | Graph) else Points(value)
