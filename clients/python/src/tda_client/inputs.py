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


def births(values, count, dtype):
    """Vertex births as an array of `dtype`, or nothing."""
    if values is None:
        return []
    array = np.ascontiguousarray(values, dtype=dtype)
    if array.shape != (count,):
        raise ValueError(f"vertex_births: expected {count} numbers, got an array of shape {array.shape}")
    return [array]


class Points:
    """`coordinates`: an array of shape (points, dimension), real numbers, finite."""

    def __init__(self, coordinates):
        array = numbers(coordinates, "points")
        if array.ndim != 2 or 0 in array.shape:
            raise ValueError(f"points: expected an array of shape (points, dimension), got {array.shape}")
        count, dimension = array.shape
        scalars = SCALARS[array.dtype]
        self.message = pb.Input(scalars=scalars, points=pb.Points(count=count, dimension=dimension))
        self.arrays = [array]


class Distances:
    """`distances`: a symmetric square array, of which the strict lower triangle is read; or that triangle
    row by row, d(1,0), d(2,0), d(2,1), …, as an array of one axis. `vertex_births`: one number a point.
    """

    def __init__(self, distances, vertex_births=None):
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
        diagonal = births(vertex_births, count, array.dtype)
        self.message = pb.Input(
            scalars=SCALARS[array.dtype],
            distances=pb.Distances(count=count, vertex_births=bool(diagonal)),
        )
        self.arrays = [array, *diagonal]


class Graph:
    """A sparse graph of `count` vertices: `edges` of shape (edges, 2), `lengths` of shape (edges,)."""

    def __init__(self, count, edges, lengths, vertex_births=None):
        ends = np.asarray(edges)
        lengths = numbers(lengths, "lengths")
        if ends.dtype.kind not in "iu" or ends.ndim != 2 or ends.shape[1] != 2:
            raise ValueError(f"edges: expected integers of shape (edges, 2), got {ends.dtype} {ends.shape}")
        if lengths.shape != (len(ends),):
            raise ValueError(f"lengths: expected {len(ends)} numbers, got an array of shape {lengths.shape}")
        if len(ends) and not 0 <= ends.min() <= ends.max() < count:
            raise ValueError(f"edges: a vertex is outside 0 to {count - 1}")
        diagonal = births(vertex_births, count, lengths.dtype)
        self.message = pb.Input(
            scalars=SCALARS[lengths.dtype],
            sparse=pb.Sparse(count=count, edges=len(ends), vertex_births=bool(diagonal)),
        )
        self.arrays = [np.ascontiguousarray(ends, dtype="<i4"), lengths, *diagonal]


def as_input(value):
    """`value` where it is an input already; anything else is taken as the coordinates of points."""
    return value if isinstance(value, Points | Distances | Graph) else Points(value)
