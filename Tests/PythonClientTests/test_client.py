"""The Python client against the daemon itself."""

import asyncio
import threading
import time

import clouds
import numpy as np
import pytest
import service
import tda_client

pytestmark = pytest.mark.programs("tdad")

long = clouds.long_request()
LONG = {"data": np.array(long["point_cloud"]["points"]), **long["parameters"]}


@pytest.fixture
def points():
    return np.random.default_rng(7).random((60, 3))


@pytest.fixture
def tda(shared):
    with tda_client.Client(shared.socket) as client:
        yield client


def test_points_their_distances_and_their_graph_give_one_barcode(tda, points):
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    ends = np.column_stack(np.triu_indices(len(points), 1))
    graph = tda_client.Graph(len(points), ends, distances[ends[:, 0], ends[:, 1]])
    asked = {"max_dimension": 2, "max_edge_length": 1, "precision": "float64"}
    expected = tda.rips(points, **asked)
    assert len(expected.diagrams[0]) == 60
    for same in (tda_client.Distances(distances), graph):
        for ours, theirs in zip(expected.diagrams, tda.rips(same, **asked).diagrams, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_a_loop_comes_with_its_cocycle(tda):
    angles = np.arange(12) * np.pi / 6
    circle = np.column_stack((np.cos(angles), np.sin(angles)))
    result = tda.rips(circle, field=3, representatives=True)
    ((birth, death),) = result.diagrams[1].tolist()
    assert birth == pytest.approx(2 * np.sin(np.pi / 12)) and death == pytest.approx(3**0.5)
    ((cocycle,),) = [result.cocycles[1]]
    assert cocycle.simplices.shape == (len(cocycle.coefficients), 2)
    assert set(cocycle.coefficients.tolist()) <= {1, 2}


def test_an_alpha_complex_has_the_barcode_of_its_triangle(tda):
    result = tda.alpha([[0, 0], [1, 0], [0.5, 0.75]], representatives=True)
    assert result.alpha_shape == {"vertices": 3, "edges": 3, "triangles": 1, "tetrahedra": 0}
    ((birth, death),) = result.diagrams[1].tolist()
    assert birth == 0.5 and death == pytest.approx(0.8125 / 1.5)
    assert sorted(result.cocycles[1][0].simplices.tolist()) == [[1, 0], [2, 0], [2, 1]]
    assert tda.estimate_alpha([[0, 0], [1, 0]]).admissible
    with pytest.raises(tda_client.InvalidArgument, match="Vietoris–Rips"):
        tda.alpha(np.zeros((3, 4)))


def test_estimates_and_status_answer(tda, points):
    estimate = tda.estimate_rips(points)
    assert estimate.admissible and 0 < estimate.memory < estimate.memory_budget
    assert tda.status().version == tda.server
    assert "tda_" in tda.metrics()
    assert tda.devices().cores


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda tda: tda.rips([[0, float("nan")]]), tda_client.InvalidArgument, r"points\[0\]\[1\]"),
        (lambda tda: tda.rips([[0, 1]], field=4), tda_client.InvalidArgument, "prime"),
        (lambda tda: tda.rips([0, 1]), ValueError, "shape"),
        (lambda tda: tda.rips([["a"]]), TypeError, "real numbers"),
        (lambda tda: tda.rips([[0, 1]], max_dim=1), TypeError, "max_dim"),
        (lambda tda: tda.rips([[0, 1]], precision="half"), ValueError, "float32 or float64"),
        (lambda tda: tda.rips(tda_client.Distances([1.0, 2.0])), ValueError, "no triangle"),
        (lambda tda: tda_client.Graph(2, [[0, 2]], [1.0]), ValueError, "outside 0 to 1"),
    ],
)
def test_bad_input_names_its_place_and_the_next_request_is_answered(tda, call, error, words):
    with pytest.raises(error, match=words):
        call(tda)
    assert tda.rips([[0.0], [1.0]]).diagrams[0].tolist() == [[0, 1], [0, np.inf]]


def test_a_deadline_ends_a_long_computation(tda):
    with pytest.raises(tda_client.DeadlineExceeded):
        tda.rips(**LONG, timeout=0.2)


def test_many_requests_share_a_connection(shared, points):
    async def ask_all():
        async with tda_client.AsyncClient(shared.socket) as tda:
            return await asyncio.gather(*(tda.rips(points[: 10 + k]) for k in range(40)))

    results = asyncio.run(ask_all())
    assert [len(result.diagrams[0]) for result in results] == list(range(10, 50))


def test_progress_comes_and_cancelling_the_task_cancels_the_computation(shared):
    async def cancel_in_the_middle():
        told = asyncio.Event()
        async with tda_client.AsyncClient(shared.socket) as tda:
            task = asyncio.create_task(tda.rips(**LONG, progress=lambda _: told.set()), name="long")
            await asyncio.wait_for(told.wait(), 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            started = time.monotonic()
            while [each for each in (await tda.status()).computations if each.point_count == 800]:
                assert time.monotonic() < started + 60
            return await tda.rips([[0.0], [1.0]])

    assert asyncio.run(cancel_in_the_middle()).betti_numbers == [1, 0]


def test_without_a_daemon_the_error_says_how_to_start_one(folder):
    with pytest.raises(tda_client.NoDaemon, match=f"tdad --socket {folder}/none"):
        tda_client.Client(folder / "none")


def test_a_daemon_that_dies_ends_what_waits(start, folder):
    daemon = start.daemon(folder / "s")
    with tda_client.Client(folder / "s") as tda:
        failure = []

        def ask():
            try:
                tda.rips(**LONG)
            except tda_client.TDAError as error:
                failure.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        service.wait_until(lambda: tda.status().computations, 60, "the computation's start")
        daemon.kill()
        asking.join(60)
        assert isinstance(failure[0], tda_client.Unavailable)
        with pytest.raises(tda_client.Unavailable):
            tda.rips([[0.0]])
