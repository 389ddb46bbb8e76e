"""What a computation gives: diagrams as arrays, cocycles, statistics."""

from dataclasses import dataclass, field

import numpy as np

from . import tda_pb2 as pb
from .errors import ProtocolError


@dataclass(frozen=True)
class Progress:
    """`fraction` of the whole, 0 to 1, never falling."""

    phase: str
    fraction: float


@dataclass(frozen=True)
class Estimate:
    """What a computation would take: seconds, bytes; whether the daemon's budget admits it."""

    seconds: float
    memory: int
    admissible: bool
    memory_budget: int


@dataclass(frozen=True)
class Cocycle:
    """A representative: `simplices` of shape (simplices, dimension + 1), `coefficients` mod p of shape (simplices,)."""

    simplices: np.ndarray
    coefficients: np.ndarray


@dataclass(frozen=True)
class Subsample:
    """The points that were computed with, in the order of choice; no other is farther than the radius from them."""

    indices: np.ndarray
    covering_radius: float


@dataclass(frozen=True)
class Result:
    """`diagrams[k]`: births and deaths in dimension k, float64 of shape (bars, 2), sorted, essential classes
    with death `inf`. Where asked for, `cocycles[k][i]`: the representative of bar i, and `generators[k]`: int32 of
    shape (bars, 4), the ends of the edges at which they begin and end, -1 for no end; in dimension 0 a bar begins at a
    vertex, which stands twice. `alpha_shape`: how many `vertices`,
    `edges`, `triangles` and `tetrahedra` an alpha complex has at its threshold.
    """

    diagrams: list[np.ndarray]
    statistics: dict = field(default_factory=dict)
    cocycles: list[list[Cocycle]] | None = None
    generators: list[np.ndarray] | None = None
    subsample: Subsample | None = None
    alpha_shape: dict[str, int] | None = None

    @property
    def betti_numbers(self):
        """The number of essential classes of each dimension."""
        return [int(np.isinf(diagram[:, 1]).sum()) for diagram in self.diagrams]


class Arrays:
    """The arrays of a frame, taken from the front one after the other; owns nothing, copies nothing."""

    def __init__(self, data):
        self.data = data
        self.offset = 0

    def take(self, dtype, count):
        size = np.dtype(dtype).itemsize * count
        if self.offset + size > len(self.data):
            raise ProtocolError("the arrays of a result are shorter than its message says")
        array = np.frombuffer(self.data, dtype, count, self.offset)
        self.offset += size
        return array

    def end(self):
        if self.offset != len(self.data):
            raise ProtocolError("the arrays of a result are longer than its message says")


def statistics(message):
    """The statistics of a computation: seconds, bytes; `phases` in the order in which they ran."""
    values = {each.name: getattr(message, each.name) for each in message.DESCRIPTOR.fields}
    values["phases"] = {phase.name: phase.seconds for phase in message.phases}
    return values


def decode_result(control, data):
    """The `Result` of a result frame's control message and arrays."""
    message = pb.Result.FromString(control)
    counts = list(message.pairs_per_dimension)
    total = sum(counts)
    arrays = Arrays(data)
    pairs = arrays.take("<f8", 2 * total).reshape(total, 2)
    ends = np.cumsum(counts)[:-1]
    diagrams = np.split(pairs, ends) if counts else []
    cocycles, generators, subsample = None, None, None
    if message.HasField("representatives"):
        sizes = arrays.take("<u4", total)
        vertices = arrays.take("<i4", message.representatives.vertices)
        coefficients = arrays.take("<u2", message.representatives.coefficients)
        cocycles = split_cocycles(counts, sizes, vertices, coefficients)
        if message.representatives.generators:
            generators = np.split(arrays.take("<i4", 4 * total).reshape(total, 4), ends)
    if message.HasField("subsample"):
        chosen = message.subsample
        subsample = Subsample(arrays.take("<i4", chosen.count), chosen.covering_radius)
    arrays.end()
    shape = None
    if message.HasField("alpha_shape"):
        fields = message.alpha_shape.DESCRIPTOR.fields
        shape = {each.name: getattr(message.alpha_shape, each.name) for each in fields}
    return Result(diagrams, statistics(message.statistics), cocycles, generators, subsample, shape)


def split_cocycles(counts, sizes, vertices, coefficients):
    """The cocycles by dimension and bar."""
    cocycles, bar, vertex, coefficient = [], 0, 0, 0
    for dimension, count in enumerate(counts):
        own = []
        for size in sizes[bar : bar + count].tolist():
            length = size * (dimension + 1)
            if vertex + length > len(vertices) or coefficient + size > len(coefficients):
                raise ProtocolError("the cocycles of a result are longer than its message says")
            simplices = vertices[vertex : vertex + length].reshape(size, dimension + 1)
            own.append(Cocycle(simplices, coefficients[coefficient : coefficient + size]))
            vertex += length
            coefficient += size
        cocycles.append(own)
        bar += count
    return cocycles
