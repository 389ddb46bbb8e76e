"""The client for programs without an event loop: the asyncio one, on a loop in a thread of its own."""

import asyncio
import threading

from .aio import AsyncClient


class Client:
    """As `AsyncClient`, but each call waits for its answer. Threads may share one; their requests run side by side.

    >>> with Client() as tda:
    ...     result = tda.rips(points)

    Ctrl-C during a call cancels the computation.
    """

    def __init__(self, path=None, *, name="tda-client"):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tda-client", daemon=True)
        self._thread.start()
        self._client = AsyncClient(path, name=name)
        try:
            self._run(self._client.connect())
        except BaseException:
            self._stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the connection, which cancels whatever is under way on it. May be called twice."""
        if not self._loop.is_closed():
            self._run(self._client.close())
            self._stop()

    @property
    def server(self):
        """The daemon's version."""
        return self._client.server

    def rips(self, data, **options):
        """See `AsyncClient.rips`."""
        return self._run(self._client.rips(data, **options))

    def estimate_rips(self, data, **options):
        """See `AsyncClient.estimate_rips`."""
        return self._run(self._client.estimate_rips(data, **options))

    def alpha(self, data, **options):
        """See `AsyncClient.alpha`."""
        return self._run(self._client.alpha(data, **options))

    def estimate_alpha(self, data, **options):
        """See `AsyncClient.estimate_alpha`."""
        return self._run(self._client.estimate_alpha(data, **options))

    def cancel(self, computation):
        """See `AsyncClient.cancel`."""
        return self._run(self._client.cancel(computation))

    def status(self):
        """See `AsyncClient.status`."""
        return self._run(self._client.status())

    def devices(self):
        """See `AsyncClient.devices`."""
        return self._run(self._client.devices())

    def metrics(self):
        """See `AsyncClient.metrics`."""
        return self._run(self._client.metrics())

    def _run(self, coroutine):
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
