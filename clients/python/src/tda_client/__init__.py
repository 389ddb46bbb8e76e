"""Client of `tdad`, the TDA Platform daemon: arrays in, barcodes out, over its Unix socket.

>>> import numpy, tda_client
>>> with tda_client.Client() as tda:
...     result = tda.rips(numpy.random.default_rng(1).random((100, 3)), max_dimension=1)
>>> result.diagrams[1].shape
(33, 2)

`AsyncClient` is the same for asyncio; many requests may be under way at once on either.
"""

from .aio import AsyncClient
from .client import Client
from .errors import (
    Cancelled,
    DeadlineExceeded,
    InternalFailure,
    InvalidArgument,
    NoDaemon,
    Overloaded,
    ProtocolError,
    ResourceExhausted,
    TDAError,
    Unavailable,
    Unsupported,
)
from .inputs import Distances, Graph, Points
from .results import Cocycle, Estimate, Progress, Result, Subsample
from .socket_path import default_socket

__all__ = [
    "AsyncClient",
    "Cancelled",
    "Client",
    "Cocycle",
    "DeadlineExceeded",
    "Distances",
    "Estimate",
    "Graph",
    "InternalFailure",
    "InvalidArgument",
    "NoDaemon",
    "Overloaded",
    "Points",
    "Progress",
    "ProtocolError",
    "ResourceExhausted",
    "Result",
    "Subsample",
    "TDAError",
    "Unavailable",
    "Unsupported",
    "default_socket",
]
