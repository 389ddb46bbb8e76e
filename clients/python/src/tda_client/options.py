"""The options of a computation as the message that asks for it."""

import math

from . import tda_pb2 as pb

PRECISIONS = {"float32": pb.FLOAT32, "float64": pb.FLOAT64}


def rips(
    message,
    *,
    max_dimension=1,
    max_edge_length=None,
    metric="euclidean",
    p=None,
    field=2,
    precision="float32",
    representatives=False,
    weights=None,
    weight_p=1,
    neighbours=3,
    dtm_r=2,
    subsample=None,
):
    """Vietoris–Rips: homology up to `max_dimension` of the simplices with edges up to `max_edge_length` (the
    enclosing radius where None or infinite). `metric` as in SciPy's `pdist`, `p` for minkowski; coefficients in
    Z/`field`, a prime below 2¹⁵; distances in `precision`, float32 or float64; `representatives`: a cocycle for
    each bar, and the edges at which it begins and ends.

    `weights`: "given" for those of the input, "dtm" for the distance to measure over so many `neighbours` with the
    power `dtm_r`; `weight_p`, 1, 2 or infinity, is how they make edges appear. `subsample`: so many points, chosen
    greedily.
    """
    chosen = message.vietoris_rips
    chosen.max_dimension = max_dimension
    chosen.metric = metric
    chosen.field = field
    chosen.representatives = representatives
    if precision not in PRECISIONS:
        raise ValueError(f"precision: expected float32 or float64, got {precision!r}")
    chosen.precision = PRECISIONS[precision]
    if max_edge_length is not None and not math.isinf(max_edge_length):
        chosen.max_edge_length = max_edge_length
    if p is not None:
        chosen.p = p
    if weights not in (None, "given", "dtm"):
        raise ValueError(f'weights: expected "given" or "dtm", got {weights!r}')
    if weights is not None:
        chosen.weighting.p = weight_p
    if weights == "dtm":
        chosen.weighting.distance_to_measure.neighbours = neighbours
        chosen.weighting.distance_to_measure.r = dtm_r
    if subsample is not None:
        if subsample < 1:
            raise ValueError(f"subsample: {subsample} points; at least 1 is needed")
        chosen.subsample = subsample


def alpha(message, *, max_alpha_value=None, max_dimension=None, field=2, representatives=False):
    """Alpha complex of points with two or three coordinates: simplices up to the radius `max_alpha_value` (all where
    None or infinite), homology up to `max_dimension` (one below the points' dimension where None); coefficients in
    Z/`field`, a prime below 2¹⁵; `representatives`: a cycle for each bar. Coordinates are taken as float64.
    """
    chosen = message.alpha_complex
    chosen.field = field
    chosen.representatives = representatives
    if max_dimension is not None:
        chosen.max_dimension = max_dimension
    if max_alpha_value is not None and not math.isinf(max_alpha_value):
        chosen.max_alpha_value = max_alpha_value


COMPLEXES = {"rips": rips, "alpha": alpha}


def compute_message(complex_name, options):
    """The `Compute` message of a complex and its options, without the input; raises TypeError for unknown ones."""
    message = pb.Compute()
    options = dict(options)
    threads, timeout = options.pop("threads", None), options.pop("timeout", None)
    COMPLEXES[complex_name](message, **options)
    if threads is not None:
        message.threads = threads
    if timeout is not None:
        message.timeout_ms = max(1, round(timeout * 1000))
    return message
