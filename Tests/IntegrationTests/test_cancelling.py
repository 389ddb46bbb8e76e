"""A long computation is cancelled at several moments of its way, its progress moving meanwhile."""

import asyncio

import clouds
import numpy as np
import pytest
import tda_client

pytestmark = pytest.mark.programs("tdad")

COMPUTATIONS = {
    # Many columns; one long one; a large matrix, its edges and lunes.
    "columns": (tda_client.Distances(clouds.random_distances(150, seed=1)), {"max_dimension": 3}),
    "a long column": (clouds.sphere(800, 4, seed=1), {"max_dimension": 3}),
    "edges": (clouds.uniform(8000, 3, seed=2), {"max_dimension": 2}),
    "representatives": (clouds.sphere(700, 3, seed=3), {"max_dimension": 2, "representatives": True}),
}


async def cancelled_at(socket, points, options, fraction):
    """Cancels once the progress has come to `fraction`; returns what it was told until then."""
    told = []
    reached = asyncio.Event()

    def progress(each):
        told.append(each.fraction)
        if each.fraction >= fraction:
            reached.set()

    async with tda_client.AsyncClient(socket) as client, tda_client.AsyncClient(socket) as other:
        running = asyncio.create_task(client.rips(points, progress=progress, **options))
        await asyncio.wait(
            [running, asyncio.create_task(reached.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        assert not running.done(), "it ended before it came so far"
        (computation,) = (await other.status()).computations
        assert await other.cancel(computation.id)
        with pytest.raises(tda_client.Cancelled):
            await running
        assert not await other.cancel(computation.id)
        # What it held is free, and the next request is answered right.
        while (await other.status()).memory_reserved:
            await asyncio.sleep(0.001)
        result = await client.rips(np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]))
        assert result.diagrams[1].tolist() == [[1, pytest.approx(2**0.5)]]
    return told


@pytest.mark.parametrize("name", COMPUTATIONS)
@pytest.mark.parametrize("fraction", [0, 0.05, 0.15, 0.3])
def test_a_computation_is_cancelled_wherever_it_is(shared, name, fraction):
    points, options = COMPUTATIONS[name]
    told = asyncio.run(cancelled_at(shared.socket, points, options, fraction))
    assert told == sorted(told)
