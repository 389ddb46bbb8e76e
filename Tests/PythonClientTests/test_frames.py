"""The Python client's codec against the golden frames that the Swift tests write."""

import re
from pathlib import Path

import numpy as np
import pytest
from tda_client import Distances, Graph, Points, ProtocolError, frames, options, tda_pb2
from tda_client.frames import HEADER, Kind
from tda_client.results import decode_result

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "Tests/GoldenFrames"


def golden(name):
    return (GOLDEN / f"{name}.bin").read_bytes()


def split(frame):
    """Header, control message and arrays of a whole frame."""
    header = frames.read_header(frame[: HEADER.size])
    end = HEADER.size + header.control_length
    assert len(frame) == end + header.arrays_length
    return header, frame[HEADER.size : end], frame[end:]


def compute(kind, request, data, complex_name="rips", interval=None, **chosen):
    """The bytes of a compute or estimate frame as the client sends it."""
    message = options.compute_message(complex_name, chosen)
    message.input.CopyFrom(data.message)
    if interval:
        message.progress_interval_ms = interval
    return b"".join(frames.encode(kind, request, message, data.arrays))


SQUARE = Points(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32))
TRIANGLE = Distances(np.array([1, 2, np.inf]), vertex_births=[0, 0.5, 0.25])
CORNERS = Points(np.array([[0, 0], [1, 0], [0.5, 0.75]]))
PATHS = Graph(4, [[1, 0], [3, 2]], np.float32([0.5, 0.75]), vertex_births=[0, 0.5, 0, 0])

REQUESTS = {
    "hello": lambda: frames.encode(Kind.HELLO, 0, tda_pb2.Hello(version=1, client="golden")),
    "compute-points": lambda: [compute(Kind.COMPUTE, 1, SQUARE)],
    "compute-distances": lambda: [
        compute(
            Kind.COMPUTE,
            2,
            TRIANGLE,
            interval=200,
            max_dimension=2,
            max_edge_length=1.5,
            precision="float64",
            representatives=True,
            threads=2,
            timeout=1.5,
        )
    ],
    "compute-sparse": lambda: [compute(Kind.COMPUTE, 3, PATHS, field=3, metric="minkowski", p=3)],
    "compute-weighted": lambda: [
        compute(
            Kind.COMPUTE,
            10,
            Points(np.float32([[0], [1], [3]]), weights=[0.5, 0, 0.25]),
            weights="given",
            weight_p=np.inf,
            subsample=2,
        )
    ],
    "compute-measured": lambda: [
        compute(
            Kind.COMPUTE,
            11,
            Points(np.float32([[0], [1], [3]])),
            weights="dtm",
            weight_p=2,
            neighbours=2,
            dtm_r=1.5,
        )
    ],
    "estimate": lambda: [compute(Kind.ESTIMATE, 4, SQUARE)],
    "cancel-request": lambda: frames.encode(Kind.CANCEL, 5, tda_pb2.Cancel(request=2)),
    "status": lambda: frames.encode(Kind.STATUS, 7, tda_pb2.StatusRequest()),
    "devices": lambda: frames.encode(Kind.DEVICES, 8, tda_pb2.DevicesRequest()),
    "metrics": lambda: frames.encode(Kind.METRICS, 9, tda_pb2.MetricsRequest()),
    "compute-alpha": lambda: [
        compute(
            Kind.COMPUTE,
            12,
            CORNERS,
            complex_name="alpha",
            max_dimension=1,
            max_alpha_value=0.5,
            field=3,
            representatives=True,
        )
    ],
}


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_the_golden_frames_to_the_byte(name):
    assert b"".join(REQUESTS[name]()) == golden(name)


def test_a_result_becomes_one_diagram_a_dimension():
    header, control, arrays = split(golden("result"))
    result = decode_result(control, arrays)
    assert (header.kind, header.request) == (Kind.RESULT, 1)
    assert [diagram.tolist() for diagram in result.diagrams] == [
        [[0, 1], [0, np.inf]],
        [[1, pytest.approx(2**0.5)]],
        [],
    ]
    assert result.betti_numbers == [1, 0, 0]
    assert result.statistics["phases"] == {"edges": 0.0625, "dimension 1": 0.03125}
    assert result.cocycles is None


def test_an_alpha_complex_comes_with_its_shape():
    _, control, arrays = split(golden("result-alpha"))
    shape = {"vertices": 3, "edges": 3, "triangles": 1, "tetrahedra": 0}
    assert decode_result(control, arrays).alpha_shape == shape


def test_representatives_come_bar_by_bar():
    _, control, arrays = split(golden("result-representatives"))
    result = decode_result(control, arrays)
    (component,), (loop,) = result.cocycles
    assert [each.tolist() for each in result.generators] == [[[0, 0, -1, -1]], [[3, 0, 2, 0]]]
    assert component.simplices.tolist() == [[0], [1], [2], [3]]
    assert component.coefficients.tolist() == [1, 1, 1, 1]
    assert loop.simplices.tolist() == [[3, 0], [2, 1]]
    assert loop.coefficients.tolist() == [1, 2]


def test_a_subsample_comes_with_its_covering_radius():
    _, control, arrays = split(golden("result-subsample"))
    subsample = decode_result(control, arrays).subsample
    assert (subsample.indices.tolist(), subsample.covering_radius) == ([0, 3, 1], 0.75)


@pytest.mark.parametrize("cut", [1, 8])
def test_a_result_whose_arrays_are_cut_is_refused(cut):
    _, control, arrays = split(golden("result"))
    with pytest.raises(ProtocolError, match="shorter"):
        decode_result(control, arrays[:-cut])
    with pytest.raises(ProtocolError, match="longer"):
        decode_result(control, arrays + b"\0" * cut)


@pytest.mark.parametrize(
    ("offset", "value", "words"),
    [(4, 2, "version 2"), (5, 0x42, "unknown kind 0x42"), (16, 0xFF, "control message of")],
)
def test_what_is_no_frame_is_refused_by_its_header(offset, value, words):
    header = bytearray(golden("status")[: HEADER.size])
    header[offset] = value
    with pytest.raises(ProtocolError, match=words):
        frames.read_header(header)


def test_the_generated_messages_are_those_of_the_proto():
    """tda_pb2.py is generated by hand; a field that tda.proto gains must come to it too."""
    text = re.sub(r"//.*", "", (ROOT / "Sources/Wire/tda.proto").read_text()).replace("{}", "{\n}")
    declared = {
        name: set(re.findall(r"(\w+) = (\d+);", body))
        for name, body in re.findall(r"^message (\w+) \{\n(.*?)^\}$", text, re.DOTALL | re.MULTILINE)
    }
    generated = {
        name: {(field.name, str(field.number)) for field in message.fields}
        for name, message in tda_pb2.DESCRIPTOR.message_types_by_name.items()
    }
    assert declared == generated
